using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>One of several equal parts of a sweep. It takes every <see cref="Count"/>-th point, so that slow and fast points are spread over the parts.</summary>
/// <param name="Number">Number of the part, from 1.</param>
/// <param name="Count">Number of parts.</param>
public readonly record struct Shard(int Number, int Count)
{
    /// <summary>The whole sweep.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>True for the whole sweep.</summary>
    public bool IsWhole => Count == 1;

    /// <summary>Parses <c>i/n</c>.</summary>
    /// <exception cref="UserErrorException">The text does not have that form, or there is no such part.</exception>
    public static Shard Parse(string text)
    {
        if (text.Split('/') is [var number, var count]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && i >= 1 && i <= n) return new Shard(i, n);
        throw new SettingException(SettingFault.OfForm(ExperimentSettings.Shard, text, "i/n with i from 1 to n, as in 3/8"));
    }

    /// <summary>The points of this part, given the number of points of the sweep.</summary>
    public IEnumerable<int> Of(int points)
    {
        var (first, step) = (Number - 1, Count);
        return Enumerable.Range(0, CountOf(points)).Select(i => first + i * step);
    }

    /// <summary>The number of points of this part.</summary>
    public int CountOf(int points) => (int)(((long)points - Number + Count) / Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Count}";
}
