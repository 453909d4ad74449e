using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine;

/// <content>All that a snapshot holds of a machine.</content>
public sealed partial class EmulatedMachine : IStateful
{
    /// <summary>All memories. A private memory occurs once for each hart.</summary>
    public IReadOnlyList<MemoryRegion> Memories => _memories;

    /// <summary>Saves or restores the whole state. A run that goes on from it is the same to the bit, on every engine.</summary>
    public void SaveOrRestore(StateStream state)
    {
        foreach (var memory in _memories) memory.SaveOrRestore(state);
        SaveOrRestoreBesideMemory(state);
        state.Require(state.IsSaving || _harts.TrueForAll(IsConsistent));
    }

    /// <summary>Saves or restores all state except the contents of memories.</summary>
    public void SaveOrRestoreBesideMemory(StateStream state)
    {
        // Restored interrupt lines wake harts, so the harts and their clocks come after the devices.
        foreach (var device in _devices) device.Device.SaveOrRestore(state);
        foreach (var hart in _harts) hart.SaveOrRestore(state);
        foreach (var pipeline in _pipelines) pipeline.SaveOrRestore(state);
        Regions.SaveOrRestore(state);
        _events.SaveOrRestore(state);
        _semihosting.SaveOrRestore(state);
        _htif?.SaveOrRestore(state);
        foreach (var cluster in _clusters) cluster.SaveOrRestore(state);
        _fetch?.SaveOrRestore(state);
        _scheduler.SaveOrRestore(state);
        SaveOrRestoreResult(state);
        if (!state.IsSaving) Rearm();
    }

    /// <summary>True if a hart, its pipeline and the access it waits for agree on the time: a limit looks at the hart's.</summary>
    private bool IsConsistent(Hart hart)
    {
        var time = hart.Time;
        _engines[hart.Id].Idle(time, Cause.Issue); // changes nothing if they agree
        return hart.Time == time && MayWait(hart);
    }

    /// <summary>Only a load, store or atomic has an access that waits. Another instruction would never end it, and the hart's next action would stay in the past.</summary>
    private static bool MayWait(Hart hart)
    {
        if (!hart.Pending.IsActive) return true;
        if (!hart.Pending.IsGranted && hart.Pending.Time < hart.Time) return false;
        if (!hart.Space.Peek(hart.Pc, 2, hart.Time, out var word)) return false;
        if (!Decoder.IsCompressed(word) && !hart.Space.Peek(hart.Pc, 4, hart.Time, out word)) return false;
        return new Decoder(hart.Features.Extensions).Decode(word).Row.Unit is Unit.Load or Unit.Store or Unit.Atomic;
    }

    private void SaveOrRestoreResult(StateStream state)
    {
        var hasResult = Result is not null;
        var (reason, code, hart) = Result ?? default;
        state.Field(ref hasResult);
        state.Field(ref reason);
        state.Field(ref code);
        state.Field(ref hart);
        Result = hasResult ? new RunResult(reason, code, hart) : null;
    }

    /// <summary>Sets what follows from the state: watches of reservations, probes that count events, and the instruction after which a hart's tohost is examined.</summary>
    private void Rearm()
    {
        _isStopRequested = false;
        _deviceTime = 0;
        foreach (var hart in _harts)
        {
            ConnectProbes(hart);
            _htifDueAt[hart.Id] = _htif?.IsDue(hart.Id) != true ? ulong.MaxValue : _htif.IsTaken(hart.Id) ? hart.Retired : hart.Retired + 1;
            if (hart.HasReservation && hart.Space.FindMemory(hart.ReservationAddress, 4) is { } memory) memory.AddWatch(hart.ReservationAddress, 4, Watch.Reservation);
        }
    }
}
