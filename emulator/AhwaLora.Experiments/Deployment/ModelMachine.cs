using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Deployment;

/// <summary>The options for putting a model on a machine.</summary>
/// <param name="Rank">Largest rank of an adapter; space for A and B is reserved for it.</param>
/// <param name="Chunk">t, tokens per chunk.</param>
/// <param name="Compensate">True to compensate drift at the platform's age.</param>
public sealed record ModelMachineOptions(int Rank, int Chunk = 8, bool Compensate = false);

/// <summary>
/// A machine that holds a model: every linear layer except the head is on tiles of its own, biases and adapters are in RAM.
/// firmware/apps/service.c runs a layer when the host asks for it, then waits for the next request. Time, tiles and memory
/// keep their state from one layer to the next.
/// </summary>
public sealed class ModelMachine
{
    /// <summary>Maximum number of tokens of one command.</summary>
    public const int MaxTokens = 1024;

    private const ulong MaxCycles = 1_000_000_000_000;
    private const string App = "service";
    private static readonly HartSet ControlHart = HartSet.Of(0);

    // The part that the firmware adds to or fills in; it is cleared before each layer. The harts write the rows after it again for each layer.
    private static readonly uint ResultHeadBytes = RecordMap.Of(typeof(LayerResultRecord)).OffsetOf(nameof(LayerResultRecord.HartBusy));

    private readonly GuestData _data;
    private readonly ModelMachineOptions _options;
    private readonly Queue<LayerMapping> _mappings;
    private readonly uint _x, _y, _service, _layer, _result;
    private readonly List<EmulatedLinear> _linears = [];
    private readonly Dictionary<EmulatedLinear, LoraPair> _pending = [];
    private uint _served;
    private bool _isRunning;

    /// <summary>Builds the machine with as many tiles as the model needs, and loads the firmware.</summary>
    /// <exception cref="UserErrorException">The platform cannot hold the model, or the firmware is not built.</exception>
    public ModelMachine(ModelInventory inventory, PlatformDescription platform, MachineOptions machine, ModelMachineOptions options)
    {
        _options = options;
        if (platform.Aimc?.TimingOnly == true) throw new UserErrorException("the platform's tiles compute no values (aimc.timing_only), so a model cannot answer on them");
        if (platform.Cluster is null) throw new UserErrorException("the platform has no cluster block, which wakes the harts: give it a 'cluster' section");
        var layers = inventory.Linears.Where(l => l.Role != LinearRole.Head).ToList();
        _mappings = new Queue<LayerMapping>(Map(layers, platform));
        var tiles = _mappings.Sum(m => m.Tiles);
        var most = _mappings.Max(m => m.Tiles);
        if (most > FirmwareLimits.Tiles)
        {
            throw new UserErrorException($"a linear layer of the model takes {most} tiles, more than the {FirmwareLimits.Tiles} that the firmware drives; "
                + "set a larger aimc.rows and aimc.columns in a platform file, or take a smaller model");
        }

        if (platform.Aimc!.Tiles < tiles) platform = platform with { Aimc = platform.Aimc with { Tiles = tiles } };

        var image = FirmwareImages.Load(App);
        CheckTcdm(layers, platform, options, image);
        Machine = new EmulatedMachine(platform, machine);
        ProgramLoader.Load(Machine, image);
        _data = new GuestData(Machine, image);
        (_service, _layer, _result) = (_data.AddressOf<ServiceRecord>(), _data.AddressOf<LayerRecord>(), _data.AddressOf<LayerResultRecord>());
        CheckRam(layers, options);
        _x = _data.ReserveMatrix(MaxTokens, layers.Max(l => l.Inputs));
        _y = _data.ReserveMatrix(MaxTokens, layers.Max(l => l.Outputs));
    }

    /// <summary>The machine.</summary>
    public EmulatedMachine Machine { get; }

    /// <summary>The layers, in the order in which they were placed.</summary>
    public IReadOnlyList<EmulatedLinear> Linears => _linears;

    /// <summary>Number of cells that hold weights, on all tiles.</summary>
    public long ProgrammedCells => _linears.Sum(l => (long)l.Layer.Inputs * l.Layer.Outputs);

    /// <summary>The tiles' counters, summed.</summary>
    public AimcTileCounters TileCounters => Machine.Tiles.Select(t => t.CountersAt(Machine.Cycles)).Aggregate((a, b) => a + b);

    /// <summary>True if so much simulated time has passed that a tile has read its devices again; the host's model of the tile does not do this.</summary>
    public bool HasDrifted => Machine.Tiles.Any(t => t.Crossbar.State.AgeSeconds > Machine.Platform.Aimc!.AgeSeconds);

    /// <summary>Places the model's next layer: programs its tiles as the host does before a run, and puts its bias in RAM.</summary>
    public ILinear Place(LinearLayer layer, float[] weights, float[]? bias)
    {
        var mapping = _mappings.Dequeue();
        mapping.Program(Machine, new LayerData(new LayerShape(layer.Inputs, layer.Outputs, 1, 1, 1), [], weights, [], [], [], 0));
        if (_options.Compensate && Machine.Platform.Aimc!.AgeSeconds > 0) Compensate(mapping);
        var linear = new EmulatedLinear(
            this,
            layer,
            mapping,
            bias is null ? 0 : _data.Put(bias),
            _data.ReserveMatrix(layer.Inputs, _options.Rank),
            _data.ReserveMatrix(layer.Outputs, _options.Rank));
        _linears.Add(linear);
        return linear;
    }

    /// <summary>
    /// Installs the adapters that layers have received since the last call. Before the first layer has run, the host writes them to RAM.
    /// Later the host only writes them to free RAM, and the firmware copies A and B over those of the previous task.
    /// </summary>
    /// <returns>What it cost the machine; nothing before the first layer has run.</returns>
    public SwapCost Swap()
    {
        if (_pending.Count == 0) return default;
        var blocks = new List<ServiceBlock>();
        var beside = _data.Next;
        foreach (var (linear, pair) in _pending)
        {
            foreach (var (address, values) in new[] { (linear.AAddress, pair.A), (linear.BAddress, pair.B) })
            {
                if (_isRunning) blocks.Add(new() { Dst = address, Src = _data.Put(values), Bytes = sizeof(float) * (uint)values.Length });
                else _data.Write(address, values);
            }
        }

        _pending.Clear();
        if (blocks.Count == 0) return default;
        Ask(ServiceCommand.Swap, _data.Put<ServiceBlock>([.. blocks]), blocks.Count);
        _data.Free(beside);
        return new SwapCost(blocks.Sum(block => (long)block.Bytes), _data.Read<ServiceRecord>(_service).Cycles);
    }

    /// <summary>Records an adapter for the next <see cref="Swap"/>.</summary>
    internal void Bring(EmulatedLinear linear, LoraPair pair)
    {
        if (pair.Rank > _options.Rank) throw new UserErrorException($"'{linear.Layer.Name}': its adapter has rank {pair.Rank}, and memory is reserved for rank {_options.Rank}");
        _pending[linear] = pair;
    }

    /// <summary>Runs a layer.</summary>
    internal void Run(EmulatedLinear linear, ReadOnlySpan<float> x, Span<float> y, int tokens)
    {
        Swap();
        var (layer, pair) = (linear.Layer, linear.Adapter);
        _data.Write(_x, x);
        var shape = new LayerShape(layer.Inputs, layer.Outputs, pair?.Rank ?? 0, tokens, Math.Min(_options.Chunk, tokens));
        var record = LayerRequest.Of(
            new LayerData(shape, [], [], [], [], [], pair?.Scale ?? 0),
            new LayerRequest.Addresses(_x, linear.AAddress, linear.BAddress, _y, linear.BiasAddress),
            linear.Mapping,
            (uint)Machine.Platform.Aimc!.IntegrationNs,
            GuestData.TcdmBytes(Machine.Platform),
            next: 0);
        _data.Write(_layer, record);
        _data.Write(_result, new byte[ResultHeadBytes]);
        Ask(ServiceCommand.Run, linear: linear);
        linear.Cycles += Result.Cycles;
        _data.Read(_y, y.Length).CopyTo(y);
    }

    private LayerResult Result => LayerResult.Of(_data.Read<LayerResultRecord>(_result));

    /// <summary>Gives the firmware a command (a swap also has its blocks), and runs the machine until all harts wait again.</summary>
    private void Ask(ServiceCommand command, uint blocks = 0, int blockCount = 0, EmulatedLinear? linear = null)
    {
        if (!_isRunning) RunUntilIdle(linear); // start-up
        _isRunning = true;
        _data.Write(_service, _data.Read<ServiceRecord>(_service) with { Command = (uint)command, Blocks = blocks, BlockCount = (uint)blockCount });
        Machine.WakeHarts(ControlHart);
        _served++;
        RunUntilIdle(linear);
    }

    private void RunUntilIdle(EmulatedLinear? linear)
    {
        var run = Machine.Run(new RunLimits(MaxCycles, ulong.MaxValue));
        // The service is idle if hart 0 waits for its event and the others wait for hart 0.
        if (run.Reason == ExitReason.AllWaiting && _data.Read<ServiceRecord>(_service).Served == _served) return;
        throw LayerRun.Failed(LayerStrategy.DoubleBuffered, linear?.Layer.Name ?? App, run, Result);
    }

    // The service runs a layer as double-buffered does, with as many tokens per chunk as the options say.
    private static void CheckTcdm(List<LinearLayer> layers, PlatformDescription platform, ModelMachineOptions options, ElfImage image)
    {
        var tcdm = LayerFootprint.TcdmOf(platform) ?? throw new UserErrorException(LayerFootprint.NoTcdm);
        var available = LayerFootprint.Available(image, tcdm.Size);
        LayerShape ShapeOf(LinearLayer layer) => new(layer.Inputs, layer.Outputs, options.Rank, MaxTokens, options.Chunk);
        int SplitsOf(LinearLayer layer) => MatrixCut.Along(layer.Inputs, platform.Aimc!.Rows).Count;
        var chunks = layers.Select(layer => LayerFootprint.LargestChunk(ShapeOf(layer), LayerStrategy.DoubleBuffered, SplitsOf(layer), available)).ToList();
        var chunk = chunks.Min();
        if (chunk == options.Chunk) return;
        var tight = layers[chunks.IndexOf(chunk)];
        var bytes = LayerFootprint.Bytes(ShapeOf(tight), LayerStrategy.DoubleBuffered, SplitsOf(tight));
        SettingText advice = chunk > 0 ? new($"use {ExperimentSettings.Chunk} {chunk} or less, or a larger tcdm in the platform file") : new($"use a larger tcdm in the platform file");
        throw new SettingException($"{tight.Name}, {tight.Inputs}x{tight.Outputs} with rank {options.Rank}: its buffers take {bytes:N0} bytes of TCDM, and {available:N0} are there; {advice}");
    }

    // Inputs and outputs of a layer, then each layer's bias and adapter; adapters of later tasks may need more.
    private void CheckRam(List<LinearLayer> layers, ModelMachineOptions options)
    {
        var bytes = sizeof(float) * ((long)MaxTokens * (layers.Max(l => l.Inputs) + layers.Max(l => l.Outputs)) + layers.Sum(l => (long)options.Rank * (l.Inputs + l.Outputs) + l.Outputs));
        if (bytes <= uint.MaxValue && Machine.Space.FindMemory(_data.Next, (uint)bytes) is not null) return;
        throw new UserErrorException($"the model's activations, biases and adapters take {bytes >> 20:N0} MiB of RAM from 0x{_data.Next:x8} on, more than the platform has; set a larger ram in the platform file");
    }

    private void Compensate(LayerMapping mapping)
    {
        for (var tile = mapping.FirstTile; tile < mapping.FirstTile + mapping.Tiles; tile++)
        {
            var crossbar = Machine.Tiles[tile].Crossbar;
            crossbar.Calibrate(crossbar.State.Programmings[^1].Part);
        }
    }

    private static IEnumerable<LayerMapping> Map(IEnumerable<LinearLayer> layers, PlatformDescription platform)
    {
        var aimc = platform.Aimc ?? throw new UserErrorException("the platform has no tile: give it an 'aimc' section");
        var next = 0;
        foreach (var layer in layers)
        {
            var mapping = new LayerMapping(next, MatrixCut.Along(layer.Inputs, aimc.Rows), MatrixCut.Along(layer.Outputs, aimc.Columns), Copies: 1);
            next += mapping.Tiles;
            yield return mapping;
        }
    }
}
