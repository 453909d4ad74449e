using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.TileBench;

namespace AhwaLora.Experiments.Results;

/// <summary>MVMs on tiles without a machine, as <c>tile mvm --json</c> writes them.</summary>
/// <param name="Inputs">Inputs of the matrix.</param>
/// <param name="Outputs">Outputs of the matrix.</param>
/// <param name="Vectors">Number of MVMs.</param>
/// <param name="Tiles">Number of tiles that hold the matrix.</param>
/// <param name="Preset">Preset of the converters and the noise.</param>
/// <param name="Model">Device model of the tiles.</param>
/// <param name="Seed">Seed of the devices and the noise.</param>
/// <param name="AgeSeconds">Seconds since programming.</param>
/// <param name="RelativeErrorPercent">||y - W x|| / ||W x|| in percent, as in other results; null if it is not defined.</param>
/// <param name="RelativeError">The same as a fraction, under its older key.</param>
/// <param name="SnrDb">Signal-to-error ratio in dB.</param>
/// <param name="WorstMvm">Index of the worst MVM.</param>
/// <param name="WorstMvmSnrDb">Signal-to-error ratio of the worst MVM in dB.</param>
/// <param name="WorstColumn">Index of the worst column.</param>
/// <param name="WorstColumnSnrDb">Signal-to-error ratio of the worst column in dB.</param>
/// <param name="Passes">Number of passes of all MVMs.</param>
/// <param name="DacClips">Number of inputs that the DAC clipped.</param>
/// <param name="AdcSaturations">Number of outputs that saturated the ADC.</param>
/// <param name="ClippedOutputs">Number of outputs that stayed clipped.</param>
public sealed record TileProductNumbers(
    int Inputs, int Outputs, int Vectors, int Tiles, string Preset, string Model, ulong Seed, double AgeSeconds, double? RelativeErrorPercent, double? RelativeError,
    double SnrDb, int WorstMvm, double WorstMvmSnrDb, int WorstColumn, double WorstColumnSnrDb, long Passes, long DacClips, long AdcSaturations, long ClippedOutputs)
{
    /// <summary>Digest of the built product.</summary>
    public string Build { get; } = Product.Build;

    /// <summary>The numbers of a product.</summary>
    /// <param name="options">The options of the tiles.</param>
    /// <param name="ageSeconds">The age of the tiles in seconds.</param>
    /// <param name="product">The measured product.</param>
    public static TileProductNumbers Of(CrossbarOptions options, double ageSeconds, TileProduct product)
    {
        var error = product.Error;
        double? relative = double.IsNaN(product.RelativeError) ? null : product.RelativeError;
        return new(
            product.Inputs, product.Outputs, product.Vectors, product.Tiles, options.Preset.Name, options.Model.Name, options.Seed, ageSeconds, 100 * relative, relative,
            error.SnrDecibels, error.WorstMvm, error.WorstMvmSnrDecibels, error.WorstColumn, error.WorstColumnSnrDecibels,
            product.Work.Passes, product.Work.DacClips, product.Work.AdcSaturations, product.Work.ClippedOutputs);
    }
}
