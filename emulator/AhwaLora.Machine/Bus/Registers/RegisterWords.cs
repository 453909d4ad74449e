namespace AhwaLora.Machine.Bus.Registers;

/// <summary>Registers of words, and 64-bit ones as the pairs of words that software sees, low word first.</summary>
internal static class RegisterWords
{
    /// <summary>True for an aligned access of a word; word registers accept no other.</summary>
    public static bool IsWord(uint offset, int bytes) => bytes == 4 && (offset & 3) == 0;

    /// <summary>The word of <paramref name="register"/> at <paramref name="offset"/>: the low word if bit 2 is 0.</summary>
    public static uint Word(ulong register, uint offset) => (uint)(register >> Shift(offset));

    /// <summary><paramref name="register"/> with that word replaced.</summary>
    public static ulong WithWord(ulong register, uint offset, uint word) =>
        register & ~(0xFFFF_FFFFUL << Shift(offset)) | (ulong)word << Shift(offset);

    /// <summary>True if <paramref name="offset"/> is in the <paramref name="bytes"/> from <paramref name="first"/> on.</summary>
    public static bool IsIn(uint offset, uint first, uint bytes) => offset - first < bytes;

    private static int Shift(uint offset) => (offset & 4) == 0 ? 0 : 32;
}
