using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Engines;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu;

/// <summary>
/// The machine's order: whoever has the lowest local time acts first; of several, devices before harts, then by number.
/// A hart runs ahead of the others up to <see cref="RunAheadCycles"/>, but waits for its turn before it touches a device,
/// an atomic or a fence, and, with exact contention, a bank.
/// </summary>
internal sealed class Scheduler
{
    /// <summary>
    /// How far a hart may be ahead of the slowest in plain memory. It bounds how stale a word polled without a fence can
    /// be, and is long enough that switching harts costs little.
    /// </summary>
    public const ulong RunAheadCycles = 512;

    private readonly Machine _machine;
    private readonly BankScheduler? _banks;

    public Scheduler(Machine machine, BankScheduler? banks)
    {
        _machine = machine;
        _banks = banks;
    }

    /// <summary>Runs until the guest ends the run, a limit is reached, or nobody can go on.</summary>
    public RunResult Run(in RunLimits limits)
    {
        while (_machine.Result is null)
        {
            var (device, eventTime) = NextDevice();
            var (hart, first, others) = NextHart();
            var time = Math.Min(Math.Min(eventTime, _banks?.NextRequest ?? ulong.MaxValue), first.Time);
            if (time == ulong.MaxValue) return new RunResult(ExitReason.Deadlock, 0, -1);
            if (time >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);

            if (eventTime == time) _machine.Advance(device!, time);
            else if (first.Time == time && !first.AsksForBank) RunHart(hart!, others, eventTime, limits);
            else _banks!.Arbitrate(time);

            if (_machine.RetiredInstructions >= limits.MaxInstructions && _machine.Result is null) return new RunResult(ExitReason.InstructionLimit, 0, -1);
        }

        return _machine.Result.Value;
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

    private void RunHart(Hart hart, in Place others, ulong eventTime, in RunLimits limits)
    {
        var until = Math.Min(Math.Min(eventTime, limits.MaxCycles), SaturatingAdd(others.Time, RunAheadCycles));

        // A device's event comes before what harts do in its cycle.
        var horizon = others.Horizon(hart.Id);
        if (eventTime != ulong.MaxValue) horizon = Math.Min(horizon, eventTime - 1);
        _machine.RunHart(hart, new RunWindow(until, horizon), limits.MaxInstructions);
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
            if (hart.State != HartState.Running) continue;
            var asksForBank = _banks is not null && hart.Pending is { IsActive: true, IsGranted: false } && _banks.IsBanked(hart.Pending.Address);
            var place = new Place(hart.NextAction, asksForBank, hart.Id);
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
