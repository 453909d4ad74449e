using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace AhwaLora.Machine.Isa;

/// <summary>The operand a field of an instruction word holds.</summary>
public enum Field : byte
{
    /// <summary>Destination register.</summary>
    Rd,

    /// <summary>First source register.</summary>
    Rs1,

    /// <summary>Second source register.</summary>
    Rs2,

    /// <summary>Third source register.</summary>
    Rs3,

    /// <summary>Rounding mode.</summary>
    Rm,

    /// <summary>Operand of a CSR immediate.</summary>
    Zimm,

    /// <summary>Immediate, CSR number, or fence sets.</summary>
    Imm,

    /// <summary>Acquire and release bits of an atomic.</summary>
    AqRl,
}

/// <summary>
/// The bits of an instruction, as the specification's tables write them, most significant first:
/// <c>"imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011"</c>. A token is a run of 0, 1 and - (ignored), a register
/// (rd, rs1, rs2, rs3 or fd, fs1, fs2, fs3; with ' for the eight registers of the C extension;
/// rsd is both rd and rs1, fd3 both fd and fs3; fs3=01010 has that value always),
/// a plain field (rm, csr, zimm, shamt, aqrl, fence), or a signed imm[...] or unsigned uimm[...] with its bits.
/// </summary>
public sealed class Pattern
{
    private readonly record struct Slice(Field Field, int WordBit, int Width, int ValueBit);

    private readonly ImmutableArray<Slice> _slices;
    private readonly int _immediateBits;
    private readonly bool _immediateSigned;
    private readonly int[] _registerBase = new int[4];

    /// <summary>Parses <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">The text does not describe 16 or 32 bits.</exception>
    public Pattern(string text)
    {
        Text = text;
        var tokens = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Bits = tokens.Sum(Width);
        if (Bits is not (16 or 32)) throw new FormatException($"pattern '{text}' has {Bits} bits, expected 16 or 32");

        var slices = ImmutableArray.CreateBuilder<Slice>();
        var bit = Bits;
        foreach (var token in tokens)
        {
            bit -= Width(token);
            if (token.Contains('=', StringComparison.Ordinal))
            {
                AddFixedBits(token[(token.IndexOf('=', StringComparison.Ordinal) + 1)..], bit);
                AddOperand(token[..token.IndexOf('=', StringComparison.Ordinal)], bit, slices);
            }
            else if (token[0] is '0' or '1' or '-') AddFixedBits(token, bit);
            else if (token.Contains('[', StringComparison.Ordinal))
            {
                _immediateSigned = token[0] == 'i';
                _immediateBits = Math.Max(_immediateBits, AddImmediate(token, bit, slices));
            }
            else AddOperand(token, bit, slices);
        }

        _slices = slices.ToImmutable();
    }

    /// <summary>The specification's notation.</summary>
    public string Text { get; }

    /// <summary>16 or 32.</summary>
    public int Bits { get; }

    /// <summary>Mask of the fixed bits.</summary>
    public uint Mask { get; private set; }

    /// <summary>Values of the fixed bits.</summary>
    public uint Match { get; private set; }

    /// <summary>True if <paramref name="word"/> has this pattern's fixed bits.</summary>
    public bool Matches(uint word) => (word & Mask) == Match;

    /// <summary>True if the pattern has the field.</summary>
    public bool Has(Field field)
    {
        // The interpreter asks for each floating-point instruction, so this allocates nothing.
        foreach (var slice in _slices)
        {
            if (slice.Field == field) return true;
        }

        return false;
    }

    /// <summary>True if an operand is an f register.</summary>
    public bool HasFloatRegister => _registerBase.Any(b => b >= Registers.F0);

    /// <summary>Reads a field: registers as their numbers (<see cref="Registers"/>), immediates extended to 32 bits.</summary>
    public int Extract(Field field, uint word)
    {
        var value = 0u;
        var found = false;
        foreach (var s in _slices)
        {
            if (s.Field != field) continue;
            value |= ((word >> s.WordBit) & Ones(s.Width)) << s.ValueBit;
            found = true;
        }

        if (!found) return 0;
        if (field <= Field.Rs3) return (int)value + _registerBase[(int)field];
        return field == Field.Imm && _immediateSigned ? (int)(value << (32 - _immediateBits)) >> (32 - _immediateBits) : (int)value;
    }

    /// <summary>Writes a field into <paramref name="word"/>; the inverse of <see cref="Extract"/>.</summary>
    public uint Insert(Field field, int value, uint word)
    {
        var raw = (uint)(field <= Field.Rs3 ? value - _registerBase[(int)field] : value);
        foreach (var s in _slices)
        {
            if (s.Field == field) word |= ((raw >> s.ValueBit) & Ones(s.Width)) << s.WordBit;
        }

        return word;
    }

    private static uint Ones(int width) => (uint)((1UL << width) - 1);

    private static int Width(string token) => token switch
    {
        "rm" => 3,
        "csr" => 12,
        "aqrl" => 2,
        "fence" => 8,
        "zimm" or "shamt" => 5,
        _ when token[0] is '0' or '1' or '-' => token.Length,
        _ when token.Contains('[', StringComparison.Ordinal) => Ranges(token).Sum(r => r.High - r.Low + 1),
        _ when token[^1] == '\'' => 3,
        _ => 5,
    };

    private static IEnumerable<(int High, int Low)> Ranges(string token)
    {
        foreach (var range in token[(token.IndexOf('[', StringComparison.Ordinal) + 1)..^1].Split('|'))
        {
            var ends = range.Split(':');
            yield return (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
        }
    }

    private void AddFixedBits(string token, int bit)
    {
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] == '-') continue;
            var at = bit + token.Length - 1 - i;
            Mask |= 1u << at;
            Match |= (token[i] == '1' ? 1u : 0u) << at;
        }
    }

    private static int AddImmediate(string token, int bit, ImmutableArray<Slice>.Builder slices)
    {
        var at = bit + Width(token);
        var top = 0;
        foreach (var (high, low) in Ranges(token))
        {
            at -= high - low + 1;
            slices.Add(new Slice(Field.Imm, at, high - low + 1, low));
            top = Math.Max(top, high + 1);
        }

        return top;
    }

    private void AddOperand(string token, int bit, ImmutableArray<Slice>.Builder slices)
    {
        var compressed = token[^1] == '\'';
        var width = Width(token);
        foreach (var (field, isFloat) in OperandFields(token.TrimEnd('\'')))
        {
            slices.Add(new Slice(field, bit, width, 0));
            if (field <= Field.Rs3) _registerBase[(int)field] = (isFloat ? Registers.F0 : 0) + (compressed ? 8 : 0);
        }
    }

    private static (Field Field, bool IsFloat)[] OperandFields(string name) => name switch
    {
        "rd" => [(Field.Rd, false)],
        "rs1" => [(Field.Rs1, false)],
        "rs2" => [(Field.Rs2, false)],
        "rsd" => [(Field.Rd, false), (Field.Rs1, false)],
        "fd" => [(Field.Rd, true)],
        "fd3" => [(Field.Rd, true), (Field.Rs3, true)],
        "fs1" => [(Field.Rs1, true)],
        "fs2" => [(Field.Rs2, true)],
        "fs3" => [(Field.Rs3, true)],
        "rm" => [(Field.Rm, false)],
        "zimm" => [(Field.Zimm, false)],
        "csr" or "shamt" or "fence" => [(Field.Imm, false)],
        "aqrl" => [(Field.AqRl, false)],
        _ => throw new FormatException($"unknown operand '{name}' in a pattern"),
    };
}
