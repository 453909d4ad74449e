using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Analog;

/// <summary>A kind of tile: what evaluation programs, and how training models it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Preset">Its converters and the noise of an MVM.</param>
/// <param name="Model">Its device model.</param>
/// <param name="WeightNoise">Standard deviation of the weight noise in training, in units of a column's largest weight.</param>
public sealed record TileKind(string Name, Preset Preset, DeviceModel Model, float WeightNoise)
{
    private const float Factor = 2;

    /// <summary>The study's tile: preset ahwa-lora, devices pcm, weight noise 0.067.</summary>
    public static TileKind Study { get; } = new("study", Preset.AhwaLora, DeviceModel.Pcm, AnalogLinears.StudyWeightNoise);

    /// <summary>A harsher tile: output noise and programming noise are twice as large.</summary>
    public static TileKind Harsh { get; } = new(
        "harsh",
        Preset.AhwaLora with { Name = "harsh", OutputNoise = Factor * Preset.AhwaLora.OutputNoise },
        DeviceModel.Pcm with { Name = "pcm-harsh", ProgrammingNoise = new Polynomial(Factor * 0.26348f, Factor * 1.9650f, Factor * -1.1731f) },
        Factor * AnalogLinears.StudyWeightNoise);

    /// <summary>Both kinds.</summary>
    public static IReadOnlyList<TileKind> All { get; } = [Study, Harsh];

    /// <summary>How training models this tile.</summary>
    public AnalogRecipe Recipe => new(Preset, WeightNoise);

    /// <summary>The same kind with DAC and ADC of this many bits.</summary>
    public TileKind WithBits(int bits) => this with { Preset = Preset with { Name = $"{Preset.Name}, {bits} bits", Dac = Preset.Dac with { Bits = bits }, Adc = Preset.Adc with { Bits = bits } } };
}
