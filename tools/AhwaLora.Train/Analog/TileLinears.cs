using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Analog;

/// <summary>
/// A model's linear layers on tiles. Each matrix is programmed once into a <see cref="CrossbarArray"/>, the code that the emulated
/// tile runs, with device noise, drift and compensation. For evaluation; not thread-safe.
/// </summary>
public sealed class TileLinears : ILinears
{
    private readonly Dictionary<string, (CrossbarArray Tile, float[] Bias)> _tiles = [];

    /// <summary>Programs all linear layers except the head, in their order, and measures the reference for drift compensation.</summary>
    /// <param name="inventory">The model's layers.</param>
    /// <param name="weights">Their weights and biases.</param>
    /// <param name="preset">The converters and the noise of an MVM.</param>
    /// <param name="model">The device model.</param>
    /// <param name="seed">The seed of all noise.</param>
    public TileLinears(ModelInventory inventory, Weights weights, Preset preset, DeviceModel model, ulong seed)
    {
        foreach (var layer in inventory.Linears.Where(l => l.Role != LinearRole.Head))
        {
            var tile = new CrossbarArray(new CrossbarOptions(layer.Inputs, layer.Outputs) { Preset = preset, Model = model, Seed = seed, Tile = (uint)_tiles.Count });
            tile.Program(tile.Whole, weights[layer.Weight].data<float>().ToArray());
            tile.MeasureReference(tile.Whole);
            _tiles.Add(layer.Name, (tile, layer.HasBias ? weights[layer.Bias].data<float>().ToArray() : []));
        }
    }

    /// <summary>The number of additional passes of bound management, over all MVMs.</summary>
    public long ExtraPasses { get; private set; }

    /// <summary>The number of MVMs so far.</summary>
    public long Vectors { get; private set; }

    /// <summary>Sets the tiles' age, in seconds since programming: applies drift and draws read noise once. Compensation is off afterwards.</summary>
    public void Age(double seconds)
    {
        foreach (var (tile, _) in _tiles.Values) tile.SetAgeUncompensated(seconds);
    }

    /// <summary>Measures every tile's response and compensates its drift.</summary>
    public void Compensate()
    {
        foreach (var (tile, _) in _tiles.Values) tile.Calibrate(tile.Whole);
    }

    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x)
    {
        var (tile, bias) = _tiles[layer.Name];
        var values = x.contiguous().data<float>().ToArray();
        var results = new MvmResult[values.Length / layer.Inputs];
        var y = new float[results.Length * layer.Outputs];
        tile.MvmBatch(tile.Whole, values, y, results, new DigitalStage { Bias = bias });
        Vectors += results.Length;
        foreach (var result in results) ExtraPasses += Math.Max(0, result.Passes - 1);
        return tensor(y, [.. x.shape[..^1], layer.Outputs]);
    }
}
