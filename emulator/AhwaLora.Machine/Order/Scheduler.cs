using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <summary>
/// The machine's order: the hart or device with the lowest local time acts first; at equal times, devices before harts,
/// then by number. A hart runs ahead of the others by up to <see cref="RunAheadCycles"/>. It waits for its turn before a
/// device access, an atomic or a fence and, with exact contention, before a bank access. After that distance it goes on to
/// the end of its loop's iteration, so that translated code is left at the start of a loop and not at any instruction.
/// </summary>
internal sealed partial class Scheduler : IStateful
{
    /// <summary>
    /// The number of cycles by which a hart may run ahead of the slowest hart while it uses plain memory only. It bounds how
    /// stale a word can be that is polled without a fence, and is long enough that switching harts costs little.
    /// </summary>
    public const ulong RunAheadCycles = 512;

    /// <summary>The number of cycles by which it may run ahead if no backward jump or taken backward branch ends its turn.</summary>
    public const ulong MostRunAheadCycles = 4096;

    private const int MostEventsPerCycle = 1 << 20;

    private readonly IScheduledMachine _machine;
    [Unsaved("it belongs to the machine, which saves it")]
    private readonly BankScheduler[] _banks;
    [Unsaved("they belong to the machine, which saves them")]
    private readonly Hart[] _harts;
    [Unsaved("they belong to the machine, which saves them")]
    private readonly IClockedDevice[] _devices;

    // The hart whose turn it is, and the window of its turn. A limit or a probe may stop the hart within the window. The
    // next run continues the turn, so that the result does not depend on where a run was stopped.
    private Hart? _turn;
    private RunWindow _window;
    private HartSet _held;
    [Unsaved("looks for a run that does not go on")]
    private ulong _latestEvent;
    [Unsaved("looks for a run that does not go on")]
    private int _eventsSinceProgress;

    /// <summary>Creates a scheduler before the first cycle.</summary>
    /// <param name="machine">The machine whose harts and devices it runs.</param>
    /// <param name="banks">The banks of each cluster's TCDM in exact contention; empty otherwise.</param>
    public Scheduler(IScheduledMachine machine, IEnumerable<BankScheduler> banks)
    {
        _machine = machine;
        _banks = [.. banks];
        _harts = [.. machine.Harts];
        _devices = [.. machine.ClockedDevices];
        _agenda = new Agenda(machine.Harts.Count);
    }

    /// <summary>The hart whose turn it is, or -1 if none has been given a turn.</summary>
    public int Turn => _turn?.Id ?? -1;

    /// <summary>Harts that the debugger holds: they do not act even if they could.</summary>
    public HartSet Held
    {
        get => _held;
        set
        {
            _held = value;
            if (_turn is not null && value.Contains(_turn.Id)) EndTurn();
        }
    }

    /// <summary>Events of devices and rounds of the banks so far.</summary>
    public ulong DeviceEvents { get; private set; }

    /// <summary>Runs until the guest ends the run, a limit is reached, a probe stops it, or no hart or device can go on.</summary>
    public RunResult Run(in RunLimits limits)
    {
        (_latestEvent, _eventsSinceProgress) = (0, 0);
        var result = RunTurns(limits);
        _machine.Settle();
        return result;
    }

    private RunResult RunTurns(in RunLimits limits)
    {
        while (_machine.Result is null)
        {
            if (_machine.TakeStop()) return new RunResult(ExitReason.Stopped, 0, -1);
            if (limits.MaxInstructions != ulong.MaxValue && _machine.RetiredInstructions >= limits.MaxInstructions) return new RunResult(ExitReason.InstructionLimit, 0, -1);
            if (limits.OneHart is { } one && _machine.Harts[one.Hart].Retired >= one.Retired) return new RunResult(ExitReason.InstructionLimit, 0, one.Hart);
            if (_turn is null && (_banks.Length == 0 ? Choose(limits) : RunCycles(limits)) is { } end) return end;
            if (_turn is null) continue;
            if (limits.OnlyHart is { } only && _turn.Id != only) return new RunResult(ExitReason.Stopped, 0, -1);
            if (_turn.NextAction >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);
            TakeTurn(_turn, _window, limits);
        }

        return _machine.Result.Value;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        var id = _turn?.Id ?? -1;
        var (until, horizon, yield) = _window;
        var held = Held;
        var events = DeviceEvents;
        state.Field(ref id);
        state.Field(ref until);
        state.Field(ref horizon);
        state.Field(ref yield);
        HartSet.SaveOrRestore(state, ref held);
        state.Field(ref events);
        state.Require(id >= -1 && id < _machine.Harts.Count);
        _turn = id < 0 ? null : _machine.Harts[id];
        (_window, _held, DeviceEvents) = (new RunWindow(until, horizon, yield), held, events);
    }

    /// <summary>Lets a device act, or gives the next hart its turn. Returns a result if nothing is left to act, or nothing before the limit.</summary>
    private RunResult? Choose(in RunLimits limits)
    {
        var (device, eventTime) = NextDevice();
        var (hart, first, others) = NextHart();
        var time = Math.Min(eventTime, first.Time);
        if (time == ulong.MaxValue) return new RunResult(ExitReason.AllWaiting, 0, -1);
        if (time >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);
        if (eventTime == time) Advance(device!, time);
        else GiveTurn(hart!, RunAhead(others, hart!.Id), eventTime);
        return null;
    }

    private void Advance(IClockedDevice device, ulong time)
    {
        CheckProgress(time);
        _machine.Advance(device, time);
        DeviceEvents++;
        _machine.OnDeviceEvent();
    }

    /// <summary>
    /// A device acts a few times per cycle. If it acts without end and time stands still, no limit is reached: only a device whose state was
    /// changed by hand in a snapshot does so.
    /// </summary>
    private void CheckProgress(ulong time)
    {
        _eventsSinceProgress = time > _latestEvent ? 0 : _eventsSinceProgress + 1;
        _latestEvent = Math.Max(time, _latestEvent);
        if (_eventsSinceProgress > MostEventsPerCycle) throw new InvalidDataException("A device acts without end in one cycle.");
    }

    /// <summary>A hart's place in the machine's order.</summary>
    private readonly record struct Place(ulong Time, int Id)
    {
        public static Place Last { get; } = new(ulong.MaxValue, int.MaxValue);

        /// <summary>The last cycle in which a hart of number <paramref name="id"/> comes before this place.</summary>
        public ulong Horizon(int id) => Time == ulong.MaxValue || id < Id ? Time : Time - 1;
    }

    private static RunWindow RunAhead(in Place others, int hart) => new(
        SaturatingAdd(others.Time, MostRunAheadCycles), others.Horizon(hart), SaturatingAdd(others.Time, RunAheadCycles));

    /// <summary>Gives a hart its turn.</summary>
    private void GiveTurn(Hart hart, in RunWindow window, ulong eventTime) => (_turn, _window) = (hart, Before(eventTime, window));

    private void EndTurn() => (_turn, _window) = (null, default);

    /// <summary>Cuts a window at the next event of a device, because a device acts before the harts in the same cycle.</summary>
    private static RunWindow Before(ulong eventTime, in RunWindow window) =>
        window with { Until = Math.Min(eventTime, window.Until), Horizon = Math.Min(window.Horizon, eventTime - 1) };

    /// <summary>Runs a hart within its turn. The turn is over afterwards, unless a limit or a probe stopped the hart earlier.</summary>
    private StopReason TakeTurn(Hart hart, in RunWindow window, in RunLimits limits)
    {
        var reason = _machine.RunHart(hart, window with { Until = Math.Min(window.Until, limits.MaxCycles) }, limits);
        var goesOn = reason is StopReason.Limit or StopReason.Stopped && hart.State == HartState.Running && hart.Time < window.Until;
        if (goesOn) (_turn, _window) = (hart, window);
        else if (_turn is not null) EndTurn();
        return reason;
    }

    private static ulong SaturatingAdd(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;

    private (IClockedDevice? Device, ulong Time) NextDevice()
    {
        IClockedDevice? first = null;
        var time = ulong.MaxValue;
        foreach (var device in _devices)
        {
            var next = device.NextEvent;
            if (next >= time) continue;
            (first, time) = (device, next);
        }

        return (first, time);
    }

    /// <summary>The running hart that acts first, its place, and the place of the hart after it.</summary>
    private (Hart? Hart, Place First, Place Others) NextHart()
    {
        Hart? next = null;
        var (first, others) = (Place.Last, Place.Last);
        foreach (var hart in _harts)
        {
            // Harts come by number, so at equal times the lowest number wins.
            var time = hart.NextAction;
            if (time >= others.Time || hart.State != HartState.Running || Held.Contains(hart.Id)) continue;
            var place = new Place(time, hart.Id);
            if (time < first.Time) (next, first, others) = (hart, place, first);
            else others = place;
        }

        return (next, first, others);
    }
}
