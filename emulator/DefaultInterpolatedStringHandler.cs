using System.Globalization;
using System.Text;

namespace System.Runtime.CompilerServices;

/// <summary>
/// What the compiler makes interpolated strings with, here in place of .NET's type of that name: a type of the project's
/// own goes before one that it references. Numbers are so written as in the invariant culture, whatever the culture of the
/// application that uses a library (docs/decisions/0010). Every project compiles this file: Directory.Build.props.
/// </summary>
[InterpolatedStringHandler]
internal ref struct DefaultInterpolatedStringHandler
{
    private const int UsualHoleLength = 11;

    private readonly StringBuilder _text;
    private StringBuilder.AppendInterpolatedStringHandler _parts;

    /// <summary>Begins a string.</summary>
    /// <param name="literalLength">Characters between the holes.</param>
    /// <param name="formattedCount">Holes.</param>
    public DefaultInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        _text = new StringBuilder(literalLength + UsualHoleLength * formattedCount);
        _parts = new StringBuilder.AppendInterpolatedStringHandler(literalLength, formattedCount, _text, CultureInfo.InvariantCulture);
    }

    /// <summary>Appends what stands between two holes.</summary>
    public void AppendLiteral(string value) => _parts.AppendLiteral(value);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _parts.AppendFormatted(value);

    /// <inheritdoc cref="AppendFormatted{T}(T)"/>
    public void AppendFormatted<T>(T value, string? format) => _parts.AppendFormatted(value, format);

    /// <inheritdoc cref="AppendFormatted{T}(T)"/>
    public void AppendFormatted<T>(T value, int alignment) => _parts.AppendFormatted(value, alignment);

    /// <inheritdoc cref="AppendFormatted{T}(T)"/>
    public void AppendFormatted<T>(T value, int alignment, string? format) => _parts.AppendFormatted(value, alignment, format);

    /// <inheritdoc cref="AppendFormatted{T}(T)"/>
    public void AppendFormatted(ReadOnlySpan<char> value) => _parts.AppendFormatted(value);

    /// <inheritdoc cref="AppendFormatted{T}(T)"/>
    public void AppendFormatted(string? value) => _parts.AppendFormatted(value);

    /// <summary>The string.</summary>
    public readonly string ToStringAndClear() => _text.ToString();
}
