using System.Globalization;
using System.Text;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>What directives do to symbols and sections (GNU as, "Assembler Directives").</summary>
internal sealed class Directives(SymbolTable symbols, SectionTable sections)
{
    /// <summary>The symbol that a token names at the current place.</summary>
    public Symbol SymbolOf(Token token)
    {
        if (token.Kind == TokenKind.Local) return symbols.Numeric(token.Text);
        if (token.Text != ".") return symbols[token.Text];
        var here = new Symbol(".");
        here.Mark(sections.Current);
        return here;
    }

    /// <summary>A value that is known where it stands.</summary>
    public long Constant(IReadOnlyList<Token> tokens) =>
        Expression(tokens).Evaluate() ?? throw new AssemblerException($"'{string.Concat(tokens.Select(t => t.Text))}' is not a constant that is known here");

    /// <summary>Executes a directive.</summary>
    /// <exception cref="AssemblerException">It is not known, or its operands are not its own.</exception>
    public void Execute(int line, string name, IReadOnlyList<Token>[] operands)
    {
        switch (name)
        {
            case ".text" or ".data" or ".bss":
                sections.Switch(name);
                break;
            case ".section":
                sections.Switch(Name(operands, 0), Flags(operands));
                break;
            case ".pushsection":
                sections.Push(Name(operands, 0), Flags(operands));
                break;
            case ".popsection":
                sections.Pop();
                break;
            case ".previous":
                sections.Return();
                break;
            case ".globl" or ".global":
                for (var n = 0; n < operands.Length; n++) symbols[Name(operands, n)].IsGlobal = true;
                break;
            case ".type":
                symbols[Name(operands, 0)].IsFunction = At(operands, 1)[^1].Text == "function";
                break;
            case ".size":
                symbols[Name(operands, 0)].Size = Expression(At(operands, 1));
                break;
            case ".equ" or ".set":
                Equate(symbols[Name(operands, 0)], Expression(At(operands, 1)));
                break;
            case ".align" or ".p2align":
                Align(line, 1u << (int)Constant(At(operands, 0)));
                break;
            case ".balign":
                Align(line, (uint)Constant(At(operands, 0)));
                break;
            default:
                Data(line, name, operands);
                break;
        }
    }

    private void Data(int line, string name, IReadOnlyList<Token>[] operands)
    {
        switch (name)
        {
            case ".byte":
                Values(line, 1, operands);
                break;
            case ".half" or ".short" or ".2byte":
                Values(line, 2, operands);
                break;
            case ".word" or ".long" or ".4byte":
                Values(line, 4, operands);
                break;
            case ".dword" or ".quad" or ".8byte":
                Values(line, 8, operands);
                break;
            case ".insn":
                Insn(line, operands);
                break;
            case ".float":
                foreach (var operand in operands) Bytes(line, BitConverter.GetBytes(Real(operand)));
                break;
            case ".zero" or ".space" or ".skip":
                Space(line, Constant(At(operands, 0)), operands.Length > 1 ? Constant(operands[1]) : 0);
                break;
            case ".ascii":
                foreach (var operand in operands) Bytes(line, Encoding.UTF8.GetBytes(Text(operand)));
                break;
            case ".asciz" or ".string":
                foreach (var operand in operands) Bytes(line, Encoding.UTF8.GetBytes(Text(operand) + '\0'));
                break;
            default:
                throw new AssemblerException($"'{name}' is not a directive");
        }
    }

    private void Values(int line, uint width, IReadOnlyList<Token>[] operands)
    {
        foreach (var operand in operands) sections.Current.Fragments.Add(new DataFragment(line, Expression(operand), width));
    }

    // An instruction by its number, whose lowest bits tell its length unless that is given.
    private void Insn(int line, IReadOnlyList<Token>[] operands)
    {
        var length = operands.Length == 2 ? Constant(operands[0]) : (Constant(At(operands, 0)) & 3) == 3 ? 4 : 2;
        Values(line, (uint)length, [operands[^1]]);
    }

    private void Bytes(int line, byte[] contents) => sections.Current.Fragments.Add(new BytesFragment(line, contents));

    private void Space(int line, long bytes, long value)
    {
        var contents = new byte[bytes];
        Array.Fill(contents, (byte)value);
        Bytes(line, contents);
    }

    private void Align(int line, uint boundary)
    {
        if (boundary == 0 || (boundary & (boundary - 1)) != 0) throw new AssemblerException($"{boundary} is not a power of two");
        sections.Current.Alignment = Math.Max(sections.Current.Alignment, boundary);
        sections.Current.Fragments.Add(new AlignFragment(line, boundary, sections.Current.IsCode));
    }

    private static void Equate(Symbol symbol, Expression value)
    {
        if (symbol.Section is not null) throw new AssemblerException($"'{symbol.Name}' is defined twice");
        symbol.Equated = value;
    }

    private static float Real(IReadOnlyList<Token> tokens) => tokens switch
    {
        [{ Kind: TokenKind.Real or TokenKind.Number } number] => float.Parse(number.Text, CultureInfo.InvariantCulture),
        [{ Text: "-" }, { Kind: TokenKind.Real or TokenKind.Number } number] => -float.Parse(number.Text, CultureInfo.InvariantCulture),
        _ => throw new AssemblerException("expected a decimal fraction"),
    };

    private Expression Expression(IReadOnlyList<Token> tokens) => new OperandParser(tokens, SymbolOf).Expression();

    private static IReadOnlyList<Token> At(IReadOnlyList<Token>[] operands, int n) => n < operands.Length ? operands[n] : throw new AssemblerException($"operand {n + 1} is missing");

    private static string Name(IReadOnlyList<Token>[] operands, int n) =>
        At(operands, n) is [{ Kind: TokenKind.Name } name] ? name.Text : throw new AssemblerException($"operand {n + 1} is not a name");

    private static string Text(IReadOnlyList<Token> operand) => operand is [{ Kind: TokenKind.Text } text] ? text.Text : throw new AssemblerException("expected a string");

    private static string? Flags(IReadOnlyList<Token>[] operands) => operands.Length > 1 ? Text(operands[1]) : null;
}
