using System.Buffers.Binary;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>What one statement puts into a section.</summary>
/// <param name="line">The statement's line.</param>
internal abstract class Fragment(int line)
{
    /// <summary>The statement's line.</summary>
    public int Line { get; } = line;

    /// <summary>Where it stands, once its section has a place.</summary>
    public uint Address { get; set; }

    /// <summary>Bytes it takes at <see cref="Address"/>.</summary>
    public abstract uint Size { get; }

    /// <summary>Takes more bytes if it must at its present address; true if it did.</summary>
    public virtual bool Grow() => false;

    /// <summary>Writes its bytes.</summary>
    public abstract void Emit(Span<byte> bytes);
}

/// <summary>An instruction.</summary>
internal sealed class CodeFragment(int line, InstructionRow row, int ordering, IReadOnlyList<Operand> operands, bool mayCompress) : Fragment(line)
{
    private bool _isCompressed = mayCompress;

    /// <summary>True if the program asked for the compressed form.</summary>
    public bool MustCompress { get; init; }

    public override uint Size => _isCompressed ? 2u : 4u;

    public override bool Grow()
    {
        if (!_isCompressed || Compressor.Compress(Word()) is not null) return false;
        _isCompressed = false;
        return true;
    }

    public override void Emit(Span<byte> bytes)
    {
        if (MustCompress && !_isCompressed) throw new AssemblerException($"'{row}' has no compressed form with these operands");
        if (_isCompressed) BinaryPrimitives.WriteUInt16LittleEndian(bytes, Compressor.Compress(Word())!.Value);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, Word());
    }

    private uint Word() => Encoder.Encode(row, ordering, operands, Address);
}

/// <summary>A number of <paramref name="width"/> bytes.</summary>
internal sealed class DataFragment(int line, Expression value, uint width) : Fragment(line)
{
    public override uint Size => width;

    public override void Emit(Span<byte> bytes)
    {
        var number = value.Value;
        for (var n = 0; n < bytes.Length; n++) bytes[n] = (byte)(number >> (8 * n));
    }
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesFragment(int line, byte[] contents) : Fragment(line)
{
    public override uint Size => (uint)contents.Length;

    public override void Emit(Span<byte> bytes) => contents.CopyTo(bytes);
}

/// <summary>Space up to a multiple of <paramref name="boundary"/>, filled with instructions that do nothing among code and with zeros elsewhere.</summary>
internal sealed class AlignFragment(int line, uint boundary, bool isCode) : Fragment(line)
{
    public override uint Size => (boundary - Address % boundary) % boundary;

    public override void Emit(Span<byte> bytes)
    {
        bytes.Clear();
        if (!isCode) return;
        var at = bytes.Length % 2;
        for (; at + 4 <= bytes.Length; at += 4) BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], 0x0000_0013);
        if (at < bytes.Length) BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], 0x0001);
    }
}
