using AhwaLora.Machine.Bus;
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
