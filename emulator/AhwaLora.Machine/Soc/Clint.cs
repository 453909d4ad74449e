using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Soc.ClintRegisters;

namespace AhwaLora.Machine.Soc;

/// <summary>Core-local interruptor: a software interrupt and a timer per hart, and the mtime that they share.</summary>
public sealed class Clint : IClockedDevice, IOrderingDevice, ITimeSource
{
    private readonly InterruptLine[] _softwareLines;
    private readonly InterruptLine[] _timerLines;
    private readonly ulong _cyclesPerTick;

    private readonly uint[] _msip;
    private readonly ulong[] _mtimecmp;
    private ulong _origin;
    private ulong _ticksAtOrigin;

    /// <summary>A CLINT at reset.</summary>
    /// <param name="softwareLines">MSIP of each hart, 1 to 64.</param>
    /// <param name="timerLines">MTIP of each hart.</param>
    /// <param name="cyclesPerTick">Cycles per count of mtime.</param>
    public Clint(IReadOnlyList<InterruptLine> softwareLines, IReadOnlyList<InterruptLine> timerLines, ulong cyclesPerTick = 1)
    {
        if (softwareLines.Count is 0 or > HartSet.Capacity) throw new ArgumentOutOfRangeException(nameof(softwareLines), softwareLines.Count, $"Expected the lines of 1 to {HartSet.Capacity} harts.");
        if (timerLines.Count != softwareLines.Count) throw new ArgumentOutOfRangeException(nameof(timerLines), timerLines.Count, $"Expected as many as software lines: {softwareLines.Count}.");
        if (cyclesPerTick == 0) throw new ArgumentOutOfRangeException(nameof(cyclesPerTick), cyclesPerTick, "Expected at least 1 cycle.");
        _softwareLines = [.. softwareLines];
        _timerLines = [.. timerLines];
        _cyclesPerTick = cyclesPerTick;
        _msip = new uint[softwareLines.Count];
        _mtimecmp = new ulong[softwareLines.Count];
        Array.Fill(_mtimecmp, ulong.MaxValue);
    }

    /// <inheritdoc/>
    public string Name => "clint";

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <summary>The first cycle in which a timer's level changes: it reaches its mtimecmp, or mtime wraps to 0.</summary>
    public ulong NextEvent { get; private set; } = ulong.MaxValue;

    /// <inheritdoc/>
    public ulong TimeAt(ulong cycle) => _ticksAtOrigin + (cycle < _origin ? 0 : (cycle - _origin) / _cyclesPerTick);

    /// <inheritdoc/>
    public void Advance(ulong time)
    {
        if (time == CycleOfWrap()) (_origin, _ticksAtOrigin) = (time, 0);
        UpdateTimers(time);
    }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value) =>
        Peek(access.Offset, access.Bytes, access.Time, out value) ? BusResponse.Ok : BusResponse.Fault;

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        var offset = access.Offset;
        if (!RegisterWords.IsWord(offset, access.Bytes)) return BusResponse.Fault;
        if (HartOf(offset, Msip, 4) is { } software)
        {
            _msip[software] = value & 1;
            _softwareLines[software].Set(_msip[software] != 0);
            return BusResponse.Ok;
        }

        if (HartOf(offset, Mtimecmp, 8) is { } timer) _mtimecmp[timer] = RegisterWords.WithWord(_mtimecmp[timer], offset, value);
        else if (RegisterWords.IsIn(offset, Mtime, 8)) (_origin, _ticksAtOrigin) = (access.Time, RegisterWords.WithWord(TimeAt(access.Time), offset, value));
        else return BusResponse.Fault;
        UpdateTimers(access.Time);
        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (!RegisterWords.IsWord(offset, bytes)) return false;
        if (HartOf(offset, Msip, 4) is { } software) value = _msip[software];
        else if (HartOf(offset, Mtimecmp, 8) is { } timer) value = RegisterWords.Word(_mtimecmp[timer], offset);
        else if (RegisterWords.IsIn(offset, Mtime, 8)) value = RegisterWords.Word(TimeAt(time), offset);
        else return false;
        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        var nextEvent = NextEvent;
        state.Array(_msip);
        state.Array(_mtimecmp);
        state.Field(ref _origin);
        state.Field(ref _ticksAtOrigin);
        state.Field(ref nextEvent);
        NextEvent = nextEvent;
        foreach (var line in _softwareLines) line.SaveOrRestore(state);
        foreach (var line in _timerLines) line.SaveOrRestore(state);
    }

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (!isLoad) order.Release(this, access.Offset);
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order) => order.Acquire(this, offset);

    /// <inheritdoc/>
    public void Interrupted(int hart, IAccessOrder order)
    {
        order.Acquire(this, Msip + 4 * (uint)hart);
        order.Acquire(this, Mtimecmp + 8 * (uint)hart);
        order.Acquire(this, Mtimecmp + 8 * (uint)hart + 4);
    }

    private int? HartOf(uint offset, uint first, uint bytes) =>
        RegisterWords.IsIn(offset, first, bytes * (uint)_msip.Length) ? (int)((offset - first) / bytes) : null;

    /// <summary>Drives every timer's line as of <paramref name="time"/> and finds the next change.</summary>
    private void UpdateTimers(ulong time)
    {
        var now = TimeAt(time);
        var next = CycleOfWrap();
        for (var hart = 0; hart < _mtimecmp.Length; hart++)
        {
            var isPending = now >= _mtimecmp[hart];
            _timerLines[hart].Set(isPending);
            if (!isPending) next = Math.Min(next, CycleOf(_mtimecmp[hart] - _ticksAtOrigin));
        }

        NextEvent = next;
    }

    /// <summary>The cycle that is <paramref name="ticks"/> after the origin, or never.</summary>
    private ulong CycleOf(ulong ticks)
    {
        var cycle = (UInt128)ticks * _cyclesPerTick + _origin;
        return cycle < ulong.MaxValue ? (ulong)cycle : ulong.MaxValue;
    }

    private ulong CycleOfWrap() => _ticksAtOrigin == 0 ? ulong.MaxValue : CycleOf(0 - _ticksAtOrigin);
}
