using System.Buffers.Binary;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>The words of <c>struct ahwa_layer</c> and <c>struct ahwa_layer_result</c>: firmware/layer/layer.h is the contract.</summary>
internal static class LayerRecord
{
    public const string LayerSymbol = "layer", ResultSymbol = "layer_result";
    public const uint Magic = 0x41524F4C, ResultMagic = 0x4C534552, Version = 2;
    public const int ResultHeadBytes = 0x38, MaxHarts = 64, HartBusyOffset = 0x38, MaxChain = 4, MaxTiles = 56;

    /// <summary>Where the host has put the matrices.</summary>
    public readonly record struct Addresses(uint X, uint A, uint B, uint Y, uint Bias);

    /// <summary>A layer's record.</summary>
    /// <param name="data">Sizes and scale.</param>
    /// <param name="at">Where the host has put its matrices.</param>
    /// <param name="mapping">Its tiles.</param>
    /// <param name="integrationNs">T_INT_NS.</param>
    /// <param name="tcdmBytes">Of the platform; 0 as linked.</param>
    /// <param name="next">Address of the record of the layer that this one feeds; 0 none.</param>
    /// <param name="split">Over the harts; null for the firmware's own choice.</param>
    public static byte[] Encode(LayerData data, Addresses at, LayerMapping mapping, uint integrationNs, uint tcdmBytes, uint next, LoraSplit? split = null)
    {
        var shape = data.Shape;
        const uint Flags = 0;
        return GuestData.Words(
            Magic, Version, (uint)shape.Inputs, (uint)shape.Outputs, (uint)shape.Rank, (uint)shape.Tokens, (uint)shape.Chunk,
            BitConverter.SingleToUInt32Bits(data.Scale), at.X, at.A, at.B, at.Y, at.Bias, Flags, integrationNs,
            (uint)mapping.FirstTile, (uint)mapping.Inputs.Count, (uint)mapping.Outputs.Count, tcdmBytes, (uint)mapping.Copies, next,
            split is { } s ? Parts(s.DownTokens, s.DownRanks) : 0, split is { } t ? Parts(t.UpTokens, t.UpOutputs) : 0);

    }

    private static uint Parts(int tokens, int others) => (uint)(tokens << 16 | others);

    public static LayerResult Decode(ReadOnlySpan<byte> bytes)
    {
        var words = new uint[bytes.Length / 4];
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        var harts = (int)Math.Min(words[2], MaxHarts);
        return new LayerResult(
            IsComplete: words[0] == ResultMagic,
            Harts: harts,
            TcdmBytes: words[4],
            Cycles: words[7] - words[6],
            StartCycle: words[6],
            EndCycle: words[7],
            Error: words[8],
            ErrorCause: words[9],
            ErrorArgument: words[10],
            OutputCycle: words[13],
            HartBusyCycles: words[(HartBusyOffset / 4)..(HartBusyOffset / 4 + harts)]);
    }
}

/// <summary>What a layer app measured of itself.</summary>
/// <param name="IsComplete">True where the run ended well.</param>
/// <param name="Harts">Harts that took part.</param>
/// <param name="TcdmBytes">TCDM the buffers take.</param>
/// <param name="Cycles">From the first token's transfer to the last result in RAM.</param>
/// <param name="StartCycle">Machine time of the begin.</param>
/// <param name="EndCycle">Machine time of the end.</param>
/// <param name="Error">Exit code of a failed run; 0 none.</param>
/// <param name="ErrorCause">The device's ERROR_CAUSE.</param>
/// <param name="ErrorArgument">Its argument, or the offending number.</param>
/// <param name="OutputCycle">Machine time in which the last chunk's output was complete in TCDM.</param>
/// <param name="HartBusyCycles">Cycles each hart spent in the LoRA products.</param>
public sealed record LayerResult(
    bool IsComplete, int Harts, uint TcdmBytes, uint Cycles, uint StartCycle, uint EndCycle, uint Error, uint ErrorCause, uint ErrorArgument, uint OutputCycle, IReadOnlyList<uint> HartBusyCycles);
