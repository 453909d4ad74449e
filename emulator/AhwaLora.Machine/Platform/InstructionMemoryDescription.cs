using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Platform;

/// <summary>Instruction memory that delivers aligned blocks, with or without a cache [derived: no measured core had one].</summary>
public sealed record InstructionMemoryDescription
{
    /// <summary>Bytes of one fetch, a power of two from 4 to 64.</summary>
    public int BlockBytes { get; init; } = 4;

    /// <summary>Cycles of a fetch beyond the first, if it does not hit in a cache.</summary>
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

    /// <summary>True for one cache shared by all harts, false for one per hart.</summary>
    public bool Shared { get; init; } = true;

    /// <summary>Cycles per miss.</summary>
    public int MissCycles { get; init; } = 10;

    /// <summary>The same as the fetch model takes it.</summary>
    public InstructionCacheTiming ToTiming() => new(SizeBytes, Ways, LineBytes, Shared, MissCycles);
}
