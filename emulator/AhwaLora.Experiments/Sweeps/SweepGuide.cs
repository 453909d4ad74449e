using AhwaLora.Common.Text;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>The tables of docs/sweeps.md, from the lists that the product uses.</summary>
public static class SweepGuide
{
    /// <summary>The axes, as a Markdown table.</summary>
    public static string Axes()
    {
        var table = new TextTable("<key", "<meaning");
        foreach (var axis in SweepAxis.All) table.Add($"`{axis.Name}`", axis.Meaning);
        using var text = new StringWriter { NewLine = "\n" };
        table.WriteMarkdown(text);
        return text.ToString();
    }
}
