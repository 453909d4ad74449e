using AhwaLora.Analog.Crossbar;

namespace AhwaLora.Reports;

/// <summary>The columns that saturate the ADC at each bound, with one pass per vector and no bound management.</summary>
/// <param name="Bounds">Output bounds, in units of weight / maximum times scaled input.</param>
/// <param name="Fractions">[bound, column]: the share of vectors whose output saturated, 0 to 1.</param>
public sealed record SaturationMap(IReadOnlyList<double> Bounds, double[,] Fractions)
{
    private const double Smallest = 0.5, Step = 0.5;
    private const int Count = 16;

    /// <summary>Multiplies vectors on a study's first tile, once for each bound; null for a preset without an ADC.</summary>
    public static SaturationMap? Measure(TileStudy study)
    {
        if (!study.Preset.Adc.IsOn) return null;
        var data = study.Data(study.FirstSeed);
        double[] bounds = [.. Enumerable.Range(0, Count).Select(i => Smallest + i * Step)];
        var fractions = new double[Count, study.Lines];
        var saturated = new uint[(study.Lines + 31) / 32];
        var y = new float[study.Lines];
        for (var i = 0; i < Count; i++)
        {
            var preset = study.Preset with { Adc = study.Preset.Adc with { Bound = (float)bounds[i] }, BoundManagement = BoundManagement.None };
            var tile = study.Program(data, study.FirstSeed, preset);
            for (var vector = 0; vector < TileStudy.Vectors; vector++)
            {
                Array.Clear(saturated);
                tile.Mvm(tile.Whole, data.X.AsSpan(vector * study.Lines, study.Lines), y, default, saturated);
                for (var column = 0; column < study.Lines; column++) fractions[i, column] += (saturated[column / 32] >> column % 32 & 1) / (double)TileStudy.Vectors;
            }
        }

        return new SaturationMap(bounds, fractions);
    }
}
