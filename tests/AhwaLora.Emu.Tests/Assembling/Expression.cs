namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>A value in assembly text: a number, a symbol, or what is calculated from them.</summary>
internal abstract record Expression
{
    /// <summary>Its value; null as long as a symbol in it has no address.</summary>
    public abstract long? Evaluate();

    /// <summary>A symbol in it that is defined nowhere, or null.</summary>
    public abstract string? Undefined();

    /// <summary>Its value, once every section has its place.</summary>
    /// <exception cref="AssemblerException">A symbol in it is defined nowhere.</exception>
    public long Value => Evaluate() ?? throw new AssemblerException($"'{Undefined()}' is not defined");

    /// <summary>A number.</summary>
    internal sealed record Number(long Of) : Expression
    {
        public override long? Evaluate() => Of;

        public override string? Undefined() => null;
    }

    /// <summary>The value of a symbol.</summary>
    internal sealed record Reference(Symbol Symbol) : Expression
    {
        public override long? Evaluate() => Symbol.Value;

        public override string? Undefined() => Symbol.IsDefined ? Symbol.Equated?.Undefined() : Symbol.Name;
    }

    /// <summary>A function or sign before a value.</summary>
    internal sealed record Unary(string Operator, Expression Operand) : Expression
    {
        public override long? Evaluate() => Operand.Evaluate() is not { } value
            ? null
            : Operator switch
            {
                "-" => -value,
                "+" => value,
                "~" => ~value,
                "%hi" => Upper(value),
                "%lo" => Lower(value),
                _ => throw new AssemblerException($"'{Operator}' is not an operator"),
            };

        public override string? Undefined() => Operand.Undefined();
    }

    /// <summary>Two values with an operator between them.</summary>
    internal sealed record Binary(string Operator, Expression Left, Expression Right) : Expression
    {
        public override long? Evaluate() => (Left.Evaluate(), Right.Evaluate()) is not ({ } left, { } right)
            ? null
            : Operator switch
            {
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                "/" => left / right,
                "%" => left % right,
                "<<" => left << (int)right,
                ">>" => left >> (int)right,
                "&" => left & right,
                "|" => left | right,
                "^" => left ^ right,
                _ => throw new AssemblerException($"'{Operator}' is not an operator"),
            };

        public override string? Undefined() => Left.Undefined() ?? Right.Undefined();
    }

    /// <summary>The upper 20 bits of a word that lui or auipc makes, such that adding <see cref="Lower"/> gives the word.</summary>
    public static long Upper(long value) => ((value + 0x800) >> 12) & 0xfffff;

    /// <summary>The lower 12 bits of a word, with their sign.</summary>
    public static long Lower(long value) => ((value & 0xfff) ^ 0x800) - 0x800;
}
