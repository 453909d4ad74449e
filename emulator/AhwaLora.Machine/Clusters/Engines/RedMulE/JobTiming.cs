namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>How a job goes whose every access is granted, or decided by <see cref="PortGrants"/>.</summary>
/// <param name="Cycles">Cycles from its start to its event; of a job that hangs, to the last movement.</param>
/// <param name="Reads">Loads granted, the event's cycle included.</param>
/// <param name="Writes">Stores granted, the event's cycle included.</param>
/// <param name="Denied">Cycles in which an access was denied.</param>
/// <param name="IsHung">True if it never ends.</param>
internal readonly record struct JobTiming(ulong Cycles, ulong Reads, ulong Writes, ulong Denied, bool IsHung)
{
    // A port that is denied for so long will never be granted.
    private const ulong MostDenied = 100_000;

    /// <summary>Runs a job to its end, or until it hangs.</summary>
    /// <param name="engine">The engine at the job's start.</param>
    /// <param name="grants">Decides each access, by the cycle since the engine's start; null to grant all.</param>
    /// <param name="memory">Memory for the data path; null without one.</param>
    /// <param name="isHardware">True if the engine goes on while an access is denied, as v2.0.4 does; false if it stands still.</param>
    public static JobTiming Run(RedMulEEngine engine, PortGrants? grants, EngineMemory? memory, bool isHardware = true)
    {
        var deniedInARow = 0UL;
        while (!engine.IsDone && !engine.IsHung && deniedInARow < MostDenied)
        {
            var access = engine.Request();
            var isGranted = access.Channel != Channel.None && (grants is null || grants(engine.Cycle, access.Address));
            deniedInARow = access.Channel != Channel.None && !isGranted ? deniedInARow + 1 : 0;
            if (isHardware || isGranted || access.Channel == Channel.None) engine.Clock(isGranted, memory);
            else engine.Hold();
        }

        var cycles = engine.IsHung ? engine.Cycle - RedMulEEngine.HangCycles : engine.Cycle;
        return new JobTiming(cycles, engine.Reads, engine.Writes, engine.Denied, !engine.IsDone);
    }
}
