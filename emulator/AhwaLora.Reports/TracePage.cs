using AhwaLora.Common.Files;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Reports;

/// <summary>Writes the trace of a run in the format that the file name implies.</summary>
public static class TracePage
{
    private const string PageExtension = ".html";

    /// <summary>Writes a page if <paramref name="path"/> ends with <c>.html</c>, otherwise a file in the trace event format. The same run gives the same bytes.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(RunTrace trace, string path)
    {
        if (path.EndsWith(PageExtension, StringComparison.OrdinalIgnoreCase)) AtomicFile.WriteText(path, ReportPage.Build(ReportJson.ForScript(trace)));
        else trace.Write(path);
    }
}
