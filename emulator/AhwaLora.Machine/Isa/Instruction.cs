namespace AhwaLora.Machine.Isa;

/// <summary>
/// A decoded instruction. Registers are given by their numbers (<see cref="Registers"/>); an operand that it does not have is
/// x0, which reads as 0 and ignores writes, so that most code that reads operands needs no test.
/// </summary>
public readonly record struct Instruction
{
    /// <summary>The table's row; <see cref="Decoder.Illegal"/> for a word that matches no row.</summary>
    public required InstructionRow Row { get; init; }

    /// <summary>Function pointer of the semantics.</summary>
    public required nint Entry { get; init; }

    /// <summary>The word as fetched; the upper half is 0 for a compressed instruction.</summary>
    public required uint Word { get; init; }

    /// <summary>Immediate, sign- or zero-extended; the CSR number of a CSR access.</summary>
    public required int Imm { get; init; }

    /// <summary>The row's shape, copied here for the engines' switch.</summary>
    public required Shape Shape { get; init; }

    /// <summary>Destination.</summary>
    public required byte Rd { get; init; }

    /// <summary>First source.</summary>
    public required byte Rs1 { get; init; }

    /// <summary>Second source.</summary>
    public required byte Rs2 { get; init; }

    /// <summary>Third source.</summary>
    public required byte Rs3 { get; init; }

    /// <summary>The rounding mode field, in which <see cref="RoundingMode.Dynamic"/> means frm; or the operand of a CSR immediate.</summary>
    public required byte Rm { get; init; }

    /// <summary>The operand of a CSR immediate, 0-31; 0 for a CSR access that has none.</summary>
    public byte Zimm => Rm;

    /// <summary>The registers it reads, one bit for each register number; x0 has no bit.</summary>
    public ulong Reads => (1UL << Rs1 | 1UL << Rs2 | 1UL << Rs3) & ~1UL;

    /// <summary>The register it writes, as a bit; none for x0.</summary>
    public ulong Writes => 1UL << Rd & ~1UL;

    /// <summary>The f registers that it reads and that a core with streams may take from one, one bit for each, from f0.</summary>
    public uint StreamReads => Row.Streams.HasFlag(StreamOperands.Sources) ? (uint)(Reads >> Registers.F0) : 0;

    /// <summary>The f register that it writes and that a core with streams may also give to one, as a bit, from f0.</summary>
    public uint StreamWrites => Row.Streams.HasFlag(StreamOperands.Destination) ? (uint)(Writes >> Registers.F0) : 0;

    /// <summary>Bytes of the instruction: 4, or 2 if compressed.</summary>
    public required byte Length { get; init; }

    /// <summary>Shape of the next instruction in memory, which a pipeline already holds when this one executes; <see cref="Isa.Shape.Illegal"/> if memory ends there.</summary>
    public Shape Behind { get; init; }

    /// <summary>Bits 11:7 of the word (rd of a compressed instruction), for hardware that compares the field whether or not it is an operand.</summary>
    public int DestinationField => Length == 4 ? (int)(Word >> 7 & 31) : Rd & 31;

    /// <summary>Bits 19:15, in the same sense.</summary>
    public int FirstField => (int)(Word >> 15 & 31);

    /// <summary>Bits 24:20, in the same sense.</summary>
    public int SecondField => (int)(Word >> 20 & 31);
}
