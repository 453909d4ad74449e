using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Settings;
using AhwaLora.Reports;

namespace AhwaLora.Emu.Tests.Reports;

/// <summary>Pictures and numbers of a tile.</summary>
public sealed class TileMeasurementsTests
{
    private static readonly TileStudy Study = new(Preset.AhwaLora, DeviceModel.Pcm, Lines: 64, Seeds: 2, FirstSeed: 1);

    [Fact]
    public void The_same_study_gives_the_same_pictures()
    {
        var (first, second) = (Write(), Write());
        Assert.Equal(["conductances.png", "conductances.svg", "error_over_age.png", "error_over_age.svg", "saturation.png", "saturation.svg"], first.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, bytes) in first) Assert.True(bytes.AsSpan().SequenceEqual(second[name]), $"{name} differs between two runs");
    }

    [Fact]
    public void Compensation_takes_most_of_the_drift_away()
    {
        var errors = ErrorOverAge.Measure(Study);
        var (young, old) = (errors[0], errors[^1]);
        Assert.Equal((1, 315_576_000), (young.AgeSeconds, old.AgeSeconds));
        Assert.True(old.Drifted.Mean > 3 * young.Drifted.Mean, $"{old.Drifted.Mean} after ten years, {young.Drifted.Mean} after a second");
        Assert.True(old.Compensated.Mean < 0.6 * old.Drifted.Mean, $"{old.Compensated.Mean} with compensation, {old.Drifted.Mean} without");
        Assert.All(errors, e => Assert.InRange(e.Drifted.Mean, e.Drifted.Min, e.Drifted.Max));
    }

    [Fact]
    public void Folding_pairs_as_aihwkit_does_costs_one_to_three_percent()
    {
        foreach (var preset in new[] { Preset.Ideal, Preset.AihwkitDefault })
        {
            var study = new TileStudy(preset, DeviceModel.Pcm, Lines: 128, Seeds: 4, FirstSeed: 1);
            double Error(DeviceMapping mapping) => ErrorOverAge.Measure(study with { Mapping = mapping }, [0])[0].Drifted.Mean;
            Assert.InRange(Error(DeviceMapping.AihwkitCompatible) / Error(DeviceMapping.PerDevice), 1.01, 1.03);
        }
    }

    [Fact]
    public void Histograms_hold_every_device_and_drift_downwards()
    {
        var histograms = ConductanceHistogram.Measure(Study);
        Assert.All(histograms, h => Assert.Equal(1, h.Fractions.Sum(), 1e-9));
        double Mean(ConductanceHistogram h) => h.Fractions.Select((share, bin) => share * bin).Sum();
        Assert.True(Mean(histograms[^1]) < Mean(histograms[1]));
    }

    [Fact]
    public void A_wider_converter_saturates_less()
    {
        var map = SaturationMap.Measure(Study)!;
        double Share(int bound) => Enumerable.Range(0, Study.Lines).Average(column => map.Fractions[bound, column]);
        Assert.True(Share(0) > Share(map.Bounds.Count - 1));
        Assert.Null(SaturationMap.Measure(Study with { Preset = Preset.Ideal }));
    }

    [Theory]
    [InlineData(0, 1, "size 0 is outside 1 to 1024; the nearest valid value is 1")]
    [InlineData(64, 0, "seeds 0 is outside 1 to 100; the nearest valid value is 1")]
    public void Studies_out_of_range_are_refused(int lines, int seeds, string expected) =>
        Assert.Equal(expected, Assert.Throws<SettingException>((Study with { Lines = lines, Seeds = seeds }).Check).Message);

    private static Dictionary<string, byte[]> Write()
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora").FullName;
        TileMeasurements.Measure(Study).WritePictures(directory);
        var files = Directory.GetFiles(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        Directory.Delete(directory, recursive: true);
        return files;
    }
}
