using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <content>
/// Exact contention: the run goes cycle by cycle. In each cycle devices act first, then the harts that execute an
/// instruction, by number. The banks act last, when all requests of the cycle are known. Each cluster's TCDM arbitrates by itself.
/// </content>
internal sealed partial class Scheduler
{
    [Unsaved("follows from the harts when a run begins")]
    private readonly Agenda _agenda;
    [Unsaved("follows from the devices when a run begins")]
    private IClockedDevice? _nextDevice;
    [Unsaved("follows from the devices when a run begins")]
    private ulong _nextEvent;

    /// <summary>
    /// Runs cycles until an event that may affect any hart or device, so that the agenda has to be built again: a device
    /// acted, or a hart accessed a device or was stopped. Returns a result if nothing is left to act, or nothing before the limit.
    /// </summary>
    private RunResult? RunCycles(in RunLimits limits)
    {
        (_nextDevice, _nextEvent) = NextDevice();
        foreach (var hart in _harts) Update(hart);
        foreach (var banks in _banks) banks.Look();
        while (true)
        {
            var time = Math.Min(Math.Min(_nextEvent, NextRequest()), _agenda.First);
            if (time == ulong.MaxValue) return new RunResult(ExitReason.AllWaiting, 0, -1);
            if (time >= limits.MaxCycles) return new RunResult(ExitReason.CycleLimit, 0, -1);
            if (!RunCycle(time, limits)) return null;
        }
    }

    /// <summary>Runs what comes first in a cycle: a device, or the harts that execute an instruction in it, or the banks. True if the agenda is still valid for the others.</summary>
    private bool RunCycle(ulong time, in RunLimits limits)
    {
        if (time == _nextEvent)
        {
            Advance(_nextDevice!, time);
            return false;
        }

        var (acting, asking) = _agenda.In(time);
        if (!acting.IsEmpty) return RunHarts(acting, Before(_nextEvent, new RunWindow(SaturatingAdd(time, RunAheadCycles), time)), limits);
        var devicesAsk = false;
        foreach (var banks in _banks)
        {
            devicesAsk |= banks.NextRequest <= time;
            banks.Arbitrate(time, _banks.Length == 1 ? asking : Askers(banks, asking));
        }

        foreach (var id in asking) Update(_harts[id]);
        if (devicesAsk) (_nextDevice, _nextEvent) = NextDevice();
        DeviceEvents++;
        _machine.OnDeviceEvent();
        return !_machine.IsStopRequested;
    }

    /// <summary>Gives each hart of a set its turn. Stops and returns false after a hart whose turn may have changed more than that hart, or is not over.</summary>
    private bool RunHarts(HartSet harts, in RunWindow window, in RunLimits limits)
    {
        var isLimited = limits.OnlyHart is not null || limits.OneHart is not null || limits.MaxInstructions != ulong.MaxValue;
        foreach (var id in harts)
        {
            var hart = _harts[id];
            if (isLimited)
            {
                (_turn, _window) = (hart, window);
                return false;
            }

            if (TakeTurn(hart, window, limits) is not (StopReason.NeedsTurn or StopReason.Limit) || _turn is not null || _machine.Result.HasValue) return false;
            Update(hart);
        }

        return true;
    }

    private void Update(Hart hart)
    {
        ref readonly var pending = ref hart.Pending;
        var asks = pending.IsActive && !pending.IsGranted && IsBanked(pending.Address);
        _agenda.Update(hart, _held.Contains(hart.Id), asks);
    }

    private bool IsBanked(uint address)
    {
        foreach (var banks in _banks)
        {
            if (banks.IsBanked(address)) return true;
        }

        return false;
    }

    /// <summary>The cycle in which a master other than a hart asks next.</summary>
    private ulong NextRequest()
    {
        var next = ulong.MaxValue;
        foreach (var banks in _banks) next = Math.Min(next, banks.NextRequest);
        return next;
    }

    /// <summary>The harts, among those that ask for a bank, that ask for a bank of this scheduler.</summary>
    private HartSet Askers(BankScheduler banks, HartSet asking)
    {
        var askers = default(HartSet);
        foreach (var id in asking)
        {
            if (banks.IsBanked(_harts[id].Pending.Address)) askers = askers.With(id);
        }

        return askers;
    }
}
