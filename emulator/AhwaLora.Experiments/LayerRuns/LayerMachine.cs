using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>A machine that is ready to run an app of the firmware: weights are on the tiles, matrices and records are in RAM.</summary>
internal sealed class LayerMachine
{
    private readonly GuestData _data;
    private readonly uint _outputs;

    /// <summary>Builds the machine.</summary>
    /// <param name="chain">Layers, each fed by the one before it.</param>
    /// <param name="strategy">The strategy, which says which app to load.</param>
    /// <param name="platform">The platform of the machine.</param>
    /// <param name="options">The options of the machine.</param>
    /// <param name="split">The split over the harts; null for the firmware's own choice.</param>
    /// <exception cref="UserErrorException">The layers do not fit the machine, or each other.</exception>
    public LayerMachine(IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, LoraSplit? split)
    {
        Check(chain, strategy);
        var mappings = LayerMapping.Of(chain.Select(c => c.Shape), strategy, platform);
        LayerMapping.Check(mappings, platform);
        var image = FirmwareImages.Load(strategy.App);
        Machine = new EmulatedMachine(platform, options);
        ProgramLoader.Load(Machine, image);
        _data = new GuestData(Machine, image);
        var next = 0u;
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            mappings[i].Program(Machine, chain[i]);
            var addresses = Place(chain[i], isFirst: i == 0, isLast: i == chain.Count - 1);
            if (i == chain.Count - 1) _outputs = addresses.Y;
            var record = LayerRequest.Of(chain[i], addresses, mappings[i], (uint)platform.Aimc!.IntegrationNs, GuestData.TcdmBytes(platform), next, split);
            if (i == 0) _data.Write(_data.AddressOf<LayerRecord>(), record);
            else next = _data.Put(record);
        }
    }

    /// <summary>The machine.</summary>
    public EmulatedMachine Machine { get; }

    /// <summary>The result that the app has left at <c>layer_result</c>.</summary>
    public LayerResult Result => LayerResult.Of(_data.Read<LayerResultRecord>(_data.AddressOf<LayerResultRecord>()));

    /// <summary>Y [S][n] of the last layer, as the app has left it.</summary>
    public float[] Outputs(LayerShape last) => _data.Read(_outputs, last.Tokens * last.Outputs).ToArray();

    /// <summary>Checks that a strategy can run these layers.</summary>
    /// <exception cref="UserErrorException">There are too many, or one does not feed the next.</exception>
    public static void Check(IReadOnlyList<LayerData> chain, LayerStrategy strategy)
    {
        var most = strategy.IsChain ? LayerLimits.Chain : 1;
        if (chain.Count is 0 || chain.Count > most) throw new UserErrorException($"strategy {strategy.Name} runs {(most == 1 ? "one layer" : $"1 to {most} layers that feed each other")}, not {chain.Count}");
        foreach (var data in chain) data.Shape.Check();
        for (var i = 1; i < chain.Count; i++)
        {
            var (from, to) = (chain[i - 1].Shape, chain[i].Shape);
            if (to.Inputs != from.Outputs || to.Tokens != from.Tokens || to.Chunk != from.Chunk) throw new UserErrorException($"layer {from} does not feed layer {to}");
        }
    }

    private LayerRequest.Addresses Place(LayerData data, bool isFirst, bool isLast) => new(
        X: isFirst ? _data.Put(data.X) : 0,
        A: _data.Put(data.A),
        B: _data.Put(data.B),
        Y: isLast ? _data.Put(new float[data.Shape.Tokens * data.Shape.Outputs]) : 0,
        Bias: _data.Put(data.Bias));
}
