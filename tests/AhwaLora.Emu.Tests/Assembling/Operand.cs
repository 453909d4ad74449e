using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>An operand: a register, a value, or a value with a base register, as in <c>4(sp)</c>.</summary>
/// <param name="Register">Number of a register, or -1.</param>
/// <param name="Value">The value; null for a register alone.</param>
/// <param name="Word">The operand if it is a single name, such as a CSR or a rounding mode.</param>
internal readonly record struct Operand(int Register, Expression? Value, string? Word)
{
    /// <summary>True for a register alone.</summary>
    public bool IsRegister => Value is null;

    /// <summary>True for <c>imm(rs1)</c> and <c>(rs1)</c>.</summary>
    public bool IsAddress => Value is not null && Register >= 0;
}

/// <summary>Reads operands and values from tokens, by recursive descent.</summary>
internal sealed class OperandParser(IReadOnlyList<Token> tokens, Func<Token, Symbol> symbolOf)
{
    // From loose to tight, as GNU as binds them ("Infix Operators").
    private static readonly string[][] Precedence = [["+", "-"], ["|", "&", "^"], ["*", "/", "%", "<<", ">>"]];

    private static readonly Dictionary<string, int> Numbers = RegisterNames();

    private int _at;

    /// <summary>Reads all tokens as one operand.</summary>
    public Operand Operand()
    {
        if (tokens is [{ Kind: TokenKind.Name } only] && Numbers.TryGetValue(only.Text, out var register)) return new Operand(register, null, null);
        var value = IsBase() ? new Expression.Number(0) : Level(0);
        var result = new Operand(IsBase() ? BaseRegister() : -1, value, tokens is [{ Kind: TokenKind.Name } word] ? word.Text : null);
        return _at == tokens.Count ? result : throw Unexpected();
    }

    /// <summary>Reads all tokens as a value.</summary>
    public Expression Expression()
    {
        var value = Level(0);
        return _at == tokens.Count ? value : throw Unexpected();
    }

    private bool IsBase() => _at + 2 < tokens.Count && tokens[_at].Is("(") && Numbers.ContainsKey(tokens[_at + 1].Text) && tokens[_at + 2].Is(")");

    private int BaseRegister()
    {
        _at += 3;
        return Numbers[tokens[_at - 2].Text];
    }

    private Expression Level(int level)
    {
        if (level == Precedence.Length) return Primary();
        var left = Level(level + 1);
        while (_at < tokens.Count && tokens[_at].Kind == TokenKind.Mark && Precedence[level].Contains(tokens[_at].Text))
        {
            var mark = tokens[_at++].Text;
            left = new Expression.Binary(mark, left, Level(level + 1));
        }

        return left;
    }

    private Expression Primary()
    {
        if (_at == tokens.Count) throw new AssemblerException("an operand is missing");
        var token = tokens[_at++];
        switch (token.Kind)
        {
            case TokenKind.Number:
                return new Expression.Number(token.Value);
            case TokenKind.Mark when token.Text is "-" or "+" or "~":
                return new Expression.Unary(token.Text, Primary());
            case TokenKind.Mark when token.Is("("):
                return Bracketed();
            case TokenKind.Name when token.Text is "%hi" or "%lo" && _at < tokens.Count && tokens[_at].Is("("):
                _at++;
                return new Expression.Unary(token.Text, Bracketed());
            case TokenKind.Name or TokenKind.Local when token.Text[0] != '%':
                return new Expression.Reference(symbolOf(token));
            default:
                _at--;
                throw Unexpected();
        }
    }

    private Expression Bracketed()
    {
        var inner = Level(0);
        return _at < tokens.Count && tokens[_at++].Is(")") ? inner : throw new AssemblerException("a ')' is missing");
    }

    private AssemblerException Unexpected() => new($"'{tokens[_at].Text}' is not expected here");

    private static Dictionary<string, int> RegisterNames()
    {
        var names = new Dictionary<string, int> { ["fp"] = 8 };
        for (var n = 0; n < Registers.Count; n++)
        {
            names[Registers.AbiNames[n]] = n;
            names[n < Registers.F0 ? $"x{n}" : $"f{n - Registers.F0}"] = n;
        }

        return names;
    }
}
