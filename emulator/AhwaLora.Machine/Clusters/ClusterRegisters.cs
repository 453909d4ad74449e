using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Clusters;

/// <summary>Offsets and datasheet of the <c>ClusterBlock</c>.</summary>
public static class ClusterRegisters
{
#pragma warning disable CS1591 // The map below describes each register.
    public const uint BarrierRead = 0x00, Harts = 0x04, WakeLow = 0x08, WakeHigh = 0x0C, WaitEvent = 0x10;
    public const uint Cycle = 0x20, TcdmAccessed = 0x28, TcdmCongested = 0x30, Mutex0 = 0x100, TryMutex0 = 0x140;
    public const int Mutexes = 16;
#pragma warning restore CS1591

    /// <summary>The register map, for the datasheet.</summary>
    public static readonly RegisterMap Map = new("CLUSTER", 0x1000, "Barrier, events, hardware mutexes and performance counters. Word accesses; of a 64-bit counter read the high word before and after the low one.",
    [
        new(BarrierRead,   "BARRIER",        ReadActs,  "A read waits until every hart that has not ended reads it too, and returns 0."),
        new(Harts,         "HARTS",          ReadOnly,  "Number of harts of the cluster."),
        new(WakeLow,       "WAKE_LO",        WriteOnly, "Bit h raises the event of hart h."),
        new(WakeHigh,      "WAKE_HI",        WriteOnly, "Bit h raises the event of hart 32 + h."),
        new(WaitEvent,     "WAIT_EVENT",     ReadActs,  "A read waits until this hart's event is raised, clears it and returns 1."),
        new(Cycle,         "CYCLE",          ReadOnly,  "Cycles since reset.", Bytes: 8, Stride: 8),
        new(TcdmAccessed,  "TCDM_ACCESSED",  ReadOnly,  "Accesses that the TCDM's banks have granted.", Bytes: 8, Stride: 8),
        new(TcdmCongested, "TCDM_CONGESTED", ReadOnly,  "Cycles that masters have waited for a bank, summed over masters; 0 without exact contention.", Bytes: 8, Stride: 8),
        new(Mutex0,        "MUTEX",          ReadActs,  "A read waits until mutex n is free, takes it and returns 1; first come, first served. Any write by its holder frees it.", Mutexes),
        new(TryMutex0,     "TRY_MUTEX",      ReadActs,  "A read takes mutex n and returns 1, or returns 0 if it is held.", Mutexes),
    ], []);
}
