using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Engines;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu;

/// <summary>
/// The machine's order: whoever has the lowest local time acts first; of several, devices before harts, then by number.
/// A hart runs ahead of the others up to <see cref="RunAheadCycles"/>, but waits for its turn before it touches a device,
/// an atomic or a fence, and, with exact contention, a bank.
/// </summary>
internal sealed class Scheduler : IStateful
{
    /// <summary>
    /// How far a hart may be ahead of the slowest in plain memory. It bounds how stale a word polled without a fence can
    /// be, and is long enough that switching harts costs little.
    /// </summary>
    public const ulong RunAheadCycles = 512;

    private readonly Machine _machine;
    private readonly BankScheduler? _banks;

    // A hart's turn: the window it was given. A limit or a probe may stop it within; the next run goes on with it, so
    // that what happens does not depend on where a run was stopped.
    private Hart? _turn;
    private RunWindow _window;
    private ulong _held;

    public Scheduler(Machine machine, BankScheduler? banks)
    {
        _machine = machine;
        _banks = banks;
    }

    /// <summary>The hart whose turn it is, or -1 where that is open.</summary>
    public int Turn => _turn?.Id ?? -1;

    /// <summary>Harts that stand still whatever they could do, a bit each: the debugger's.</summary>
    public ulong Held
    {
        get => _held;
        set
        {
            _held = value;
            if (_turn is not null && (value >> _turn.Id & 1) != 0) _turn = null;
        }
    }

    /// <summary>Events of devices and rounds of the banks so far.</summary>
    public ulong DeviceEvents { get; private set; }

    /// <summary>Runs until the guest ends the run, a limit is reached, a probe stops it, or nobody can go on.</summary>
    public RunResult Run(in RunLimits limits)
    {
        while (_machine.Result is null)
        {
            if (_machine.TakeStop()) return new RunResult(ExitReason.Stopped, 0, -1);
            if (limits.MaxInstructions != ulong.MaxValue && _machine.RetiredInstructions >= limits.MaxInstructions) return new RunResult(ExitReason.InstructionLimit, 0, -1);
            if (limits.OneHart is { } one && _machine.Harts[one.Hart].Retired >= one.Retired) return new RunResult(ExitReason.InstructionLimit, 0, one.Hart);
            if (_turn is null && Choose(limits) is { } end) return end;
            if (_turn is null) continue;
            if (limits.OnlyHart is { } only && _turn.Id != only) return new RunResult(ExitReason.Stopped, 0, -1);
            if (_turn.NextAction >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);
            TakeTurn(_turn, limits);
        }

        return _machine.Result.Value;
    }

    /// <inheritdoc/>
    public void Transfer(StateStream state)
    {
        var id = _turn?.Id ?? -1;
        var (until, horizon) = _window;
        var held = Held;
        var events = DeviceEvents;
        state.Field(ref id);
        state.Field(ref until);
        state.Field(ref horizon);
        state.Field(ref held);
        state.Field(ref events);
        _turn = id < 0 ? null : _machine.Harts[id];
        (_window, _held, DeviceEvents) = (new RunWindow(until, horizon), held, events);
    }

    /// <summary>Lets a device or the banks act, or gives the next hart its turn; the result where there is nobody, or nobody before the limit.</summary>
    private RunResult? Choose(in RunLimits limits)
    {
        var (device, eventTime) = NextDevice();
        var (hart, first, others) = NextHart();
        var time = Math.Min(Math.Min(eventTime, _banks?.NextRequest ?? ulong.MaxValue), first.Time);
        if (time == ulong.MaxValue) return new RunResult(ExitReason.Deadlock, 0, -1);
        if (time >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);
        if (eventTime != time && first.Time == time && !first.AsksForBank)
        {
            if (_banks is null) GiveTurn(hart!, new RunWindow(SaturatingAdd(others.Time, RunAheadCycles), others.Horizon(hart!.Id)), eventTime);
            else RunCycle(time, eventTime, limits);
            return null;
        }

        if (eventTime == time) _machine.Advance(device!, time);
        else _banks!.Arbitrate(time);
        DeviceEvents++;
        _machine.OnDeviceEvent();
        return null;
    }

    /// <summary>A hart's place in the machine's order: in one cycle those that ask for a bank come last, since all requests of the cycle must be known.</summary>
    private readonly record struct Place(ulong Time, bool AsksForBank, int Id)
    {
        public static Place Last { get; } = new(ulong.MaxValue, true, int.MaxValue);

        public bool IsBefore(in Place other)
        {
            if (Time != other.Time) return Time < other.Time;
            return AsksForBank == other.AsksForBank ? Id < other.Id : !AsksForBank;
        }

        /// <summary>The last cycle in which a hart of number <paramref name="id"/> that asks for no bank comes before this place.</summary>
        public ulong Horizon(int id) => Time == ulong.MaxValue || AsksForBank || id < Id ? Time : Time - 1;
    }

    /// <summary>
    /// With exact contention: every hart that acts in cycle <paramref name="time"/> has its turn, by number, so that the
    /// banks know all requests of the cycle; up to one that was stopped, or whose device may have changed the order.
    /// </summary>
    private void RunCycle(ulong time, ulong eventTime, in RunLimits limits)
    {
        var isLimited = limits.OnlyHart is not null || limits.OneHart is not null || limits.MaxInstructions != ulong.MaxValue;
        foreach (var hart in _machine.Harts)
        {
            if (hart.State != HartState.Running || (Held >> hart.Id & 1) != 0 || hart.NextAction != time || AsksForBank(hart)) continue;
            GiveTurn(hart, new RunWindow(SaturatingAdd(time, RunAheadCycles), time), eventTime);
            if (isLimited) return;
            if (TakeTurn(hart, limits) is StopReason.Interacted or StopReason.Stopped || _turn is not null || _machine.Result is not null) return;
        }
    }

    private bool AsksForBank(Hart hart) => _banks is not null && hart.Pending is { IsActive: true, IsGranted: false } && _banks.IsBanked(hart.Pending.Address);

    /// <summary>Gives a hart its turn; a device's event comes before what harts do in its cycle.</summary>
    private void GiveTurn(Hart hart, in RunWindow window, ulong eventTime)
    {
        _turn = hart;
        _window = new RunWindow(Math.Min(eventTime, window.Until), Math.Min(window.Horizon, eventTime - 1));
    }

    /// <summary>Runs a hart within its turn, which is over unless a limit or a probe stopped it earlier.</summary>
    private StopReason TakeTurn(Hart hart, in RunLimits limits)
    {
        var window = _window with { Until = Math.Min(_window.Until, limits.MaxCycles) };
        var reason = _machine.RunHart(hart, window, limits);
        var goesOn = reason is StopReason.Limit or StopReason.Stopped && hart.State == HartState.Running && hart.Time < _window.Until;
        if (!goesOn) _turn = null;
        return reason;
    }

    private static ulong SaturatingAdd(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;

    private (IClockedDevice? Device, ulong Time) NextDevice()
    {
        IClockedDevice? first = null;
        var time = ulong.MaxValue;
        foreach (var device in _machine.ClockedDevices)
        {
            if (device.NextEvent >= time) continue;
            first = device;
            time = device.NextEvent;
        }

        return (first, time);
    }

    /// <summary>The running hart that acts first, and its place and that of the one behind it.</summary>
    private (Hart? Hart, Place First, Place Others) NextHart()
    {
        Hart? next = null;
        var (first, others) = (Place.Last, Place.Last);
        foreach (var hart in _machine.Harts)
        {
            if (hart.State != HartState.Running || (Held >> hart.Id & 1) != 0) continue;
            var place = new Place(hart.NextAction, AsksForBank(hart), hart.Id);
            if (place.IsBefore(first))
            {
                others = first;
                (next, first) = (hart, place);
            }
            else if (place.IsBefore(others))
            {
                others = place;
            }
        }

        return (next, first, others);
    }
}
