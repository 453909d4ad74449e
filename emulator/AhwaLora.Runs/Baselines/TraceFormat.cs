namespace AhwaLora.Runs.Baselines;

/// <summary>
/// What the files beside baselines hold: of each retired instruction its address and the cycle behind it, as differences
/// in variable-length bytes, compressed, a stream a hart; and once for all of them the program's functions and the words
/// of the instructions executed. Behind <see cref="EveryInstruction"/> instructions only each <see cref="Stride"/>th is kept.
/// </summary>
internal static class TraceFormat
{
    public const string Magic = "ahwalora-trace 1";

    /// <summary>Instructions of a hart that are all kept.</summary>
    public const ulong EveryInstruction = 1 << 24;

    /// <summary>Instructions from one that is kept to the next, behind those.</summary>
    public const ulong Stride = 1 << 12;

    /// <summary>True if instruction <paramref name="index"/> of a hart is kept.</summary>
    public static bool Keeps(ulong index, ulong everyInstruction) => index < everyInstruction || index % Stride == 0;

    /// <summary>Small for small numbers of either sign.</summary>
    public static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);

    /// <summary>The inverse of <see cref="ZigZag"/>.</summary>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
