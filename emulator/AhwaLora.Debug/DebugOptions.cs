namespace AhwaLora.Debug;

/// <summary>Options of the debugger.</summary>
public sealed record DebugOptions
{
    /// <summary>Memory that history may take, bytes.</summary>
    public long HistoryBytes { get; init; } = 256L << 20;

    /// <summary>The program's file, which snapshots are checked against.</summary>
    public ReadOnlyMemory<byte> Program { get; init; }

    /// <summary>True if <c>monitor</c> commands may write files, with the rights of the user who started the run.</summary>
    public bool MayWriteFiles { get; init; }

    /// <summary>How the user allows that files are written, as the end of a sentence.</summary>
    public string HowToAllowFiles { get; init; } = "allow it when you start the run";

    /// <summary>How long a client may take: to begin, to finish a packet, to read what it is sent.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
