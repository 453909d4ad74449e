namespace AhwaLora.Analog.Crossbar;

/// <summary>A converter of <paramref name="Bits"/> bits over +-<paramref name="Bound"/>: codes -(2^(bits-1) - 1) .. 2^(bits-1) - 1; 0 bits: off.</summary>
/// <remarks>aihwkit states the resolution as 1 / (2^bits - 2): 1/254 is 8 bits, 1/126 is 7, 1/510 is 9.</remarks>
public readonly record struct Converter(int Bits, float Bound = 1)
{
    /// <summary>No converter: values pass as they are.</summary>
    public static Converter Off => default;

    /// <summary>True if values are rounded and clipped.</summary>
    public bool IsOn => Bits > 0;

    /// <summary>The largest code.</summary>
    public int MaxCode => (1 << (Bits - 1)) - 1;

    /// <summary>The value of one code step.</summary>
    public float Step => (float)(Bound / (double)MaxCode);

    /// <summary>True if a code fits a signed byte.</summary>
    public bool FitsInt8 => Bits is >= 2 and <= 8;
}

/// <summary>The number n that an input vector is divided by before the DAC.</summary>
public enum NoiseManagement
{
    /// <summary>Its largest magnitude.</summary>
    AbsMax,
    /// <summary><see cref="Preset.InputScale"/>.</summary>
    Constant,
}

/// <summary>What happens when an output saturates the ADC.</summary>
public enum BoundManagement
{
    /// <summary>It is clipped.</summary>
    None,
    /// <summary>The vector's inputs are halved and the pass repeated, until none saturates or the limit is passed.</summary>
    Iterative,
}

/// <summary>Noise of each MVM that depends on weights and inputs.</summary>
public enum ReadNoiseKind
{
    /// <summary>None.</summary>
    None,
    /// <summary>sqrt(sum |w_ij| x_j^2), aihwkit's PCM_READ.</summary>
    PcmRead,
    /// <summary>||x||, aihwkit's ADDITIVE_CONSTANT.</summary>
    Additive,
}

/// <summary>The weights among which the largest is found, which is mapped to g_max.</summary>
public enum WeightScaling
{
    /// <summary>Those of each column of the programmed part by itself.</summary>
    PerColumn,
    /// <summary>All of the programmed part.</summary>
    PerTile,
}

/// <summary>Where device noise acts.</summary>
public enum DeviceMapping
{
    /// <summary>On each of a pair's two devices, from programming to reading.</summary>
    PerDevice,
    /// <summary>As aihwkit: after programming the pair is folded into one weight, and mapped again with the noisy maximum before drift.</summary>
    AihwkitCompatible,
}

/// <summary>A tile apart from its devices and size: converters, range management, noise of an MVM, mapping.</summary>
public sealed record Preset
{
    /// <summary>The preset's name on the command line and in platform files.</summary>
    public required string Name { get; init; }
    /// <summary>Input converter, its bound in units of the scaled input.</summary>
    public Converter Dac { get; init; }
    /// <summary>Output converter, its bound in units of weight/maximum times scaled input.</summary>
    public Converter Adc { get; init; }
    /// <summary>Standard deviation of the noise added to each input after the DAC.</summary>
    public float InputNoise { get; init; }
    /// <summary>Standard deviation of the noise added to each output before the ADC.</summary>
    public float OutputNoise { get; init; }
    /// <summary>How inputs are scaled.</summary>
    public NoiseManagement NoiseManagement { get; init; } = NoiseManagement.Constant;
    /// <summary>The constant of <see cref="NoiseManagement.Constant"/>.</summary>
    public float InputScale { get; init; } = 1;
    /// <summary>What happens when an output saturates.</summary>
    public BoundManagement BoundManagement { get; init; }
    /// <summary>Kind of read noise per MVM.</summary>
    public ReadNoiseKind ReadNoise { get; init; }
    /// <summary>w_noise, the scale of the read noise.</summary>
    public float ReadNoiseScale { get; init; }
    /// <summary>Scale of the IR drop; 1 is aihwkit's wire and device resistance, 0 none.</summary>
    public float IrDrop { get; init; }
    /// <summary>Which weights share one mapping to g_max.</summary>
    public WeightScaling Scaling { get; init; } = WeightScaling.PerColumn;

    /// <summary>No converters, no noise: W x in float32. Weights keep their own scale, so no scale has to be undone.</summary>
    public static Preset Ideal { get; } = new() { Name = "ideal" };

    /// <summary>The default: the tile of the AHWA-LoRA study.</summary>
    public static Preset AhwaLora { get; } = new()
    {
        Name = "ahwa-lora",
        Dac = new(8),
        Adc = new(8, 12),
        OutputNoise = 0.04f,
        NoiseManagement = NoiseManagement.AbsMax,
        BoundManagement = BoundManagement.Iterative,
    };

    /// <summary>aihwkit's StandardHWATrainingPreset.</summary>
    public static Preset StandardHwa { get; } = new()
    {
        Name = "standard-hwa",
        Dac = new(8),
        Adc = new(8, 10),
        OutputNoise = 0.04f,
        ReadNoise = ReadNoiseKind.PcmRead,
        ReadNoiseScale = 0.0175f,
        IrDrop = 1,
    };

    /// <summary>aihwkit's defaults.</summary>
    public static Preset AihwkitDefault { get; } = new()
    {
        Name = "aihwkit-default",
        Dac = new(7),
        Adc = new(9, 12),
        OutputNoise = 0.06f,
        NoiseManagement = NoiseManagement.AbsMax,
        BoundManagement = BoundManagement.Iterative,
        Scaling = WeightScaling.PerTile,
    };

    /// <summary>Every preset, in the order the documentation lists them.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Ideal, AhwaLora, StandardHwa, AihwkitDefault];

    /// <summary>False without an ADC: there is no range to fill, so weights are read in their own units and no column has a scale.</summary>
    internal bool NormalizesWeights => Adc.IsOn;

    /// <summary>
    /// Bound management makes no pass after one with b above this: a quarter of the DAC's codes would be left
    /// (31.75 for 8 bits); 1000 without a DAC. aihwkit's max_bm_res and max_bm_factor.
    /// </summary>
    public float BoundLimit => Dac.IsOn ? 0.25f * Dac.MaxCode / Dac.Bound : 1000;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed: the message gives the property, its value and what was expected.</exception>
    internal void Validate()
    {
        foreach ((string name, Converter converter) in ((string, Converter)[])[(nameof(Dac), Dac), (nameof(Adc), Adc)])
        {
            if (converter.IsOn && converter.Bits is < 2 or > 16)
                throw new ArgumentException($"preset {Name}: {name} has {converter.Bits} bits; expected 0 (off) or 2 to 16");
            if (converter.IsOn && !(converter.Bound > 0 && float.IsFinite(converter.Bound)))
                throw new ArgumentException($"preset {Name}: {name} has bound {converter.Bound}; expected a positive number");
        }
        if (!(InputScale > 0 && float.IsFinite(InputScale)))
            throw new ArgumentException($"preset {Name}: {nameof(InputScale)} is {InputScale}; expected a positive number");
        foreach ((string name, float scale) in ((string, float)[])[(nameof(InputNoise), InputNoise), (nameof(OutputNoise), OutputNoise),
            (nameof(ReadNoiseScale), ReadNoiseScale), (nameof(IrDrop), IrDrop)])
            if (!(scale >= 0 && float.IsFinite(scale)))
                throw new ArgumentException($"preset {Name}: {name} is {scale}; expected zero or a positive number");
    }
}
