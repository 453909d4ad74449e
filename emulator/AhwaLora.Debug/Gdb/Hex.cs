using System.Globalization;
using System.Text;

namespace AhwaLora.Debug.Gdb;

/// <summary>Numbers and bytes as the protocol writes them.</summary>
internal static class Hex
{
    /// <summary>A digit's value, or -1.</summary>
    public static int Digit(int c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };

    /// <summary>A number of up to 32 bits, most significant digit first.</summary>
    public static bool TryNumber(string text, out uint value) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    /// <summary>Bytes, two digits each.</summary>
    public static bool TryBytes(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length % 2 != 0) return false;
        var result = new byte[text.Length / 2];
        for (var n = 0; n < result.Length; n++)
        {
            var (high, low) = (Digit(text[2 * n]), Digit(text[2 * n + 1]));
            if (high < 0 || low < 0) return false;
            result[n] = (byte)(high << 4 | low);
        }

        bytes = result;
        return true;
    }

    /// <summary>A word in target order: least significant byte first.</summary>
    public static string Word(uint value) => $"{System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value):x8}";

    /// <summary>A word in target order.</summary>
    public static bool TryWord(string text, out uint value)
    {
        value = 0;
        if (text.Length != 8 || !TryNumber(text, out var swapped)) return false;
        value = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(swapped);
        return true;
    }

    /// <summary>Text as its bytes.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    /// <summary>Binary data with its escapes (each char a byte) undone; null if it ends within one.</summary>
    public static byte[]? Unescape(string data)
    {
        var bytes = new List<byte>(data.Length);
        for (var n = 0; n < data.Length; n++)
        {
            if (data[n] != '}') bytes.Add((byte)data[n]);
            else if (++n < data.Length) bytes.Add((byte)(data[n] ^ 0x20));
            else return null;
        }

        return [.. bytes];
    }

    /// <summary>Binary data in which the characters that frame packets are escaped.</summary>
    public static string Escape(string data)
    {
        var text = new StringBuilder(data.Length);
        foreach (var c in data)
        {
            if (c is '#' or '$' or '}' or '*') text.Append('}').Append((char)(c ^ 0x20));
            else text.Append(c);
        }

        return text.ToString();
    }
}
