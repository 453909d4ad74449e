using System.Text;

namespace AhwaLora.Reports;

/// <summary>The page: <c>Page/page.html</c> with style sheet, scripts and numbers put in, so that it is one file that needs no other.</summary>
internal static class ReportPage
{
    // In the order in which they build on one another.
    private static readonly string[] Scripts = ["elements.js", "plots.js", "timeline.js", "maps.js", "charts.js", "page.js"];

    /// <summary>The page with numbers as JSON that <see cref="ReportJson"/> wrote; a part without numbers is not shown.</summary>
    public static string Build(string numbers) => Resource("page.html")
        .Replace("/* page.css */", Resource("page.css"), StringComparison.Ordinal)
        .Replace("/* scripts */", string.Join('\n', Scripts.Select(Resource)), StringComparison.Ordinal)
        .Replace("/* numbers */", numbers, StringComparison.Ordinal);

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"AhwaLora.Reports.Page.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
