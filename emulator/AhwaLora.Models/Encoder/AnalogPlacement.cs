using AhwaLora.Analog.Crossbar;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// Places layers on the host's model of tiles. Tiles are numbered in the order of the layers; each layer is programmed,
/// measured for compensation and aged, as <c>Deployment.ModelMachine</c> does with emulated tiles.
/// </summary>
/// <param name="options">Options of the first tile.</param>
/// <param name="ageSeconds">Age of the devices in seconds; 0 for just programmed.</param>
/// <param name="compensate">True to compensate drift at that age.</param>
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
