using System.Text;

namespace AhwaLora.Reports;

/// <summary>The page: <c>Page/page.html</c> with style sheet, scripts and numbers inserted, so that it is a single file that needs no other file.</summary>
internal static class ReportPage
{
    // In order of dependency: a script uses those before it.
    private static readonly string[] Scripts = ["elements.js", "plots.js", "timeline.js", "maps.js", "charts.js", "page.js"];

    /// <summary>The page with the JSON that <see cref="ReportJson"/> wrote. A section without numbers is not shown.</summary>
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
