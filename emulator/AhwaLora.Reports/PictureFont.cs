using AhwaLora.Common.Files;
using ScottPlot;

namespace AhwaLora.Reports;

/// <summary>The one font of all pictures. Their layout, and so their bytes, depend on its metrics.</summary>
internal static class PictureFont
{
    public const string Name = "DejaVu Sans";

    private static readonly (string File, bool Bold)[] Files = [("DejaVuSans.ttf", false), ("DejaVuSans-Bold.ttf", true)];

    private static readonly string Directory = OperatingSystem.IsLinux() ? "/usr/share/fonts/truetype/dejavu" : Environment.GetFolderPath(Environment.SpecialFolder.Fonts);

    /// <summary>Makes the font known to the drawing library.</summary>
    /// <exception cref="UserErrorException">The font is not installed.</exception>
    public static void Load()
    {
        foreach (var (file, bold) in Files)
        {
            var path = Path.Combine(Directory, file);
            if (!File.Exists(path)) throw new UserErrorException($"pictures need the font {Name}, and {path} is not there; install the package fonts-dejavu-core");
            Fonts.AddFontFile(Name, path, bold, italic: false);
        }
    }
}
