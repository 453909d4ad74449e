namespace AhwaLora.Machine.Core.Execution;

/// <summary>What a machine's translator has done: host figures, which no result depends on.</summary>
public sealed class TranslationCounts
{
    /// <summary>Blocks decoded, to be executed without being timed.</summary>
    public int Decoded { get; internal set; }

    /// <summary>Regions compiled.</summary>
    public int Compiled { get; internal set; }

    /// <summary>Regions found in the store, because this process had compiled the same code before.</summary>
    public int Reused { get; internal set; }

    /// <summary>Time spent on <see cref="Compiled"/> and <see cref="Reused"/> regions.</summary>
    public TimeSpan CompileTime { get; internal set; }

    /// <summary>The sum of two machines' counts.</summary>
    public static TranslationCounts operator +(TranslationCounts a, TranslationCounts b) => new()
    {
        Decoded = a.Decoded + b.Decoded,
        Compiled = a.Compiled + b.Compiled,
        Reused = a.Reused + b.Reused,
        CompileTime = a.CompileTime + b.CompileTime,
    };
}
