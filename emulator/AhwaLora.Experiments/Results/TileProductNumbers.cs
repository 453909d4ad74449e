using AhwaLora.Analog.Crossbar;
using AhwaLora.Experiments.TileBench;

namespace AhwaLora.Experiments.Results;

/// <summary>MVMs on tiles by themselves, as <c>tile mvm --json</c> writes them.</summary>
/// <param name="Inputs">Of the matrix.</param>
/// <param name="Outputs">Of the matrix.</param>
/// <param name="Vectors">How many MVMs.</param>
/// <param name="Tiles">On how many tiles the matrix lies.</param>
/// <param name="Preset">Converters and noise.</param>
/// <param name="Model">The devices.</param>
/// <param name="Seed">Of devices and noise.</param>
/// <param name="AgeSeconds">Since programming.</param>
/// <param name="RelativeErrorPercent">||y - W x|| / ||W x|| in percent, as other results have it; null if it is not defined.</param>
/// <param name="RelativeError">The same as a fraction, under its older key.</param>
/// <param name="SnrDb">Signal to error, dB.</param>
/// <param name="WorstMvm">Number of the worst MVM.</param>
/// <param name="WorstMvmSnrDb">Its signal to error, dB.</param>
/// <param name="WorstColumn">Number of the worst column.</param>
/// <param name="WorstColumnSnrDb">Its signal to error, dB.</param>
/// <param name="Passes">Passes of all MVMs.</param>
/// <param name="DacClips">Inputs that the DAC clipped.</param>
/// <param name="AdcSaturations">Outputs that saturated the ADC.</param>
/// <param name="ClippedOutputs">Outputs that stayed clipped.</param>
public sealed record TileProductNumbers(
    int Inputs, int Outputs, int Vectors, int Tiles, string Preset, string Model, ulong Seed, double AgeSeconds, double? RelativeErrorPercent, double? RelativeError,
    double SnrDb, int WorstMvm, double WorstMvmSnrDb, int WorstColumn, double WorstColumnSnrDb, long Passes, long DacClips, long AdcSaturations, long ClippedOutputs)
{
    /// <summary>The numbers of a product.</summary>
    /// <param name="options">The tiles.</param>
    /// <param name="ageSeconds">Their age.</param>
    /// <param name="product">What was measured.</param>
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
