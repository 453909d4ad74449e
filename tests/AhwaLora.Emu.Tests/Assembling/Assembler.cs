using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>
/// An assembler and linker for tests, in the syntax of GNU as: text to an executable within the process. Instructions are
/// those of the table, so that a new row can be assembled at once; tests of the table compare it with GNU as.
/// </summary>
internal sealed class Assembler
{
    private readonly record struct Options(bool Compressed, bool Relax);

    private readonly Extension _extensions;
    private readonly SymbolTable _symbols = new();
    private readonly SectionTable _sections = new();
    private readonly Directives _directives;
    private readonly Stack<Options> _saved = new();

    private Options _options;

    private Assembler(string isa)
    {
        _extensions = PlatformRules.ParseIsa(isa);
        _options = new Options(_extensions.HasFlag(Extension.C), Relax: true);
        _directives = new Directives(_symbols, _sections);
    }

    /// <summary>The executable of a program that begins at <c>_start</c>.</summary>
    /// <param name="source">Assembly text.</param>
    /// <param name="isa">The instruction set, as platforms name it.</param>
    /// <param name="dataBase">Where data begins; by default on the page after the code.</param>
    /// <exception cref="AssemblerException">The text cannot be assembled; the message names the line.</exception>
    public static byte[] Assemble(string source, string isa, uint? dataBase = null)
    {
        var assembler = new Assembler(isa);
        assembler.Read(Lexer.Lines(source));
        var layout = new Layout(assembler._sections.All, dataBase);
        return new ElfWriter(layout, assembler._symbols, isa).Write();
    }

    private void Read(List<SourceLine> lines)
    {
        for (var n = 0; n < lines.Count; n++)
        {
            var (line, tokens) = lines[n];
            var rest = AssemblerException.At(line, () => WithoutLabels(tokens));
            if (rest is [{ Text: ".rept" }, ..]) n = Repeat(lines, n, rest);
            else if (rest.Count != 0) AssemblerException.At(line, () => Statement(line, rest));
        }
    }

    /// <summary>Reads the lines up to <c>.endr</c> as often as <c>.rept</c> says; returns where that stands.</summary>
    private int Repeat(List<SourceLine> lines, int at, IReadOnlyList<Token> rept)
    {
        var end = at;
        for (var depth = 1; depth != 0;)
        {
            if (++end == lines.Count) throw new AssemblerException(lines[at].Line, ".rept without .endr");
            foreach (var token in lines[end].Tokens) depth += token.Text switch { ".rept" => 1, ".endr" => -1, _ => 0 };
        }

        var times = AssemblerException.At(lines[at].Line, () => Constant([.. rept.Skip(1)]));
        var body = lines.GetRange(at + 1, end - at - 1);
        for (var n = 0; n < times; n++) Read(body);
        return end;
    }

    /// <summary>Puts the labels of a line where they stand; returns what follows them.</summary>
    private IReadOnlyList<Token> WithoutLabels(IReadOnlyList<Token> tokens)
    {
        var at = 0;
        for (; at + 1 < tokens.Count && tokens[at + 1].Is(":"); at += 2)
        {
            var label = tokens[at].Kind == TokenKind.Number ? _symbols.NextNumeric(tokens[at].Text) : _symbols[tokens[at].Text];
            label.Mark(_sections.Current);
        }

        return at == 0 ? tokens : [.. tokens.Skip(at)];
    }

    private bool Statement(int line, IReadOnlyList<Token> tokens)
    {
        var operands = Operands(tokens, 1);
        var name = tokens[0].Text;
        if (name == ".option") Option(operands is [[var option]] ? option.Text : "");
        else if (name[0] == '.') _directives.Execute(line, name, operands);
        else Instruction(line, name, operands);
        return true;
    }

    private static IReadOnlyList<Token>[] Operands(IReadOnlyList<Token> tokens, int from)
    {
        if (from == tokens.Count) return [];
        var operands = new List<IReadOnlyList<Token>>();
        var operand = new List<Token>();
        foreach (var token in tokens.Skip(from))
        {
            if (!token.Is(","))
            {
                operand.Add(token);
                continue;
            }

            operands.Add(operand);
            operand = [];
        }

        return [.. operands, operand];
    }

    private void Option(string option)
    {
        switch (option)
        {
            case "push": _saved.Push(_options); break;
            case "pop" when _saved.Count != 0: _options = _saved.Pop(); break;
            case "rvc": _options = _options with { Compressed = true }; break;
            case "norvc": _options = _options with { Compressed = false }; break;
            case "relax": _options = _options with { Relax = true }; break;
            case "norelax": _options = _options with { Relax = false }; break;
            default: throw new AssemblerException($".option {option} is not known");
        }

        // Code that can stand on halfwords also begins on them.
        if (_options.Compressed && _sections.Current is { IsCode: true, Fragments.Count: 0 } section) section.Alignment = 2;
    }

    private void Instruction(int line, string name, IReadOnlyList<Token>[] operands)
    {
        if (name == "li" && operands.Length == 2)
        {
            foreach (var part in PseudoInstructions.LoadConstant(operands[0], Constant(operands[1]))) Plain(line, part, mustCompress: false);
        }
        else if (Expansion(name, operands) is { } parts)
        {
            foreach (var part in parts) Plain(line, part, mustCompress: name.StartsWith("c.", StringComparison.Ordinal));
        }
        else
        {
            Plain(line, name, operands, mustCompress: false);
        }
    }

    private IEnumerable<IReadOnlyList<Token>>? Expansion(string name, IReadOnlyList<Token>[] operands)
    {
        if (operands.Length != 0 && !Parsed(operands[^1]).IsRegister && PseudoInstructions.ImmediateForm(name) is var immediate && immediate != name) name = immediate;
        if (PseudoInstructions.Expand(name, operands, _options.Relax) is { } parts) return parts;
        var isAtSymbol = operands.Length >= 2 && Encoder.Find(name) is { Row.Shape: Shape.Load or Shape.Store } && Parsed(operands[1]) is { IsRegister: false, IsAddress: false };
        return isAtSymbol ? PseudoInstructions.AtSymbol(name, operands) : null;
    }

    private void Plain(int line, IReadOnlyList<Token> tokens, bool mustCompress) => Plain(line, tokens[0].Text, Operands(tokens, 1), mustCompress);

    private void Plain(int line, string name, IReadOnlyList<Token>[] texts, bool mustCompress)
    {
        if (Encoder.Find(name) is null && name.StartsWith("c.", StringComparison.Ordinal) && RvC.Rows.FirstOrDefault(r => r.Name == name) is { } compressed)
        {
            (name, mustCompress) = (compressed.Base.Name, true);
        }

        var operands = texts.Select(Parsed).ToArray();
        if (operands.Length != 0 && !operands[^1].IsRegister) name = PseudoInstructions.ImmediateForm(name);
        if (Encoder.Find(name) is not var (row, ordering)) throw new AssemblerException($"'{name}' is not an instruction, or not with {operands.Length} operands");
        if (!_extensions.HasFlag(row.Extension)) throw new AssemblerException($"'{name}' belongs to extension {row.Extension}, which is off");
        if (!_sections.Current.IsCode) throw new AssemblerException($"'{name}' stands among data, in {_sections.Current.Name}");

        // As GNU as and ld do: a value that a label decides keeps its full length, a jump becomes as short as it can.
        var mayCompress = _options.Compressed && Compressor.Knows(row) && (Encoder.HasTarget(row) || operands.All(o => o.Value is null || o.Value.Evaluate() is not null));
        _sections.Current.Fragments.Add(new CodeFragment(line, row, ordering, operands, mayCompress) { MustCompress = mustCompress });
    }

    private Operand Parsed(IReadOnlyList<Token> tokens) => new OperandParser(tokens, _directives.SymbolOf).Operand();

    private long Constant(IReadOnlyList<Token> tokens) => _directives.Constant(tokens);
}
