using System.Diagnostics;
using System.Reflection;

namespace AhwaLora.Machine.Isa;

/// <summary>Semantics that replace a row's on harts with <paramref name="Extension"/>.</summary>
internal sealed record InstructionVariant(Extension Extension, WideOperation Semantics)
{
    /// <summary>Their function pointer.</summary>
    public nint Entry { get; } = Semantics.Method.MethodHandle.GetFunctionPointer();
}

/// <summary>
/// One instruction: everything the decoder, the engines, the disassembler, the timing models and the tests
/// know about it. The semantics is a named static method beside the row, so that the interpreter can call it
/// through a function pointer and the translator can emit a call that the runtime inlines.
/// </summary>
public sealed class InstructionRow
{
    /// <summary>Makes a row.</summary>
    /// <param name="extension">The extension it belongs to.</param>
    /// <param name="name">Mnemonic.</param>
    /// <param name="pattern">Bits, in the notation of <see cref="Isa.Pattern"/>.</param>
    /// <param name="assembly">Operands as the assembler writes them.</param>
    /// <param name="shape">What is done with the operands.</param>
    /// <param name="unit">What executes it.</param>
    /// <param name="semantics">A static method with the shape's signature, or null if the shape defines everything.</param>
    /// <param name="width">Bytes moved, for loads and stores.</param>
    public InstructionRow(Extension extension, string name, string pattern, string assembly, Shape shape, Unit unit, Delegate? semantics = null, int width = 0)
    {
        Extension = extension;
        Name = name;
        Pattern = new Pattern(pattern);
        Assembly = assembly;
        Shape = shape;
        Unit = unit;
        Width = width;
        IsFloat = Pattern.HasFloatRegister;
        Debug.Assert(Parameters(shape) == (semantics?.Method.GetParameters().Length ?? 0), "engines call the method with the shape's signature, unchecked");
        if (semantics is null) return;
        Semantics = semantics.Method;
        Debug.Assert(Semantics.IsStatic, "engines call it without an object: a named method, not a lambda");
        Entry = Semantics.MethodHandle.GetFunctionPointer();
    }

    /// <summary>The extension it belongs to.</summary>
    public Extension Extension { get; }

    /// <summary>Mnemonic, as the assembler spells it.</summary>
    public string Name { get; }

    /// <summary>Its bits.</summary>
    public Pattern Pattern { get; }

    /// <summary>Its operands, as the assembler writes them: <c>"rd, imm(rs1)"</c>.</summary>
    public string Assembly { get; }

    /// <summary>What is done with the operands.</summary>
    public Shape Shape { get; }

    /// <summary>What executes it.</summary>
    public Unit Unit { get; }

    /// <summary>Bytes that a load or store moves.</summary>
    public int Width { get; }

    /// <summary>The static method with the semantics, or null.</summary>
    public MethodInfo? Semantics { get; }

    /// <summary>Function pointer of <see cref="Semantics"/>, or 0.</summary>
    public nint Entry { get; }

    /// <summary>True if the instruction needs mstatus.FS on. Unless the row says otherwise, this is so if an operand is an f register.</summary>
    public bool IsFloat { get; init; }

    /// <summary>Which of its f operands are elements of a stream if a core has streams and their registers are among them.</summary>
    public StreamOperands Streams { get; init; } = StreamOperands.All;

    /// <summary>How a core with an FP subsystem hands it over.</summary>
    public Handover Handover { get; init; }

    /// <summary>True if the operands are signed numbers, for a unit that distinguishes signed from unsigned.</summary>
    public bool IsSigned { get; init; }

    /// <summary>For a CSR access: true if the result does not depend on the CSR's old value.</summary>
    public bool Overwrites { get; init; }

    /// <summary>True if the instruction is a move when both sources are the same register.</summary>
    public bool MovesOneSource { get; init; }

    /// <summary>The format of its result, or of its operands if the result is an integer; of the elements, if it is packed.</summary>
    public FloatFormat Format { get; init; }

    /// <summary>True if it rounds as frm says, though it has no field for a rounding mode.</summary>
    public bool RoundsByFrm { get; init; }

    /// <summary>True if its result depends on a rounding mode, which must not be reserved.</summary>
    public bool IsRounded => RoundsByFrm || Pattern.Has(Field.Rm);

    /// <summary>Other semantics on harts with a certain extension; null for none.</summary>
    internal InstructionVariant? Variant { get; init; }

    /// <summary>How the host does it in floating-point registers; null if translated code calls <see cref="Semantics"/>.</summary>
    public HostForm? HostForm { get; init; }

    /// <summary>Number of parameters of the semantics that a shape needs; 0 if the shape defines everything.</summary>
    private static int Parameters(Shape shape) => shape switch
    {
        Shape.Unary or Shape.Load or Shape.FloatUnary or Shape.FloatMove => 1,
        Shape.Binary or Shape.FloatBinary or Shape.Immediate or Shape.Upper or Shape.Branch or Shape.Csr or Shape.CsrImmediate or Shape.Atomic => 2,
        Shape.Float1 or Shape.FloatCompare => 3,
        Shape.Float2 => 4,
        Shape.Float3 or Shape.Wide => 5,
        Shape.WideLoad => 1,
        _ => 0,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Assembly}";
}
