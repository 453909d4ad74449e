namespace AhwaLora.Runs.Profiling;

/// <summary>What to make of a profile beside its tables.</summary>
public sealed record ProfileRequest
{
    /// <summary>Where to write folded stacks; null for nowhere.</summary>
    public string? FoldedPath { get; init; }

    /// <summary>Where to write Callgrind's format; null for nowhere.</summary>
    public string? CallgrindPath { get; init; }
}
