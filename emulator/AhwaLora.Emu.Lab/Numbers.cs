using System.Globalization;

namespace AhwaLora.Emu.Lab;

/// <summary>Numbers as users write them.</summary>
public static class Numbers
{
    /// <summary>A 32-bit number, decimal or hexadecimal with 0x; underscores may group digits.</summary>
    public static bool TryParse(string text, out uint value)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
