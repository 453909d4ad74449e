using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>An executed instruction, as far as its timing depends on it.</summary>
internal sealed record ControlStep(Instruction Instruction, uint A, uint B, uint Address, bool IsTaken)
{
    /// <summary>Index in the program; -1 for what came into ID after a taken branch, of which only the shape is known.</summary>
    public int Index { get; init; } = -1;

    public Unit Unit => Instruction.Row.Unit;

    public bool IsMemory => Unit is Unit.Load or Unit.Store;

    public bool IsFloat => Unit is Unit.FloatAddMultiply or Unit.FloatNonComputational or Unit.FloatConvert or Unit.FloatDivide or Unit.FloatSquareRoot;

    public bool IsJump => Instruction.Shape is Shape.Jump or Shape.JumpRegister;

    public bool IsCsr => Instruction.Shape is Shape.Csr or Shape.CsrImmediate;

    /// <summary>Writes its result by the ALU's port.</summary>
    public bool WritesAluPort => Unit is Unit.Alu or Unit.Multiply or Unit.MultiplyHigh or Unit.Divide or Unit.Jump or Unit.Csr;

    public bool CrossesWord => IsMemory && (Address & 3) + (uint)Instruction.Row.Width > 4;

    /// <summary>Registers the decoder reads.</summary>
    public bool Reads(int register) =>
        register != 0 && (Instruction.Rs1 == register || Instruction.Rs2 == register || Instruction.Rs3 == register) && Instruction.Shape != Shape.CsrImmediate;

    /// <summary>Registers the FPU's dispatcher compares with its results: also operands that are decoded and not used.</summary>
    public bool IsComparedWith(int register)
    {
        var (rs1, rs2) = ((int)(Instruction.Word >> 15 & 31), (int)(Instruction.Word >> 20 & 31));
        var isUnary = Instruction.Shape == Shape.Float1 || Unit == Unit.FloatConvert || Instruction.Row.Name == "fclass.s";
        return Reads(register)
            || (isUnary && register == Registers.F0 + rs2)
            || (Unit == Unit.Fence && register != 0 && (register == rs1 || register == rs2));
    }
}

/// <summary>
/// CV32E40P's ID and EX stages cycle by cycle, as the control equations of its RTL (v1.8.3: controller, id_stage,
/// ex_stage, apu_disp) have them, with ideal memories. A second opinion on <see cref="BlockingPipeline"/>, which counts
/// without walking through the cycles; names are the RTL's if it has one.
/// </summary>
internal sealed class Cv32e40pControl(IReadOnlyList<ControlStep> program, int latency)
{
    /// <summary>The dispatcher's classes of latency: result in the same cycle, in the next, later.</summary>
    private const int SingleCycle = 1, TwoCycle = 2, MultiCycle = 3;

    private readonly List<(int Register, ulong Due)> _inFlight = [];
    private ulong _cycle, _fetched, _resume;
    private int _next, _age, _lastClass;
    private ControlStep? _decode, _execute;
    private bool _isDecodeValid, _isSecondHalf, _hasResponse, _isResultHeld, _hasJumped;

    // Of the current cycle.
    private bool _isDecoding, _isMisaligned, _apuValid, _requests, _isContended, _isExecuteReady, _isJalrStalled, _isTaken;
    private int _class, _writtenByAlu;

    /// <summary>The cycle in which each instruction leaves ID.</summary>
    public ulong[] Issues { get; } = new ulong[program.Count];

    /// <summary>Runs to the end of the program.</summary>
    public void Run()
    {
        for (var left = program.Count * 100L; _next < program.Count || _isDecodeValid; left--)
        {
            Assert.True(left > 0, "the model stands still");
            Cycle();
        }
    }

    private void Cycle()
    {
        _isTaken = _execute is { Unit: Unit.Branch, IsTaken: true };
        _isDecoding = _isDecodeValid && _cycle >= _resume && !_isTaken;
        _isMisaligned = _execute is { CrossesWord: true } && !_isSecondHalf;
        Dispatch();
        var isReady = IsDecodeReady();
        var setsPc = _isTaken || (_isDecoding && _decode!.IsJump && !_isJalrStalled && !_hasJumped);
        if (isReady && _isDecoding) Issues[_decode!.Index] = _cycle;
        _hasJumped = (_hasJumped || (setsPc && !_isTaken)) && !isReady;
        var (leaving, isFirstHalf) = (_execute, _isMisaligned);
        AdvanceFloat();
        AdvanceExecute(isReady);
        AdvanceDecode(isReady, setsPc);
        _hasResponse = leaving is { IsMemory: true } && (isFirstHalf || leaving != _execute);
        _cycle++;
    }

    /// <summary>EX and the dispatcher: does a result return, who has the ALU's write port, may EX be left.</summary>
    private void Dispatch()
    {
        var ex = _execute;
        var writes = ex is { WritesAluPort: true };
        _class = ex is not { IsFloat: true } ? 0 : ex.Unit is Unit.FloatDivide or Unit.FloatSquareRoot || latency >= 2 ? MultiCycle : latency + 1;
        var isActive = _inFlight.Count != 0;
        var isStalled = _class != 0 && isActive && (_class != TwoCycle || _lastClass == MultiCycle || _inFlight.Count == 2);
        _requests = _class != 0 && !isStalled;

        var isHeld = _lastClass == MultiCycle
            && (_isMisaligned || _isSecondHalf || (writes && _hasResponse) || (ex?.Unit == Unit.MultiplyHigh && _age > 0)
                || (writes && _decode is { Instruction.Shape: Shape.JumpRegister } && !JalrDependsOnFloat()));
        var returns = (isActive && _inFlight[0].Due <= _cycle) || _isResultHeld;
        _apuValid = returns && !isHeld;
        _isResultHeld = returns && isHeld;
        var takesAluPort = _apuValid && _lastClass == MultiCycle;
        _isContended = takesAluPort && writes;
        _writtenByAlu = takesAluPort ? _inFlight[0].Register : writes ? ex!.Instruction.Rd : 0;

        var isUnitReady = ex?.Unit switch
        {
            Unit.MultiplyHigh => _age >= 4,
            Unit.Divide => (ulong)_age + 1 >= DividerCycles.BlockingInteger((ex.Instruction.Word >> 12 & 1) == 0, ex.B),
            _ => true,
        };
        _isExecuteReady = ex is { Unit: Unit.Branch } || (!isStalled && isUnitReady && !_isContended);
    }

    private bool JalrDependsOnFloat() =>
        _isDecoding && (_inFlight.Exists(r => _decode!.Reads(r.Register)) || (_class != 0 && _decode!.Reads(_execute!.Instruction.Rd)));

    /// <summary>True if what is in ID, or was left there, lets the stage be taken anew.</summary>
    private bool IsDecodeReady()
    {
        if (_decode is not { } id) return _isExecuteReady && !_isMisaligned;
        var isLoadAhead = _execute is { Unit: Unit.Load };
        var ahead = isLoadAhead ? _execute!.Instruction.Rd : 0;
        var loadStall = isLoadAhead && (id.Reads(ahead) || (_isDecoding && id.WritesAluPort && id.Instruction.Rd == ahead));
        var target = id.Instruction.Shape == Shape.JumpRegister ? id.Instruction.Rs1 : 0;
        _isJalrStalled = target != 0 && (target == ahead || target == _writtenByAlu || target == _loaded || JalrDependsOnFloat());
        var live = _inFlight.Skip(_apuValid ? 1 : 0).Select(r => r.Register);
        if (_requests && _class != SingleCycle) live = live.Append(_execute!.Instruction.Rd);
        var apuStall = _isDecoding && live.Any(r => id.IsComparedWith(r) || ((id.WritesAluPort || id.Unit == Unit.Load) && id.Instruction.Rd == r));
        var csrStall = id.IsCsr && (_class >= TwoCycle || _inFlight.Count != 0);
        return _isExecuteReady && !_isMisaligned && !loadStall && !_isJalrStalled && !apuStall && !csrStall;
    }

    /// <summary>Register of the load that writes back in this cycle.</summary>
    private int _loaded;

    private void AdvanceFloat()
    {
        if (_apuValid) _inFlight.RemoveAt(0);
        if (!_requests) return;
        _lastClass = _class;
        if (_class == SingleCycle) return;
        var i = _execute!;
        var cycles = i.Unit is not (Unit.FloatDivide or Unit.FloatSquareRoot) ? (ulong)latency + 1
            : i.Instruction.Shape == Shape.Float1 ? DividerCycles.BlockingSquareRoot(i.A)
            : DividerCycles.BlockingDivide(i.A, i.B);
        _inFlight.Add((i.Instruction.Rd, _cycle + cycles - 1));
    }

    private void AdvanceExecute(bool isReady)
    {
        _loaded = _execute is { Unit: Unit.Load } && !_isMisaligned ? _execute.Instruction.Rd : 0;
        _age++;
        if (_isMisaligned)
        {
            _isSecondHalf = true;
            return;
        }

        if (!isReady && !_isExecuteReady) return;
        _execute = isReady && _isDecoding ? _decode : null;
        _isSecondHalf = false;
        _age = 0;
    }

    private void AdvanceDecode(bool isReady, bool setsPc)
    {
        var left = isReady && _isDecoding ? _decode : null;
        if (left is not null && IsFlush(left)) _resume = _cycle + 3;
        var isFetched = _next < program.Count && _fetched <= _cycle && !setsPc && _cycle >= _resume && !(_isDecoding && IsFlush(_decode!));
        if (setsPc) _fetched = _cycle + 1;
        if (isReady && left is { Unit: Unit.Branch, IsTaken: true })
        {
            // What follows the branch comes in, and is dropped when the branch is in EX.
            _decode = new ControlStep(new Instruction { Row = left.Instruction.Row, Entry = 0, Word = 0, Imm = 0, Shape = left.Instruction.Behind, Rd = 0, Rs1 = 0, Rs2 = 0, Rs3 = 0, Rm = 0, Length = 4 }, 0, 0, 0, false);
        }
        else if (isReady && isFetched)
        {
            _decode = program[_next] with { Index = _next };
            _isDecodeValid = true;
            _next++;
            if (_decode.IsJump || (_decode.Unit == Unit.Branch && _decode.IsTaken)) _fetched = ulong.MaxValue;
        }
        else if (isReady || _isTaken)
        {
            _isDecodeValid = false;
        }
    }

    private static bool IsFlush(ControlStep step) => step.Unit == Unit.Fence || (step.IsCsr && IsSlow(step.Instruction));

    private static bool IsSlow(in Instruction i) => i.Imm is 0x300 or 0x305 or 0x341 or 0x342 or 0xB00 or 0xB02 or 0xC00 || (i.Imm is 2 or 3 && Zicsr.Writes(i));
}
