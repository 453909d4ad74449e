using System.Text;
using System.Text.RegularExpressions;
using AhwaLora.Common.Files;
using ScottPlot;

namespace AhwaLora.Reports;

/// <summary>A plot as SVG and PNG: the same plot gives the same bytes.</summary>
internal static partial class PictureFile
{
    private const int Width = 800, Height = 500;

    /// <summary>Writes <c>NAME.svg</c> and <c>NAME.png</c>.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public static void Write(string directory, string name, Plot plot)
    {
        WriteSvg(directory, name, plot);
        var png = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        AtomicFile.Write(Path.Combine(directory, name + ".png"), stream => stream.Write(png));
    }

    /// <summary>Writes <c>NAME.svg</c> alone.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void WriteSvg(string directory, string name, Plot plot) =>
        AtomicFile.WriteText(Path.Combine(directory, name + ".svg"), Normalize(plot.GetSvgXml(Width, Height)));

    /// <summary>
    /// Renumbers the ids of an SVG in the order of their definition, since Skia takes them from counters. Keeps the cells of
    /// images sharp, and removes the comma that Skia leaves at the end of a list of numbers.
    /// </summary>
    public static string Normalize(string svg)
    {
        var names = new Dictionary<string, string>();
        foreach (Match id in Definition().Matches(svg)) names.TryAdd(id.Groups[1].Value, $"id{names.Count}");
        svg = svg.Replace("<image ", "<image style=\"image-rendering:pixelated\" ", StringComparison.Ordinal).Replace(", \"", "\"", StringComparison.Ordinal);
        return Use().Replace(svg, use => names.TryGetValue(use.Groups[2].Value, out var name) ? $"{use.Groups[1].Value}{name}{use.Groups[3].Value}" : use.Value);
    }

    [GeneratedRegex(@"\bid=""([^""]+)""")]
    private static partial Regex Definition();

    [GeneratedRegex(@"(\bid=""|url\(#|href=""#)([^"")]+)(""|\))")]
    private static partial Regex Use();
}
