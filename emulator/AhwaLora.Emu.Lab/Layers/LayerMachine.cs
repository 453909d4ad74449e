using System.Runtime.InteropServices;
using AhwaLora.Emu.Lab.Loader;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Layers;

/// <summary>A machine with an app of the firmware and everything it needs in place: weights on the tiles, matrices and records in RAM.</summary>
internal sealed class LayerMachine
{
    private const uint DataBase = 0x8100_0000, Alignment = 64;

    private readonly ElfImage _image;
    private readonly uint _outputs;
    private uint _next = DataBase;

    /// <summary>Builds it.</summary>
    /// <param name="chain">Layers, each fed by the one before it.</param>
    /// <param name="strategy">Which app.</param>
    /// <param name="platform">Of the machine.</param>
    /// <param name="options">Of the machine.</param>
    /// <exception cref="UserErrorException">The layers do not fit the machine, or each other.</exception>
    public LayerMachine(IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        Check(chain, strategy);
        var mappings = LayerMapping.Of(chain.Select(c => c.Shape), strategy, platform);
        LayerMapping.Check(mappings, platform);
        _image = FirmwareImages.Load(strategy.App);
        Machine = new Machine(platform, options);
        ProgramLoader.Load(Machine, _image);
        var next = 0u;
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            mappings[i].Program(Machine, chain[i]);
            var addresses = Place(chain[i], isFirst: i == 0, isLast: i == chain.Count - 1);
            if (i == chain.Count - 1) _outputs = addresses.Y;
            var record = LayerRecord.Encode(chain[i], addresses, mappings[i], (uint)platform.Aimc!.IntegrationNs, TcdmBytes(platform), next);
            if (i == 0) Write(Symbol(LayerRecord.LayerSymbol), record);
            else next = Put(record);
        }
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>What the app has left at <c>layer_result</c>.</summary>
    public LayerResult Result => LayerRecord.Decode(Machine.Space.ReadBlock(Symbol(LayerRecord.ResultSymbol), LayerRecord.ResultHeadBytes + 4 * LayerRecord.MaxHarts));

    /// <summary>Y [S][n] of the last layer, as the app has left it.</summary>
    public float[] Outputs(LayerShape last) =>
        MemoryMarshal.Cast<byte, float>(Machine.Space.ReadBlock(_outputs, (uint)(4 * last.Tokens * last.Outputs))).ToArray();

    private static void Check(IReadOnlyList<LayerData> chain, LayerStrategy strategy)
    {
        var most = strategy.IsChain ? LayerRecord.MaxChain : 1;
        if (chain.Count is 0 || chain.Count > most) throw new UserErrorException($"strategy {strategy.Name} runs {(most == 1 ? "one layer" : $"1 to {most} layers that feed each other")}, not {chain.Count}");
        foreach (var data in chain) data.Shape.Check();
        for (var i = 1; i < chain.Count; i++)
        {
            var (from, to) = (chain[i - 1].Shape, chain[i].Shape);
            if (to.Inputs != from.Outputs || to.Tokens != from.Tokens || to.Chunk != from.Chunk) throw new UserErrorException($"layer {from} does not feed layer {to}");
        }
    }

    private LayerRecord.Addresses Place(LayerData data, bool isFirst, bool isLast) => new(
        X: isFirst ? Put(data.X) : 0,
        A: Put(data.A),
        B: Put(data.B),
        Y: isLast ? Put(new float[data.Shape.Tokens * data.Shape.Outputs]) : 0,
        Bias: Put(data.Bias));

    private uint Put(float[] values) => Put(MemoryMarshal.AsBytes(values.AsSpan()));

    private uint Put(ReadOnlySpan<byte> bytes)
    {
        var at = _next;
        Write(at, bytes);
        _next = (at + (uint)bytes.Length + Alignment - 1) & ~(Alignment - 1);
        return at;
    }

    private void Write(uint address, ReadOnlySpan<byte> bytes)
    {
        if (!Machine.Space.WriteBlock(address, bytes, Initiators.Host)) throw new UserErrorException($"the layer's data ({bytes.Length} bytes at 0x{address:x8}) does not fit the platform's RAM");
    }

    /// <summary>Size of the memory in which firmware/runtime/memory.ld has its TCDM; 0, as linked, where the platform has none there.</summary>
    private static uint TcdmBytes(PlatformDescription platform) => LayerFootprint.TcdmOf(platform)?.Size ?? 0;

    private uint Symbol(string name) =>
        _image.TryGetSymbol(name, out var symbol) ? symbol.Value : throw new UserErrorException($"{_image.Path}: lacks the symbol '{name}' of firmware/layer/layer.h");
}
