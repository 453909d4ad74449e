using System.Diagnostics;
using System.Runtime.InteropServices;
using AhwaLora.Emu.Aimc;
using AhwaLora.Emu.Aimc.Crossbar;
using AhwaLora.Emu.Lab.Loader;
using AhwaLora.Emu.Lab.Tiles;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Layers;

/// <summary>A way to run a layer: which firmware app.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="App">The app.</param>
/// <param name="HasAdapter">False for the fully analog baseline.</param>
/// <param name="Buffers">Chunks that have a place in TCDM at a time.</param>
/// <param name="ComputesAhead">True where (x A) B has a place of its own beside the tile's output.</param>
public sealed record LayerStrategy(string Name, string App, bool HasAdapter, int Buffers, bool ComputesAhead = false)
{
    /// <summary>The tile alone, with the same data movement.</summary>
    public static LayerStrategy Analog { get; } = new("analog-only", "analog_only", HasAdapter: false, Buffers: 2);

    /// <summary>Everything in sequence.</summary>
    public static LayerStrategy Sequential { get; } = new("sequential", "sequential", HasAdapter: true, Buffers: 1);

    /// <summary>The tile integrates chunk k + 1 while the harts compute the branch of chunk k and add.</summary>
    public static LayerStrategy DoubleBuffered { get; } = new("double-buffered", "lora_layer", HasAdapter: true, Buffers: 2);

    /// <summary>The harts compute the branch of a chunk while the tile integrates it, and add when it is done.</summary>
    public static LayerStrategy Eager { get; } = new("eager", "eager", HasAdapter: true, Buffers: 4, ComputesAhead: true);

    /// <summary>As double-buffered with four buffers: two chunks wait at the tile, so that nobody waits for the DMA.</summary>
    public static LayerStrategy Deep { get; } = new("deep", "deep", HasAdapter: true, Buffers: 4);

    /// <summary>Those with an adapter, by name.</summary>
    public static IReadOnlyList<LayerStrategy> All { get; } = [Sequential, DoubleBuffered, Deep, Eager];
}

/// <summary>What a layer run measured.</summary>
/// <param name="Strategy">How it was run.</param>
/// <param name="Result">The firmware's own measurements.</param>
/// <param name="Y">[S][n], as the firmware left it in RAM.</param>
/// <param name="RelativeError">||y - reference|| / ||reference||, the reference in double precision with exact weights.</param>
/// <param name="Instructions">Of all harts.</param>
/// <param name="MachineCycles">Of the whole run, start-up included.</param>
/// <param name="Tile">What the tile counted.</param>
/// <param name="HostTime">Host time of the run.</param>
public sealed record LayerMeasurement(
    LayerStrategy Strategy, LayerResult Result, float[] Y, double RelativeError, ulong Instructions, ulong MachineCycles, AimcTileCounters Tile, TimeSpan HostTime)
{
    /// <summary>Million instructions a second of host time.</summary>
    public double HostMips => Instructions / 1e6 / Math.Max(1e-9, HostTime.TotalSeconds);
}

/// <summary>Runs layers: builds the machine, programs the tile, fills in the parameter block, runs the app, reads y.</summary>
public static class LayerRun
{
    private const uint DataBase = 0x8100_0000;
    private const ulong MaxCycles = 20_000_000_000;

    /// <summary>Runs one layer under one strategy.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine, or the firmware reported an error.</exception>
    /// <param name="data">The layer's numbers.</param>
    /// <param name="strategy">How to run it.</param>
    /// <param name="platform">On what.</param>
    /// <param name="options">How to run that.</param>
    /// <param name="attach">Given the machine before it runs, for observers; null for none.</param>
    public static LayerMeasurement Execute(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<Machine>? attach = null)
    {
        var (machine, image, addresses) = Prepare(data, strategy, platform, options);
        attach?.Invoke(machine);
        var clock = Stopwatch.StartNew();
        var run = machine.Run(new RunLimits(MaxCycles, ulong.MaxValue));
        clock.Stop();
        var result = ReadResult(machine, image);
        if (run is not { Reason: ExitReason.Exit, Code: 0 } || !result.IsComplete) throw Failed(strategy, data.Shape, run, result);

        var y = MemoryMarshal.Cast<byte, float>(machine.Space.ReadBlock(addresses.Y, (uint)(4 * data.Shape.Tokens * data.Shape.Outputs))).ToArray();
        return new LayerMeasurement(strategy, result, y, RelativeError(y, data.Reference(strategy.HasAdapter)), machine.RetiredInstructions, machine.Cycles, machine.Tiles[0].CountersAt(machine.Cycles), clock.Elapsed);
    }

    /// <summary>The machine that <see cref="Execute"/> runs, with everything in place.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static Machine Build(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options) =>
        Prepare(data, strategy, platform, options).Machine;

    private static (Machine Machine, ElfImage Image, LayerRecord.Addresses Addresses) Prepare(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        data.Shape.Check();
        var image = FirmwareImages.Load(strategy.App);
        var machine = new Machine(platform, options);
        ProgramLoader.Load(machine, image);
        ProgramTile(machine, data);
        var addresses = Place(machine, data);
        var record = LayerRecord.Encode(data.Shape, data.Scale, addresses, (uint)(platform.Aimc?.IntegrationNs ?? 0), TcdmBytes(platform));
        Write(machine, Symbol(image, LayerRecord.LayerSymbol), record);
        return (machine, image, addresses);
    }

    private static void ProgramTile(Machine machine, LayerData data)
    {
        var shape = data.Shape;
        if (machine.Tiles.Count == 0) throw new UserErrorException("the platform has no tile: give it an 'aimc' section");
        var (rows, columns) = (machine.Tiles[0].Crossbar.State.Rows, machine.Tiles[0].Crossbar.State.Columns);
        if (shape.Inputs > rows || shape.Outputs > columns) throw new UserErrorException($"a layer of {shape.Inputs}x{shape.Outputs} does not fit a tile of {rows}x{columns}; set aimc.rows and aimc.columns in the platform file");
        TileRequest.Program(machine.Tiles[0], new Region(0, shape.Inputs, 0, shape.Outputs), data.Weights, machine.Platform.Aimc!.AgeSeconds);
    }

    private static LayerRecord.Addresses Place(Machine machine, LayerData data)
    {
        var next = DataBase;
        uint Put(float[] values)
        {
            var at = next;
            Write(machine, at, MemoryMarshal.AsBytes(values.AsSpan()));
            next = (at + 4 * (uint)values.Length + 63) & ~63u;
            return at;
        }

        return new LayerRecord.Addresses(Put(data.X), Put(data.A), Put(data.B), Put(new float[data.Shape.Tokens * data.Shape.Outputs]), Put(data.Bias));
    }

    /// <summary>Size of the memory in which firmware/runtime/memory.ld has its TCDM; 0, as linked, where the platform has none there.</summary>
    private static uint TcdmBytes(PlatformDescription platform) => LayerFootprint.TcdmOf(platform)?.Size ?? 0;

    private static LayerResult ReadResult(Machine machine, ElfImage image)
    {
        var at = Symbol(image, LayerRecord.ResultSymbol);
        return LayerRecord.Decode(machine.Space.ReadBlock(at, LayerRecord.ResultHeadBytes + 4 * LayerRecord.MaxHarts));
    }

    private static void Write(Machine machine, uint address, ReadOnlySpan<byte> bytes)
    {
        if (!machine.Space.WriteBlock(address, bytes, Initiators.Host)) throw new UserErrorException($"the layer's data ({bytes.Length} bytes at 0x{address:x8}) does not fit the platform's RAM");
    }

    private static uint Symbol(ElfImage image, string name) =>
        image.TryGetSymbol(name, out var symbol) ? symbol.Value : throw new UserErrorException($"{image.Path}: lacks the symbol '{name}' of firmware/layer/layer.h");

    private static double RelativeError(float[] y, double[] reference)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < y.Length; i++)
        {
            difference += (y[i] - reference[i]) * (y[i] - reference[i]);
            norm += reference[i] * reference[i];
        }

        return Math.Sqrt(difference / norm);
    }

    private static UserErrorException Failed(LayerStrategy strategy, LayerShape shape, RunResult run, LayerResult result)
    {
        var reason = (run.Reason, run.Code) switch
        {
            (ExitReason.Exit, FirmwareExit.Tcdm) => $"its buffers take {result.ErrorArgument} bytes of TCDM, more than the platform has; use a smaller --chunk or a larger tcdm in the platform file",
            (ExitReason.Exit, FirmwareExit.Mapping) => "the layer does not fit the tile",
            (ExitReason.Exit, _) => $"the firmware ended with exit code {run.Code} (firmware/runtime/ahwa_exit.h), cause {result.ErrorCause}, argument 0x{result.ErrorArgument:x}",
            _ => $"the run ended by {run.Reason}",
        };
        return new UserErrorException($"layer {shape}, {strategy.Name}: {reason}");
    }
}

/// <summary>Exit codes of the firmware that the host explains (firmware/runtime/ahwa_exit.h).</summary>
internal static class FirmwareExit
{
    public const int Tcdm = 18, Mapping = 19;
}
