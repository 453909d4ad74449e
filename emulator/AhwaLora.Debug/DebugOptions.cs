namespace AhwaLora.Debug;

/// <summary>Options of the debugger.</summary>
public sealed record DebugOptions
{
    /// <summary>Memory that history may take, bytes.</summary>
    public long HistoryBytes { get; init; } = 256L << 20;

    /// <summary>The program's file, which snapshots are checked against.</summary>
    public ReadOnlyMemory<byte> Program { get; init; }
}
