namespace AhwaLora.Machine.Bus;

/// <summary>What the banks of a TCDM have counted since reset.</summary>
public interface ITcdmCounters
{
    /// <summary>Accesses granted.</summary>
    ulong Accessed { get; }

    /// <summary>Cycles that masters have waited for a bank, summed over masters.</summary>
    ulong Congested { get; }
}
