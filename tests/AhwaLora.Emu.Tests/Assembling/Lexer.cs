using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A mnemonic, directive, register, symbol, <c>%function</c>, or <c>$1</c> in a template.</summary>
    Name,

    /// <summary>A number or a character; its value stands beside it.</summary>
    Number,

    /// <summary>A decimal fraction.</summary>
    Real,

    /// <summary>A reference to a numeric label: 1b, 1f.</summary>
    Local,

    /// <summary>A string, its escapes replaced.</summary>
    Text,

    /// <summary>An operator, a bracket, a comma or a colon.</summary>
    Mark,
}

/// <summary>A token of assembly text.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, long Value = 0)
{
    /// <summary>True for the operator or bracket <paramref name="mark"/>.</summary>
    public bool Is(string mark) => Kind == TokenKind.Mark && Text == mark;
}

/// <summary>A line of assembly text, or what stands between its semicolons.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Tokens">What stands in it, without comments.</param>
internal readonly record struct SourceLine(int Line, IReadOnlyList<Token> Tokens);

/// <summary>Splits assembly text into tokens, in the syntax of GNU as for RISC-V.</summary>
internal static partial class Lexer
{
    /// <summary>The lines of <paramref name="source"/> that hold anything.</summary>
    public static List<SourceLine> Lines(string source)
    {
        var lines = new List<SourceLine>();
        var tokens = new List<Token>();
        var (line, end) = (1, 0);
        for (var match = Pattern().Match(source); match.Success; match = match.NextMatch())
        {
            if (match.Index != end) throw new AssemblerException(line, $"'{source[end..match.Index]}' is not a token");
            end = match.Index + match.Length;
            var endsLine = match.ValueSpan is "\n" or ";";
            if (!endsLine && Read(match) is { } token) tokens.Add(token);
            if (endsLine && tokens.Count != 0)
            {
                lines.Add(new SourceLine(line, tokens));
                tokens = [];
            }

            line += match.ValueSpan.Count('\n');
        }

        if (end != source.Length) throw new AssemblerException(line, $"'{source[end..]}' is not a token");
        if (tokens.Count != 0) lines.Add(new SourceLine(line, tokens));
        return lines;
    }

    private static Token? Read(Match match)
    {
        var text = match.Value;
        if (match.Groups["name"].Success) return new Token(TokenKind.Name, text);
        if (match.Groups["mark"].Success) return new Token(TokenKind.Mark, text);
        if (match.Groups["local"].Success) return new Token(TokenKind.Local, text);
        if (match.Groups["number"].Success) return new Token(TokenKind.Number, text, Number(text));
        if (match.Groups["real"].Success) return new Token(TokenKind.Real, text);
        if (match.Groups["char"].Success) return new Token(TokenKind.Number, text, Unescape(text[1..].TrimEnd('\''))[0]);
        return match.Groups["text"].Success ? new Token(TokenKind.Text, Unescape(text[1..^1])) : null;
    }

    private static long Number(string text) => text switch
    {
        ['0', 'x' or 'X', .. var hexadecimal] => (long)ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ['0', 'b' or 'B', .. var binary] => (long)ulong.Parse(binary, NumberStyles.BinaryNumber, CultureInfo.InvariantCulture),
        ['0', _, ..] => Convert.ToInt64(text, 8),
        _ => (long)ulong.Parse(text, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder();
        for (var n = 0; n < text.Length; n++)
        {
            plain.Append(text[n] != '\\' ? text[n] : text[++n] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', var other => other });
        }

        return plain.ToString();
    }

    [GeneratedRegex(
        """
        (?<blank> [\ \t\r]+ | \#[^\n]* | //[^\n]* | /\*.*?\*/ )
        | (?<text> "(?:\\.|[^"\\])*" )
        | (?<char> '(?:\\.|[^\\])'? )
        | (?<number> 0[xX][0-9a-fA-F]+ | 0[bB][01]+ )
        | (?<real> [0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)? )
        | (?<local> [0-9]+[bf](?![\w.$]) )
        | (?<number> [0-9]+ )
        | (?<name> %?[A-Za-z_.$][\w.$]* )
        | (?<mark> << | >> | [-+*/%&|^~(),:@] )
        | [\n;]
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
