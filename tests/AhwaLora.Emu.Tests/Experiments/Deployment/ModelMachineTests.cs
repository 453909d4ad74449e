using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Models.Inventory;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Experiments.Deployment;

/// <summary>A whole encoder on the emulated machine: the bits of the host's model, and tasks swapped beside the tiles.</summary>
public sealed class ModelMachineTests : IDisposable
{
    private static readonly TokenSequence[] Batch = [new([2, 7, 11, 3, 9, 3], [0, 0, 0, 0, 1, 1]), new([2, 5, 3]), new([2, 30, 31, 32, 33, 34, 35, 36, 3])];

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static PlatformDescription Platform(string preset = "ahwa-lora", double age = 0, int lines = 64) =>
        new() { Harts = 3, Aimc = new AimcDescription { Rows = lines, Columns = lines, Preset = preset, AgeSeconds = age, IntegrationNs = 128 } };

    private static MachineOptions Options() => new() { Timing = TimingProfile.Functional, Seed = 7 };

    /// <summary>What a layer was given and what it gave, beside the layer itself.</summary>
    private sealed class Recorder(ILinear linear, List<(string Name, float[] Y)> record) : ILinear
    {
        public LinearLayer Layer => linear.Layer;

        public void Adapt(LoraPair? adapter) => linear.Adapt(adapter);

        public void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens)
        {
            linear.Forward(x, y, tokens);
            record.Add((Layer.Name, y.ToArray()));
        }
    }

    private sealed record Deployed(BertEncoder Encoder, List<(string Name, float[] Y)> Outputs, ModelMachine? Model);

    private Checkpoint Generate()
    {
        CheckpointGenerator.Write(_directory, Small.Bert, 3);
        return Checkpoint.Open(_directory);
    }

    private static Deployed OnMachine(Checkpoint checkpoint, PlatformDescription platform, int rank = 4, bool compensate = false)
    {
        var outputs = new List<(string, float[])>();
        var model = new ModelMachine(checkpoint.Inventory, platform, Options(), new ModelMachineOptions(rank, Chunk: 4, compensate));
        return new(new BertEncoder(checkpoint, (l, w, b) => new Recorder(model.Place(l, w, b), outputs)), outputs, model);
    }

    private static Deployed OnHost(Checkpoint checkpoint, PlatformDescription platform, bool compensate = false)
    {
        var outputs = new List<(string, float[])>();
        var placement = new AnalogPlacement(platform.Aimc!.BuildCrossbar(0, Options().Seed), platform.Aimc.AgeSeconds, compensate);
        return new(new BertEncoder(checkpoint, (l, w, b) => new Recorder(placement.Place(l, w, b), outputs)), outputs, null);
    }

    private static void AssertSameBits(List<(string Name, float[] Y)> expected, List<(string Name, float[] Y)> actual)
    {
        Assert.Equal(expected.Select(o => o.Name), actual.Select(o => o.Name));
        foreach (var (host, machine) in expected.Zip(actual))
        {
            Assert.Equal(host.Y.Select(BitConverter.SingleToUInt32Bits), machine.Y.Select(BitConverter.SingleToUInt32Bits));
        }
    }

    [Theory]
    [InlineData("ahwa-lora", 0, false, 64)]
    [InlineData("ahwa-lora", 86400, true, 64)]
    [InlineData("ideal", 0, false, 64)]
    [InlineData("standard-hwa", 0, false, 64)]
    [InlineData("ahwa-lora", 0, false, 32)]
    public void Every_layer_gives_the_hosts_bits(string preset, double age, bool compensate, int lines)
    {
        using var checkpoint = Generate();
        // Tiles of 32 lines share the inputs, or the outputs, of the inner layers.
        var platform = Platform(preset, age, lines);
        var (host, machine) = (OnHost(checkpoint, platform, compensate), OnMachine(checkpoint, platform, compensate: compensate));
        var adapter = Small.Adapter(Small.Bert, 4, 9);
        foreach (var task in new[] { adapter, null, adapter })
        {
            host.Encoder.Adapt(task);
            machine.Encoder.Adapt(task);
            Assert.Equal(host.Encoder.Forward(Batch), machine.Encoder.Forward(Batch));
        }

        AssertSameBits(host.Outputs, machine.Outputs);
    }

    [Fact]
    public void A_swap_writes_A_and_B_and_no_tile_notices()
    {
        using var checkpoint = Generate();
        var deployed = OnMachine(checkpoint, Platform());
        var machine = deployed.Model!.Machine;
        deployed.Encoder.Adapt(Small.Adapter(Small.Bert, 4, 9));
        Assert.Equal(default, deployed.Model.Swap());
        deployed.Encoder.Forward(Batch);

        var second = Small.Adapter(Small.Bert, 2, 10);
        var (events, pulses, counters, devices) = (Events(), Pulses(), deployed.Model.TileCounters, Devices());
        deployed.Encoder.Adapt(second);
        var cost = deployed.Model.Swap();
        Assert.Equal(4 * second.PairParameters, cost.Bytes);
        Assert.InRange(cost.Cycles, (ulong)cost.Bytes / 64, (ulong)cost.Bytes);
        Assert.Equal(events, Events());
        Assert.Equal(pulses, Pulses());
        Assert.Equal(counters, deployed.Model.TileCounters);
        Assert.Equal(devices, Devices());

        var host = OnHost(checkpoint, Platform());
        host.Encoder.Adapt(Small.Adapter(Small.Bert, 4, 9));
        host.Encoder.Forward(Batch);
        host.Encoder.Adapt(second);
        Assert.Equal(host.Encoder.Forward(Batch), deployed.Encoder.Forward(Batch));
        Assert.Equal(default, deployed.Model.Swap());

        List<uint> Events() => [.. machine.Tiles.Select(t => t.Crossbar.State.NextEvent)];
        List<uint> Pulses() => [.. machine.Tiles.Select(t => t.Peek(AimcTileRegisters.ProgramPulses, 4, machine.Cycles, out var value) ? value : 0)];
        List<float> Devices() => [.. machine.Tiles.SelectMany(t => t.Crossbar.State.Plus.Programmed.Concat(t.Crossbar.State.Minus.Programmed))];
    }

    [Fact]
    public void Reprogramming_costs_what_the_tiles_charge_for_it()
    {
        using var checkpoint = Generate();
        var model = OnMachine(checkpoint, Platform()).Model!;
        var cost = ReprogrammingCost.Of(model);
        var assumed = model.Machine.Tiles[0].Programming;
        Assert.Equal(2 * (4 * 32 * 32 + 2 * 32 * 64) + 32 * 32, cost.Cells);
        Assert.Equal((32UL * 64 + assumed.CellsInParallel - 1) / assumed.CellsInParallel * assumed.IterationsPerCell * assumed.PulseNs, cost.Cycles);
        Assert.Equal(2.0 * cost.Cells * assumed.IterationsPerCell * assumed.PulseFemtojoules, cost.EnergyFemtojoules);
    }

    [Fact]
    public void A_model_takes_as_many_tiles_as_its_layers_need()
    {
        var deep = ModelInventory.Of(Small.Bert with { NumHiddenLayers = 12 });
        Assert.Equal(73, new ModelMachine(deep, Platform(), Options(), new ModelMachineOptions(4)).Machine.Tiles.Count);
    }

    [Fact]
    public void Models_that_do_not_fit_are_refused()
    {
        var model = ModelInventory.Of(Small.Bert);
        var tooMany = Assert.Throws<UserErrorException>(() => new ModelMachine(model, Platform(lines: 4), Options(), new ModelMachineOptions(4)));
        Assert.Contains("a linear layer of the model takes 128 tiles, more than the 56", tooMany.Message, StringComparison.Ordinal);
        using var checkpoint = Generate();
        var error = Assert.Throws<UserErrorException>(() => OnMachine(checkpoint, Platform(), rank: 2).Encoder.Adapt(Small.Adapter(Small.Bert, 4, 9)));
        Assert.Contains("its adapter has rank 4, and memory is reserved for rank 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Room_that_would_end_beyond_32_bits_is_refused()
    {
        using var checkpoint = Generate();
        var error = Assert.ThrowsAny<UserErrorException>(() => OnMachine(checkpoint, Platform(), rank: 1 << 26)); // 4 bytes x 32 lines x rank, which is 0 modulo 2^32
        Assert.Contains("its buffers take 18,253,613,264 bytes of TCDM", error.Message, StringComparison.Ordinal);
    }
}
