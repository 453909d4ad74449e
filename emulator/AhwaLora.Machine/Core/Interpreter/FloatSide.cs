using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>
/// The FP side of a hart with streams. While streams are on or move, or the sequencer repeats, it runs by itself: the integer core hands
/// FP instructions over and goes on, and they are executed when the FP side issues them, on the elements that its lanes hold in that
/// cycle. So what a program sees is what the hardware shows it, races included. At all other times FP instructions are executed in
/// program order, and this does nothing.
/// </summary>
/// <remarks>
/// Under the profiles of Snitch, the pipeline's own state is the FP side. Other profiles have no such model: there, one runs beside the
/// hart off the clock, and finishes what it can after each instruction.
/// </remarks>
internal sealed unsafe class FloatSide : IFloatSide, IHartSide
{
    private readonly Hart _hart;
    private readonly Decoder _decoder;
    private readonly MemoryRegion _memory;
    private readonly DecoupledState _state;
    private readonly DecoupledPipeline _pipeline;

    /// <summary>Makes the FP side of <paramref name="hart"/>.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="decoder">Its instructions.</param>
    /// <param name="memory">The memory of the streams: the TCDM.</param>
    /// <param name="timed">The pipeline's state if the profile models the FP side; null if it does not.</param>
    public FloatSide(Hart hart, Decoder decoder, MemoryRegion memory, DecoupledState? timed)
    {
        (_hart, _decoder, _memory) = (hart, decoder, memory);
        IsTimed = timed is not null;
        _state = timed ?? new DecoupledState(new DecoupledTiming());
        _state.Side = this;
        _pipeline = new DecoupledPipeline(_state);
        AddressBits = 32 - System.Numerics.BitOperations.LeadingZeroCount(memory.Size - 1);
        hart.FloatSide = this;
    }

    /// <summary>Its state, which a snapshot holds.</summary>
    public IStateful State => _state;

    /// <summary>True if the FP side is part of the hart's pipeline.</summary>
    public bool IsTimed { get; }

    /// <inheritdoc/>
    public bool IsActive => !_state.IsPlain;

    /// <summary>True if the hart waits for what the FP side will never do.</summary>
    public bool IsHung => _state.IsHung;

    /// <inheritdoc/>
    public int AddressBits { get; }

    /// <summary>Sees what the FP side does to memory.</summary>
    public IProbe? Probe { get; set; }

    /// <summary>From now to <see cref="EndDeferral"/>, instructions offered to the pipeline are executed when the FP side issues them.</summary>
    public void BeginDeferral(uint rm) => (_state.Defers, _state.DeferredRounding) = (true, (byte)rm);

    /// <summary>See <see cref="BeginDeferral"/>.</summary>
    public void EndDeferral() => _state.Defers = false;

    /// <inheritdoc/>
    public void WriteFloat(int register, ulong value) => _hart.F.Bits[register] = value;

    /// <inheritdoc/>
    public void Raise(uint flags) => _hart.Fflags |= flags;

    /// <summary>The instruction that has just issued has raised flags, which show when its result leaves the FPU.</summary>
    public void RaiseLater(uint flags) => _state.Raise(flags);

    /// <summary>Hands an instruction to an FP side off the clock, which then does what it can.</summary>
    public void Hand(in Instruction i, uint a, uint b, uint address)
    {
        _pipeline.Issue(i, a, b, new MemoryTarget(address, 0, Arbitrated: false));
        if (_state.IsHung) return;
        _pipeline.Complete(i, redirected: false);
        Run();
    }

    /// <summary>Waits for the x registers that an instruction names; off the clock, also for all accesses before a fence.</summary>
    public void Await(in Instruction i)
    {
        if (IsTimed)
        {
            _pipeline.AwaitRegisters(i);
            return;
        }

        var awaited = ((uint)i.Reads | (uint)i.Writes) & _state.Scoreboard;
        if (awaited != 0 || (i.Shape == Shape.Fence && _state.AddressQueue.Count != 0)) _state.IsHung = true;
    }

    /// <summary>A misaligned FP access traps, but its entry in the address queue stays (measured): a later fence never ends.</summary>
    public void LeaveMisaligned(uint address, bool isStore)
    {
        if (_state.AddressQueue.HasRoom) _state.AddressQueue.Push((address >> 3 & 0xffff) << 1 | (isStore ? 1u : 0));
    }

    /// <inheritdoc/>
    public ulong LoadElement(uint offset)
    {
        var address = _memory.Base + (offset & ~7u);
        if (!_memory.Contains(address, 8)) return 0;
        var value = _memory.LoadDouble(address);
        Probe?.Loaded(_hart, address, 4, (uint)value);
        Probe?.Loaded(_hart, address + 4, 4, (uint)(value >> 32));
        return value;
    }

    /// <inheritdoc/>
    public void StoreElement(uint offset, ulong value)
    {
        var address = _memory.Base + (offset & ~7u);
        if (!_memory.Contains(address, 8)) return;
        Probe?.Stored(_hart, address, 4, (uint)value);
        Probe?.Stored(_hart, address + 4, 4, (uint)(value >> 32));
        _memory.StoreDouble(address, value, _hart.Id);
    }

    /// <inheritdoc/>
    public void Write(int register, uint value)
    {
        if (register != 0) _hart.X[register] = value;
    }

    /// <inheritdoc/>
    public Offload Stagger(in Offload offload, int distance, int mask)
    {
        var word = offload.Word;
        Move(1, 7);
        Move(2, 15);
        Move(4, 20);
        Move(8, 27);
        return DecoupledPipeline.Moved(offload, _decoder.Decode(word));

        void Move(int field, int at)
        {
            if ((mask & field) != 0) word = (word & ~(31u << at)) | ((word >> at) + (uint)distance & 31) << at;
        }
    }

    /// <inheritdoc/>
    public (ulong Result, uint Flags) Execute(in Offload offload, (ulong First, ulong Second, ulong Third) elements, bool areStreamsOn)
    {
        var i = _decoder.Decode(offload.Word);
        var bits = _hart.F.Bits;
        var read = areStreamsOn ? offload.FloatSources & 7 : 0;
        var kept = (bits[0], bits[1], bits[2]);

        // An element takes the place of the register while the instruction executes.
        if ((read & 1) != 0) bits[0] = elements.First;
        if ((read & 2) != 0) bits[1] = elements.Second;
        if ((read & 4) != 0) bits[2] = elements.Third;
        var written = i.Rd - Registers.F0;
        var flags = 0u;
        if (i.Row.Unit is Unit.Load or Unit.Store) Access(i, offload.Operand);
        else flags = FloatOperations.Execute(_hart, i, offload.Operand, offload.Rounding);
        if (flags != 0) Probe?.Raised(_hart, flags);
        var result = written >= 0 ? bits[written] : 0;

        // A result for a stream reaches its register when it leaves the FPU, where a later one of a faster unit may overtake it.
        var isStreamed = areStreamsOn && written is >= 0 and < 3 && i.Row.Unit != Unit.Load;
        if (written != 0 ? (read & 1) != 0 : isStreamed) bits[0] = kept.Item1;
        if (written != 1 ? (read & 2) != 0 : isStreamed) bits[1] = kept.Item2;
        if (written != 2 ? (read & 4) != 0 : isStreamed) bits[2] = kept.Item3;
        return (result, flags);
    }

    private void Access(in Instruction i, uint address)
    {
        var width = i.Row.Width;
        if (_hart.Space.FindMemory(address, (uint)width) is not { } memory) return;
        if (i.Row.Unit == Unit.Load)
        {
            var raw = width == 8 ? memory.LoadDouble(address) : memory.Load(address, width);
            Probe?.Loaded(_hart, address, Math.Min(width, 4), (uint)raw);
            if (width == 8) Probe?.Loaded(_hart, address + 4, 4, (uint)(raw >> 32));
            if (i.Shape == Shape.WideLoad) _hart.F.SetWide(i.Rd - Registers.F0, ((delegate*<ulong, ulong>)i.Entry)(raw));
            else _hart.F.SetSingle(i.Rd - Registers.F0, ((delegate*<uint, uint>)i.Entry)((uint)raw));
            _hart.Mstatus |= MstatusBits.Fs;
            return;
        }

        var value = _hart.F.Bits[i.Rs2 - Registers.F0];
        Probe?.Stored(_hart, address, Math.Min(width, 4), (uint)value);
        if (width == 8) Probe?.Stored(_hart, address + 4, 4, (uint)(value >> 32));
        if (width == 8) memory.StoreDouble(address, value, _hart.Id);
        else memory.Store(address, width, (uint)value, _hart.Id);
    }

    /// <summary>Runs an FP side off the clock until nothing in it moves.</summary>
    private void Run()
    {
        const int longestUnit = 64;
        for (var (still, moves) = (0, _state.Moves); still < longestUnit && (_state.Busy != 0 || _state.LanesMove); still++)
        {
            _pipeline.Idle(_state.Time + 1, Cause.FpuDependency);
            if (_state.Moves != moves) (still, moves) = (0, _state.Moves);
        }
    }
}
