using System.Diagnostics;
using System.Numerics;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>
/// An analog tile on the bus: job contexts, streamers and a digital front end around a crossbar. A job's vectors pass
/// three stages: stream in, integrate, stream out. Two input and two output buffers join the stages, so vectors overlap,
/// also those of consecutive jobs. Guest mistakes set ERROR_CAUSE and change nothing else. Registers: <see cref="AimcTileRegisters.Map"/>.
/// </summary>
public sealed partial class AimcTile : IClockedDevice, IJobDevice
{
    private readonly AimcTileOptions _options;
    private readonly CrossbarArray _crossbar;
    [Unsaved("fixed when the machine is built")]
    private readonly IBusMasters _masters;
    private readonly InterruptLine _interrupt;

    private uint _irqEnable, _irqStatus, _tIntNs;
    private AimcTileError _errorCause;
    private uint _errorArgument;
    private readonly uint[] _saturated;

    // For each hart: the job that it triggered last, and the job that it wrote to WAIT_JOB and waits for.
    private readonly uint[] _lastJob = new uint[HartSet.Capacity], _jobToWaitFor = new uint[HartSet.Capacity];
    private readonly Waiting[] _waiting = new Waiting[HartSet.Capacity];

    private readonly ulong[] _counters = new ulong[6];
    private ulong _busySince, _idleSince;

    private enum Waiting : byte
    {
        Nothing,
        Idle,
        Job,
    }

    [Flags]
    private enum Irq : uint
    {
        Done = 1, QueueEmpty = 2, AdcSaturated = 4, BoundLimit = 8, ProgramDone = 16, CalibrationDone = 32, Error = 64, All = 127,
    }

    /// <summary>Creates a tile at reset; its crossbar keeps its programmed weights.</summary>
    /// <param name="options">Interfaces, times and energies.</param>
    /// <param name="crossbar">The numerical model, which only this tile may use from now on: 1 to <see cref="LongestSide"/> rows and columns, converters of at most 15 bits.</param>
    /// <param name="masters">The bus: memory as the streamers see it, and the harts that wait.</param>
    /// <param name="interrupt">The interrupt line, high while IRQ_STATUS has a bit that is enabled.</param>
    /// <exception cref="ArgumentException">An option, the crossbar's size or its converters are out of range.</exception>
    public AimcTile(AimcTileOptions options, CrossbarArray crossbar, IBusMasters masters, InterruptLine interrupt)
    {
        options.Validate();
        if (crossbar.State.Rows > LongestSide || crossbar.State.Columns > LongestSide)
            throw new ArgumentException($"crossbar of {crossbar.State.Rows} x {crossbar.State.Columns}; expected at most {LongestSide} lines each way");
        var preset = crossbar.Options.Preset;
        if (preset.Dac.Bits > 15 || preset.Adc.Bits > 15)
            throw new ArgumentException($"preset {preset.Name} has converters of {preset.Dac.Bits} and {preset.Adc.Bits} bits; expected at most 15");

        _options = options;
        _crossbar = crossbar;
        _masters = masters;
        _interrupt = interrupt;
        _tIntNs = options.TIntNs;
        _saturated = new uint[(crossbar.State.Columns + 31) / 32];
        _contexts = new AimcTileContext[options.Contexts];
        for (var i = 0; i < _contexts.Length; i++) _contexts[i] = new(crossbar.State.Columns);
        _contextOfJob = new int[BitOperations.RoundUpToPowerOf2((uint)options.Contexts)];
        _inputs = [new byte[4 * crossbar.State.Rows], new byte[4 * crossbar.State.Rows]];
        _rounded = new Half[crossbar.State.Columns];
        _outputs = [new byte[4 * crossbar.State.Columns], new byte[4 * crossbar.State.Columns]];
        _streamIn = new(options.WordsPerCycle, options.ExactContention);
        _streamOut = new(options.WordsPerCycle, options.ExactContention);
        BankMasters = [_streamIn, _streamOut];
        SetOperands(crossbar.Whole);
        Debug.Assert(_inputs.Length + _outputs.Length == MaxInFlight, "a vector in flight has a buffer");
        Debug.Assert(_counters.Length == (ProgramWeights - BusyCycles) / 8 && _operands.Length == (ProgramColumns - ProgramWeights) / 4 + 1, "a register of each range has a word");
        Debug.Assert(_contextOfJob.Length >= _contexts.Length, "a job in flight has an entry");
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Title => $"tile {_options.Number}";

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <summary>The options that the tile was built from.</summary>
    public AimcTileOptions Options => _options;

    /// <summary>The cost of programming; its figures are assumptions.</summary>
    public ProgrammingCost Programming => _options.Programming;

    /// <summary>The numerical model and its state, for reports.</summary>
    public CrossbarArray Crossbar => _crossbar;

    /// <summary>The cycle in which the last job, programming or calibration ended; 0 before the first.</summary>
    public ulong IdleSince => _idleSince;

    /// <summary>The counters as firmware would read them in a given cycle.</summary>
    public AimcTileCounters CountersAt(ulong time) =>
        new(Counter(0, time), Counter(1, time), Counter(2, time), Counter(3, time), Counter(4, time), Counter(5, time));

    /// <inheritdoc/>
    public IReadOnlyList<DeviceCounter> Counters(ulong time)
    {
        var counters = CountersAt(time);
        return
        [
            new("busy_cycles", counters.BusyCycles),
            new("mvms", counters.Mvms),
            new("bound_passes", counters.BoundPasses),
            new("dac_clips", counters.DacClips),
            new("adc_saturations", counters.AdcSaturations),
            new("energy_femtojoules", counters.EnergyFemtojoules),
        ];
    }

    /// <summary>The streamers: in, then out.</summary>
    [field: Unsaved("another list of the streamers, which are saved themselves")]
    public IReadOnlyList<IBankMaster> BankMasters { get; }

    /// <inheritdoc/>
    public ulong NextEvent => Math.Min(Math.Min(_streamIn.End, _streamOut.End), Math.Min(_integrateEnd, _operationEnd));

    /// <inheritdoc/>
    public void Advance(ulong time)
    {
        if (_operationEnd == time) FinishOperation(time);
        if (_streamOut.End == time) FinishStreamOut(time);
        if (_integrateEnd == time) FinishIntegration(time);
        if (_streamIn.End == time) FinishStreamIn(time);
        StartStages(time);
    }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        value = 0;
        if (access.Bytes != 4 || !TryValue(access.Offset, access.Initiator, access.Time, out value)) return BusResponse.Fault;
        switch (access.Offset)
        {
            case Acquire: LockContext(value, access.Initiator); break;
            case Wait: return WaitUnlessMet(access.Initiator, Waiting.Idle);
            case WaitJob: return WaitUnlessMet(access.Initiator, Waiting.Job);
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        return bytes == 4 && TryValue(offset, Initiators.Host, time, out value);
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        var (offset, time) = (access.Offset, access.Time);
        if (access.Bytes != 4 || !TryValue(offset, access.Initiator, time, out _)) return BusResponse.Fault;
        switch (offset)
        {
            case Trigger: QueueJob(access.Initiator, time); break;
            case SoftClear: ClearJobs(time); break;
            case IrqEnable: _irqEnable = value & (uint)Irq.All; break;
            case IrqStatus: ClearInterrupts(value); break;
            case TIntNs: SetTInt(value); break;
            case WaitJob: if (Initiators.IsHart(access.Initiator)) _jobToWaitFor[access.Initiator] = value; break;
            case >= Src and <= Tag: WriteContext(offset, access.Initiator, value); break;
            case >= ProgramWeights and <= ProgramColumns: _operands[(offset - ProgramWeights) / 4] = value; break;
            case ProgramStart: StartProgramming(time); break;
            case CalibrateStart: StartCalibration(value, time); break;
            case CalibrateAlpha: SetAlpha(value); break;
            case AgeAdvance: AdvanceAge(value, time); break;
            case >= Saturation: ClearSaturation((offset - Saturation) / 4, value); break;
        }

        _interrupt.Set((_irqStatus & _irqEnable) != 0);
        return BusResponse.Ok;
    }

    /// <summary>The value that a register returns, or will return after a wait; false if there is no such register.</summary>
    private bool TryValue(uint offset, int initiator, ulong time, out uint value)
    {
        uint? found = offset switch
        {
            Trigger => Initiators.IsHart(initiator) ? _lastJob[initiator] : _triggered,
            Acquire => (uint)ContextToLock(initiator),
            Finished or Wait or WaitJob => _finished,
            Status => StatusWord(),
            RunningJob => Pending > 0 ? _finished + 1 : 0,
            IrqEnable => _irqEnable,
            IrqStatus => _irqStatus,
            Caps => CapsWord(),
            AimcTileRegisters.Size => (uint)_crossbar.State.Rows | (uint)_crossbar.State.Columns << 16,
            AimcTileRegisters.Version => VersionValue,
            Mode => ModeWord(),
            TIntNs => _tIntNs,
            >= Src and <= Tag when offset % 4 == 0 => HeldContext(initiator)?[offset] ?? 0,
            RunningTag => Pending > 0 ? ContextOfJob(_finished + 1).Tag : 0,
            FinishedTag => _finishedTag,
            >= BusyCycles and < ProgramWeights when offset % 4 == 0 => (uint)(Counter((offset - BusyCycles) / 8, time) >> (int)(8 * (offset & 4))),
            >= ProgramWeights and <= ProgramColumns when offset % 4 == 0 => _operands[(offset - ProgramWeights) / 4],
            ProgramStatus => Progress(Operation.Programming, _programmed),
            ProgramRmsError => BitConverter.SingleToUInt32Bits(_rmsErrorMicroSiemens),
            ProgramPulses => _pulses,
            CalibrateStatus => Progress(Operation.Calibrating, _calibrated),
            CalibrateReference => BitConverter.SingleToUInt32Bits(_crossbar.State.ReferenceResponse),
            CalibrateResponse => BitConverter.SingleToUInt32Bits(_response),
            CalibrateAlpha => BitConverter.SingleToUInt32Bits(_crossbar.State.Alpha),
            Age => BitConverter.SingleToUInt32Bits((float)AgeSecondsAt(time)),
            ErrorCause => (uint)_errorCause,
            ErrorArgument => _errorArgument,
            >= Saturation and < Saturation + 4 * SaturationWords when offset % 4 == 0 => SaturationWord((offset - Saturation) / 4),
            SoftClear or ProgramStart or CalibrateStart or AgeAdvance => 0,
            _ => null,
        };
        value = found ?? 0;
        return found.HasValue;
    }

    private uint StatusWord()
    {
        uint free = 0;
        foreach (var context in _contexts) free += context.State == AimcContextState.Free ? 1u : 0;
        return (Pending > 0 && _operation == Operation.None ? 1u : 0)
            | (_operation == Operation.Programming ? 2u : 0)
            | (_operation == Operation.Calibrating ? 4u : 0)
            | (_errorCause != AimcTileError.None ? 8u : 0)
            | (Pending << 4) | (free << 8);
    }

    private uint CapsWord()
    {
        var preset = _crossbar.Options.Preset;
        return Narrow(_crossbar.State.Rows) | (Narrow(_crossbar.State.Columns) << 11)
            | ((uint)preset.Dac.Bits << 22) | ((uint)preset.Adc.Bits << 26) | ((uint)(_contexts.Length - 1) << 30);
    }

    // A side, limited to the bits that CAPS has for it.
    private static uint Narrow(int lines) => Math.Min((uint)lines, 0x7FF);

    private uint ModeWord()
    {
        var preset = _crossbar.Options.Preset;
        return (preset.NoiseManagement == NoiseManagement.AbsMax ? 1u : 0)
            | (preset.BoundManagement == BoundManagement.Iterative ? 2u : 0)
            | (_crossbar.Options.Model.IsNoiseless ? 0 : 4u)
            | (_crossbar.Options.TimingOnly ? 8u : 0);
    }

    private void SetTInt(uint value)
    {
        if (value is 0 or > MaxTIntNs) Fail(AimcTileError.Value, value);
        else _tIntNs = value;
    }

    // Columns after the end of the bitmap share its bits.
    private uint SaturationWord(uint word)
    {
        uint bits = 0;
        for (var i = (int)word; i < _saturated.Length; i += SaturationWords) bits |= _saturated[i];
        return bits;
    }

    private void ClearSaturation(uint word, uint bits)
    {
        for (var i = (int)word; i < _saturated.Length; i += SaturationWords) _saturated[i] &= ~bits;
    }

    private ulong Counter(uint counter, ulong time) =>
        _counters[counter] + (counter == 0 && !IsIdle && time > _busySince ? time - _busySince : 0);

    private static ref ulong At(ulong[] counters, uint register) => ref counters[(register - BusyCycles) / 8];

    private void Fail(AimcTileError cause, uint argument)
    {
        (_errorCause, _errorArgument) = (cause, argument);
        Raise(Irq.Error);
    }

    private void ClearInterrupts(uint bits)
    {
        _irqStatus &= ~bits;
        if ((bits & (uint)Irq.Error) != 0) (_errorCause, _errorArgument) = (AimcTileError.None, 0);
    }

    private void Raise(Irq what)
    {
        _irqStatus |= (uint)what;
        _interrupt.Set((_irqStatus & _irqEnable) != 0);
    }

    /// <inheritdoc/>
    uint IJobDevice.CompletedJob => _finished;

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (isLoad) return;
        if (access.Offset == SoftClear) order.Abort(this);
        else if (access.Offset == Trigger && NextJob(access.Initiator) is { } job) order.Launch(this, job.Number, job.Operands);
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order) => order.AcquireJobs();

    private BusResponse WaitUnlessMet(int initiator, Waiting waiting)
    {
        if (!Initiators.IsHart(initiator) || IsMet(initiator, waiting)) return BusResponse.Ok;
        _waiting[initiator] = waiting;
        return BusResponse.Wait;
    }

    private bool IsMet(int hart, Waiting waiting) => IsIdle || (waiting == Waiting.Job && HasReached(_finished, _jobToWaitFor[hart]));

    private void ReleaseWaiters(ulong time)
    {
        for (var hart = 0; hart < HartSet.Capacity; hart++)
        {
            if (_waiting[hart] == Waiting.Nothing || !IsMet(hart, _waiting[hart])) continue;
            _waiting[hart] = Waiting.Nothing;
            _masters.Release(hart, time, _finished, Cause.TileWait);
        }
    }

    private bool IsIdle => Pending == 0 && _operation == Operation.None;

    // The tile has work from this cycle on.
    private void BecomeBusy(ulong time)
    {
        if (IsIdle) _busySince = time;
    }

    private void BecomeIdle(ulong time)
    {
        if (!IsIdle) return;
        _idleSince = time;
        if (time > _busySince) At(_counters, BusyCycles) += time - _busySince;
    }
}
