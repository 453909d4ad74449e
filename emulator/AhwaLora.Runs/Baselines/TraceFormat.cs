namespace AhwaLora.Runs.Baselines;

/// <summary>
/// Format of the files beside baselines: of each retired instruction the address and the cycle after it, as differences
/// of variable length, compressed, one stream per hart; and, common to all harts, the program's functions and the words
/// of the instructions executed. After <see cref="EveryInstruction"/> instructions only every <see cref="Stride"/>th is kept.
/// </summary>
internal static class TraceFormat
{
    public const string Magic = "ahwalora-trace 1";

    /// <summary>Number of instructions at the start of a hart that are all kept.</summary>
    public const ulong EveryInstruction = 1 << 24;

    /// <summary>After those: instructions from one that is kept to the next.</summary>
    public const ulong Stride = 1 << 12;

    /// <summary>True if instruction <paramref name="index"/> of a hart is kept.</summary>
    public static bool Keeps(ulong index, ulong everyInstruction) => index < everyInstruction || index % Stride == 0;

    /// <summary>Maps numbers of either sign to small unsigned numbers if they are small.</summary>
    public static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);

    /// <summary>The inverse of <see cref="ZigZag"/>.</summary>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
