using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Reports;

/// <summary>A report as files: the page, its numbers, and its pictures of the tile. The same request gives the same bytes.</summary>
public static class ReportFiles
{
    /// <summary>The file name of the page.</summary>
    public const string Page = "report.html";

    /// <summary>The file name of the page's numbers.</summary>
    public const string Numbers = "report.json";

    /// <summary>Writes <see cref="Page"/>, <see cref="Numbers"/> and, if wanted, the pictures of <see cref="TileMeasurements.WritePictures"/>.</summary>
    /// <param name="data">What to show.</param>
    /// <param name="directory">Where to write; created if it is missing.</param>
    /// <param name="withPictures">False to write no pictures.</param>
    /// <exception cref="UserErrorException">The pictures' font is missing, or a file cannot be written.</exception>
    public static void Write(ReportData data, string directory, bool withPictures = true)
    {
        OutputDirectory.Make(directory);
        if (withPictures) data.Tile.WritePictures(directory);
        AtomicFile.WriteText(Path.Combine(directory, Page), ReportPage.Build(ReportJson.ForScript(data)));
        AtomicFile.WriteText(Path.Combine(directory, Numbers), ReportJson.Readable(data));
    }
}
