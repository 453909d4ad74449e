using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Platform;

/// <summary>Instruction memory that delivers aligned blocks, with or without a cache in front [derived: no measured core had one].</summary>
public sealed record InstructionMemoryDescription
{
    /// <summary>Bytes of one fetch, a power of two from 4 to 64.</summary>
    public int BlockBytes { get; init; } = 4;

    /// <summary>Cycles of a fetch beyond one, where no cache answers.</summary>
    public int ExtraCycles { get; init; }

    /// <summary>Instruction cache; null for none.</summary>
    public InstructionCacheDescription? Cache { get; init; }
}

/// <summary>An instruction cache.</summary>
public sealed record InstructionCacheDescription
{
    /// <summary>Capacity, bytes.</summary>
    public int SizeBytes { get; init; } = 4096;

    /// <summary>Associativity.</summary>
    public int Ways { get; init; } = 2;

    /// <summary>Line size, bytes.</summary>
    public int LineBytes { get; init; } = 32;

    /// <summary>True for one cache for all harts, false for one each.</summary>
    public bool Shared { get; init; } = true;

    /// <summary>Cycles that a miss costs.</summary>
    public int MissCycles { get; init; } = 10;

    /// <summary>As the fetch model takes it.</summary>
    public InstructionCacheTiming ToTiming() => new(SizeBytes, Ways, LineBytes, Shared, MissCycles);
}
