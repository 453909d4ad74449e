namespace AhwaLora.Runs.Profiling;

/// <summary>Files to write from a profile, besides its tables.</summary>
public sealed record ProfileRequest
{
    /// <summary>File for folded stacks; null for none.</summary>
    public string? FoldedPath { get; init; }

    /// <summary>File in Callgrind's format; null for none.</summary>
    public string? CallgrindPath { get; init; }
}
