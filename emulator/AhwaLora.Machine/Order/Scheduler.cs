using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <summary>
/// The machine's order: whoever has the lowest local time acts first; of several, devices before harts, then by number.
/// A hart runs ahead of the others up to <see cref="RunAheadCycles"/>, but waits for its turn before it touches a device,
/// an atomic or a fence, and, with exact contention, a bank. Beyond that it goes on to the end of its loop's round, so that
/// translated code is left where a loop begins and not at any instruction.
/// </summary>
internal sealed partial class Scheduler : IStateful
{
    /// <summary>
    /// How far a hart may be ahead of the slowest in plain memory. It bounds how stale a word polled without a fence can
    /// be, and is long enough that switching harts costs little.
    /// </summary>
    public const ulong RunAheadCycles = 512;

    /// <summary>How far it may be ahead where no jump or taken branch backwards ends its turn.</summary>
    public const ulong MostRunAheadCycles = 4096;

    private readonly IScheduledMachine _machine;
    [Unsaved("the machine's, which passes it")]
    private readonly BankScheduler[] _banks;
    [Unsaved("the machine's, which passes them")]
    private readonly Hart[] _harts;
    [Unsaved("the machine's, which passes them")]
    private readonly IClockedDevice[] _devices;

    // A hart's turn: the window it was given. A limit or a probe may stop it within; the next run goes on with it, so
    // that what happens does not depend on where a run was stopped.
    private Hart? _turn;
    private RunWindow _window;
    private HartSet _held;

    /// <summary>A scheduler before the first cycle.</summary>
    /// <param name="machine">Whose harts and devices it runs.</param>
    /// <param name="banks">In exact contention, those of each cluster's TCDM; else none.</param>
    public Scheduler(IScheduledMachine machine, IEnumerable<BankScheduler> banks)
    {
        _machine = machine;
        _banks = [.. banks];
        _harts = [.. machine.Harts];
        _devices = [.. machine.ClockedDevices];
        _agenda = new Agenda(machine.Harts.Count);
    }

    /// <summary>The hart whose turn it is, or -1 if that is open.</summary>
    public int Turn => _turn?.Id ?? -1;

    /// <summary>Harts that stand still whatever they could do: the debugger's.</summary>
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

    /// <summary>Runs until the guest ends the run, a limit is reached, a probe stops it, or nobody can go on.</summary>
    public RunResult Run(in RunLimits limits)
    {
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
        _turn = id < 0 ? null : _machine.Harts[id];
        (_window, _held, DeviceEvents) = (new RunWindow(until, horizon, yield), held, events);
    }

    /// <summary>Lets a device act, or gives the next hart its turn; the result if there is nobody, or nobody before the limit.</summary>
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
        _machine.Advance(device, time);
        DeviceEvents++;
        _machine.OnDeviceEvent();
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

    /// <summary>A window cut where a device acts next, which comes before what harts do in its cycle.</summary>
    private static RunWindow Before(ulong eventTime, in RunWindow window) =>
        window with { Until = Math.Min(eventTime, window.Until), Horizon = Math.Min(window.Horizon, eventTime - 1) };

    /// <summary>Runs a hart within its turn, which is over unless a limit or a probe stopped it earlier.</summary>
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

    /// <summary>The running hart that acts first, and its place and that of the one after it.</summary>
    private (Hart? Hart, Place First, Place Others) NextHart()
    {
        Hart? next = null;
        var (first, others) = (Place.Last, Place.Last);
        foreach (var hart in _harts)
        {
            // They come by number: of several in the same cycle the first is first.
            var time = hart.NextAction;
            if (time >= others.Time || hart.State != HartState.Running || Held.Contains(hart.Id)) continue;
            var place = new Place(time, hart.Id);
            if (time < first.Time) (next, first, others) = (hart, place, first);
            else others = place;
        }

        return (next, first, others);
    }
}
