using System.Text.Json;
using AhwaLora.Emu.Lab.Running;

namespace AhwaLora.Emu.Lab.Reports;

/// <summary>Pictures of a kind of tile, as SVG and PNG, and their numbers as JSON. The same study gives the same bytes.</summary>
public static class TileReport
{
    /// <summary>Measures a study and writes <c>error_over_age</c>, <c>conductances</c>, <c>saturation</c> and <c>report.json</c>.</summary>
    /// <param name="study">What to look at.</param>
    /// <param name="directory">Where to write; made if it is not there.</param>
    /// <param name="progress">Told of each step.</param>
    /// <exception cref="UserErrorException">The study is out of range, the font is missing or a file cannot be written.</exception>
    public static void Write(TileStudy study, string directory, Action<string>? progress = null)
    {
        study.Check();
        PictureFont.Load();
        OutputDirectory.Make(directory);
        progress?.Invoke("error against age");
        var errors = ErrorOverAge.Measure(study);
        PictureFile.Write(directory, "error_over_age", Charts.ErrorOverAge(study, errors));
        progress?.Invoke("conductances");
        var histograms = ConductanceHistogram.Measure(study);
        PictureFile.Write(directory, "conductances", Charts.Conductances(study, histograms));
        progress?.Invoke("saturation");
        var saturation = SaturationMap.Measure(study);
        if (saturation is not null) PictureFile.Write(directory, "saturation", Charts.Saturation(study, saturation));
        AtomicFile.WriteText(Path.Combine(directory, "report.json"), ToJson(study, errors, histograms, saturation));
    }

    private static string ToJson(TileStudy study, IReadOnlyList<ErrorAtAge> errors, IReadOnlyList<ConductanceHistogram> histograms, SaturationMap? saturation) =>
        JsonSerializer.Serialize(
            new
            {
                Version = Statistics.ProductVersion,
                Preset = study.Preset.Name,
                Model = study.Model.Name,
                study.Lines,
                study.FirstSeed,
                study.Seeds,
                TileStudy.Vectors,
                ErrorOverAge = errors,
                ConductanceRangeMicroSiemens = ConductanceHistogram.RangeMicroSiemens(study.Model),
                Conductances = histograms,
                Saturation = saturation?.Bounds.Select((bound, i) => new { Bound = bound, Fraction = Enumerable.Range(0, study.Lines).Average(column => saturation.Fractions[i, column]) }),
            },
            Statistics.JsonOptions) + "\n";
}
