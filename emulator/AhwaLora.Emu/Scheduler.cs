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
            var (hart, others) = NextHart();
            var time = Math.Min(Math.Min(eventTime, _banks?.NextRequest ?? ulong.MaxValue), hart?.NextAction ?? ulong.MaxValue);
            if (time == ulong.MaxValue) return new RunResult(ExitReason.Deadlock, 0, -1);
            if (time >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);

            if (eventTime == time) _machine.Advance(device!, time);
            else if (hart is not null && hart.NextAction == time && !IsBankRequest(hart)) RunHart(hart, others, eventTime, limits);
            else _banks!.Arbitrate(time);

            if (_machine.RetiredInstructions >= limits.MaxInstructions && _machine.Result is null) return new RunResult(ExitReason.InstructionLimit, 0, -1);
        }

        return _machine.Result.Value;
    }

    private bool IsBankRequest(Hart hart) => _banks is not null && hart.Pending is { IsActive: true, IsGranted: false } && _banks.IsBanked(hart.Pending.Address);

    private void RunHart(Hart hart, (ulong Time, int Id) others, ulong eventTime, in RunLimits limits)
    {
        var until = Math.Min(Math.Min(eventTime, limits.MaxCycles), SaturatingAdd(others.Time, RunAheadCycles));

        // Of two harts in the same cycle the lower number is first; a device's event comes before both.
        var horizon = others.Time == ulong.MaxValue || hart.Id < others.Id ? others.Time : others.Time - 1;
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

    /// <summary>The running hart that acts first, and the time and number of the one behind it. In one cycle those that ask for a bank come last: all its requests must be known.</summary>
    private (Hart? First, (ulong Time, int Id) Others) NextHart()
    {
        Hart? first = null;
        var others = (Time: ulong.MaxValue, Id: int.MaxValue);
        foreach (var hart in _machine.Harts)
        {
            if (hart.State != HartState.Running) continue;
            if (first is null)
            {
                first = hart;
            }
            else if (hart.NextAction < first.NextAction || (hart.NextAction == first.NextAction && IsBankRequest(first) && !IsBankRequest(hart)))
            {
                others = (first.NextAction, first.Id);
                first = hart;
            }
            else if (hart.NextAction < others.Time)
            {
                others = (hart.NextAction, hart.Id);
            }
        }

        return (first, others);
    }
}
