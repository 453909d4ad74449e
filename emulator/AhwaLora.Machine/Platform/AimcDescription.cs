using System.Text.Json.Serialization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Clusters.Engines.Aimc;

namespace AhwaLora.Machine.Platform;

/// <summary>The analog tiles.</summary>
public sealed record AimcDescription : IDeviceDescription
{
    private static readonly int MostTiles = (int)((1UL << 32) / AimcTileRegisters.Map.Size);

    /// <summary>First address; each tile takes 4 KiB.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x3000_0000;

    /// <summary>Number of tiles.</summary>
    public int Tiles { get; init; } = 1;

    /// <summary>Input lines of a tile.</summary>
    public int Rows { get; init; } = 512;

    /// <summary>Output lines of a tile.</summary>
    public int Columns { get; init; } = 512;

    /// <summary>Converters, noise of an MVM, management of range: ideal, ahwa-lora, standard-hwa or aihwkit-default.</summary>
    public string Preset { get; init; } = "ahwa-lora";

    /// <summary>Devices: none, pcm, hermes or hermes-1.</summary>
    public string Model { get; init; } = "pcm";

    /// <summary>Bits of the DAC, in place of the preset's; 0 is an ideal one.</summary>
    public int? DacBits { get; init; }

    /// <summary>Bits of the ADC, in place of the preset's; 0 is an ideal one.</summary>
    public int? AdcBits { get; init; }

    /// <summary>True to fold a pair of devices into one weight after programming, as aihwkit does.</summary>
    public bool AihwkitCompatible { get; init; }

    /// <summary>True for tiles that only keep time: they hold no weights and compute no values, for matrices that do not fit into memory.</summary>
    public bool TimingOnly { get; init; }

    /// <summary>Seed of the tiles; null takes the machine's.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Seconds since programming at the first cycle.</summary>
    public double AgeSeconds { get; init; }

    /// <summary>Integration time of one MVM at reset, in ns.</summary>
    public int IntegrationNs { get; init; } = 256;

    /// <summary>Words per cycle that the streamers move, each way.</summary>
    public int StreamWordsPerCycle { get; init; } = 4;

    /// <summary>Job contexts.</summary>
    public int Contexts { get; init; } = 2;

    /// <inheritdoc/>
    int IDeviceDescription.Count => Tiles;

    /// <inheritdoc/>
    public void Check(string field, PlatformFaults faults)
    {
        void Require(bool condition, string name, FormattableString fault) => faults.Require(condition, $"field '{field}.{name}': {FormattableString.Invariant(fault)}");

        Require(Tiles >= 0 && Tiles <= MostTiles, "tiles", $"{Tiles} is outside 0 to {MostTiles}, which fill the address space");
        Require(Rows is >= 1 and <= AimcTileRegisters.LongestSide, "rows", $"{Rows} is outside 1 to {AimcTileRegisters.LongestSide}");
        Require(Columns is >= 1 and <= AimcTileRegisters.LongestSide, "columns", $"{Columns} is outside 1 to {AimcTileRegisters.LongestSide}");
        Require(IntegrationNs is >= 1 and <= PlatformRules.MaximumIntegrationNs, "integration_ns", $"{IntegrationNs} is outside 1 to {PlatformRules.MaximumIntegrationNs}");
        Require(StreamWordsPerCycle is >= 1 and <= 64, "stream_words_per_cycle", $"{StreamWordsPerCycle} is outside 1 to 64");
        Require(Contexts is >= 2 and <= 4, "contexts", $"{Contexts} is outside 2 to 4");
        Require(DacBits is null or 0 or (>= 2 and <= 15), "dac_bits", $"{DacBits} is neither 0 nor 2 to 15");
        Require(AdcBits is null or 0 or (>= 2 and <= 15), "adc_bits", $"{AdcBits} is neither 0 nor 2 to 15");
        Require(AgeSeconds is >= 0 and <= 1e12, "age_seconds", $"{AgeSeconds} is outside 0 to 1e12");
        if (FindPreset() is null) faults.Add(NoPreset);
        if (FindModel() is null) faults.Add(NoModel);
    }

    /// <summary>What a tile is, apart from its crossbar.</summary>
    public AimcTileOptions BuildTile(DeviceSite site) => new()
    {
        Name = site.Name,
        Number = site.Number,
        Initiator = site.Initiator,
        ClockHz = site.ClockHz,
        Contexts = Contexts,
        WordsPerCycle = (uint)StreamWordsPerCycle,
        TIntNs = (uint)IntegrationNs,
        ExactContention = site.IsExact,
    };

    /// <summary>These tiles with another preset. With the ideal preset the devices are ideal too, so that the result is W x.</summary>
    public AimcDescription WithPreset(string preset) =>
        this with { Preset = preset, Model = preset == Analog.Crossbar.Preset.Ideal.Name ? DeviceModel.None.Name : Model };

    /// <summary>The crossbar of a tile.</summary>
    /// <param name="number">The tile's number.</param>
    /// <param name="seed">The machine's seed, used if this description has none.</param>
    /// <exception cref="PlatformException">There is no such preset or model.</exception>
    public CrossbarOptions BuildCrossbar(int number, ulong seed) => new(Rows, Columns)
    {
        Preset = BuildPreset(),
        Model = BuildModel(),
        Mapping = AihwkitCompatible ? DeviceMapping.AihwkitCompatible : DeviceMapping.PerDevice,
        TimingOnly = TimingOnly,
        Seed = Seed ?? seed,
        Tile = (uint)number,
    };

    /// <summary>The preset with this description's converters.</summary>
    /// <exception cref="PlatformException">There is none of that name.</exception>
    public Preset BuildPreset()
    {
        var preset = FindPreset() ?? throw new PlatformException(NoPreset);
        if (DacBits is { } dac) preset = preset with { Dac = preset.Dac with { Bits = dac } };
        if (AdcBits is { } adc) preset = preset with { Adc = preset.Adc with { Bits = adc } };
        return preset;
    }

    /// <summary>The device model.</summary>
    /// <exception cref="PlatformException">There is none of that name.</exception>
    public DeviceModel BuildModel() => FindModel() ?? throw new PlatformException(NoModel);

    private Preset? FindPreset() => Analog.Crossbar.Preset.All.FirstOrDefault(p => p.Name == Preset);

    private DeviceModel? FindModel() => DeviceModel.All.FirstOrDefault(m => m.Name == Model);

    private string NoPreset => $"field 'aimc.preset': no preset '{Preset}'; expected {string.Join(", ", Analog.Crossbar.Preset.All.Select(p => p.Name))}";

    private string NoModel => $"field 'aimc.model': no device model '{Model}'; expected {string.Join(", ", DeviceModel.All.Select(m => m.Name))}";
}
