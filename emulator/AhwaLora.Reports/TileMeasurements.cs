using AhwaLora.Common.Files;

namespace AhwaLora.Reports;

/// <summary>A report's measurements of one kind of tile.</summary>
/// <param name="Study">The tiles.</param>
/// <param name="Errors">Error against age.</param>
/// <param name="Histograms">The distributions of the conductances.</param>
/// <param name="Saturation">Saturated columns; null for a preset without an ADC.</param>
public sealed record TileMeasurements(TileStudy Study, IReadOnlyList<ErrorAtAge> Errors, IReadOnlyList<ConductanceHistogram> Histograms, SaturationMap? Saturation)
{
    /// <summary>Measures a study; the same study gives the same bits.</summary>
    /// <exception cref="UserErrorException">A figure of the study is out of range.</exception>
    public static TileMeasurements Measure(TileStudy study, Action<string>? progress = null)
    {
        study.Check();
        progress?.Invoke("error against age");
        var errors = ErrorOverAge.Measure(study);
        progress?.Invoke("conductances");
        var histograms = ConductanceHistogram.Measure(study);
        progress?.Invoke("saturation");
        return new TileMeasurements(study, errors, histograms, SaturationMap.Measure(study));
    }

    /// <summary>Draws <c>error_over_age</c>, <c>conductances</c> and <c>saturation</c> as SVG and PNG; the same measurements give the same bytes.</summary>
    /// <exception cref="UserErrorException">The font is missing or a file cannot be written.</exception>
    public void WritePictures(string directory)
    {
        PictureFont.Load();
        OutputDirectory.Make(directory);
        PictureFile.Write(directory, "error_over_age", Charts.ErrorOverAge(Study, Errors));
        PictureFile.Write(directory, "conductances", Charts.Conductances(Study, Histograms));
        if (Saturation is not null) PictureFile.Write(directory, "saturation", Charts.Saturation(Study, Saturation));
    }
}
