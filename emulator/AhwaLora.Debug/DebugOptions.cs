namespace AhwaLora.Debug;

/// <summary>How a machine is debugged.</summary>
public sealed record DebugOptions
{
    /// <summary>Memory that history may take, bytes.</summary>
    public long HistoryBytes { get; init; } = 256L << 20;

    /// <summary>The program's file, to know snapshots by.</summary>
    public ReadOnlyMemory<byte> Program { get; init; }
}
