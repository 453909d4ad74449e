using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Layers;

namespace AhwaLora.Reports;

/// <summary>The tiles that a report studies: square tiles of one kind that hold seeded normal weights, clipped at three sigma.</summary>
/// <param name="Preset">The converters and the noise of an MVM.</param>
/// <param name="Model">The device model.</param>
/// <param name="Lines">The number of rows, and of columns.</param>
/// <param name="Seeds">The number of tiles, each with its own weights, inputs and noise.</param>
/// <param name="FirstSeed">The seed of the first tile; each later tile adds 1.</param>
public sealed record TileStudy(Preset Preset, DeviceModel Model, int Lines, int Seeds, ulong FirstSeed)
{
    /// <summary>Input vectors of each measurement, normal with unit variance.</summary>
    public const int Vectors = 32;

    /// <summary>Where device noise acts.</summary>
    public DeviceMapping Mapping { get; init; }

    /// <summary>The study in one line, for captions.</summary>
    public string Caption => $"{Lines} x {Lines}, {Preset.Name}, {Model.Name}";

    /// <summary>The seed of each tile.</summary>
    internal IEnumerable<ulong> EachSeed => Enumerable.Range(0, Seeds).Select(i => FirstSeed + (ulong)i);

    /// <summary>Throws if a figure is out of range.</summary>
    /// <exception cref="UserErrorException">Names the figure and its range.</exception>
    public void Check()
    {
        SettingException.ThrowIf(SettingFault.OfRange(ReportSettings.Lines, Lines, 1, 1024));
        SettingException.ThrowIf(SettingFault.OfRange(ReportSettings.Seeds, Seeds, 1, 100));
    }

    /// <summary>The numbers of a layer whose weights the tile holds.</summary>
    internal LayerData Data(ulong seed) => LayerData.Generate(new LayerShape(Lines, Lines, Rank: 1, Tokens: Vectors, Chunk: 1), seed);

    /// <summary>A tile that has just been programmed, with its reference response measured.</summary>
    internal CrossbarArray Program(LayerData data, ulong seed, Preset? preset = null)
    {
        var tile = new CrossbarArray(new CrossbarOptions(Lines, Lines) { Preset = preset ?? Preset, Model = Model, Mapping = Mapping, Seed = seed });
        tile.Program(tile.Whole, data.Weights);
        tile.MeasureReference(tile.Whole);
        return tile;
    }
}
