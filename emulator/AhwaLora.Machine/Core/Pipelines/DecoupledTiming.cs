namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Sizes and latencies of the decoupled pipeline. The defaults are Snitch's default compute core (with sequencer).</summary>
public sealed record DecoupledTiming
{
    /// <summary>Pipeline registers of the FP adder and multiplier: 2 for the single-precision FPU, 3 for the merged one.</summary>
    [Rule(Provenance.Measured, 1, 3)]
    public int FloatAddMultiplyStages { get; init; } = 3;

    /// <summary>Pipeline registers of FP conversions.</summary>
    [Rule(Provenance.Measured, 1, 3)]
    public int FloatConvertStages { get; init; } = 2;

    /// <summary>FP operations the sequencer's ring holds; 0 for a core without one.</summary>
    [Rule(Provenance.Measured, 0, 32)]
    public int SequencerEntries { get; init; } = 32;

    /// <summary>The largest number of accesses in flight, for the integer core and for the FP subsystem separately.</summary>
    [Rule(Provenance.Measured, 1, 4)]
    public int OutstandingAccesses { get; init; } = 4;

    /// <summary>Accesses the address queue holds.</summary>
    [Rule(Provenance.Measured, 1, 8)]
    public int AddressQueueEntries { get; init; } = 8;

    /// <summary>From a trapping instruction to its handler's first (measured for ecall).</summary>
    [Rule(Provenance.Measured, 1, 64)]
    public int TrapCycles { get; init; } = 1;
}
