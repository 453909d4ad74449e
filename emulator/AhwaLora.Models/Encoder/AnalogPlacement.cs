using AhwaLora.Analog.Crossbar;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// Places layers on the host's model of tiles: numbered from the first layer on, one behind the other, each programmed,
/// measured for compensation, and let age, as <c>Deployment.ModelMachine</c> does with emulated ones.
/// </summary>
/// <param name="options">Of the first tile.</param>
/// <param name="ageSeconds">Age of the devices; 0 for just programmed.</param>
/// <param name="compensate">Whether drift is compensated at that age.</param>
public sealed class AnalogPlacement(CrossbarOptions options, double ageSeconds = 0, bool compensate = false)
{
    private uint _next = options.Tile;

    /// <summary>Places the next layer.</summary>
    public ILinear Place(LinearLayer layer, float[] weights, float[]? bias)
    {
        var linear = new AnalogLinear(layer, weights, bias, options with { Tile = _next });
        _next += (uint)linear.Tiles.Parts.Count;
        if (ageSeconds > 0) linear.SetAge(ageSeconds, compensate);
        return linear;
    }
}
