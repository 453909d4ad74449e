using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>Fills in the host's request to a layer app.</summary>
internal static class LayerRequest
{
    /// <summary>Addresses of the matrices that the host has put in RAM.</summary>
    public readonly record struct Addresses(uint X, uint A, uint B, uint Y, uint Bias);

    /// <summary>A layer's record.</summary>
    /// <param name="data">Sizes and scale.</param>
    /// <param name="at">Addresses of its matrices.</param>
    /// <param name="mapping">Its tiles.</param>
    /// <param name="integrationNs">T_INT_NS.</param>
    /// <param name="tcdmBytes">TCDM bytes of the platform; 0 for those that the firmware is linked for.</param>
    /// <param name="next">Address of the record of the layer that this one feeds; 0 for none.</param>
    /// <param name="split">The split over the harts; null for the firmware's own choice.</param>
    public static LayerRecord Of(LayerData data, Addresses at, LayerMapping mapping, uint integrationNs, uint tcdmBytes, uint next, LoraSplit? split = null) => new()
    {
        Magic = LayerMarks.Magic,
        Version = LayerMarks.Version,
        Inputs = (uint)data.Shape.Inputs,
        Outputs = (uint)data.Shape.Outputs,
        Rank = (uint)data.Shape.Rank,
        Tokens = (uint)data.Shape.Tokens,
        Chunk = (uint)data.Shape.Chunk,
        Scale = data.Scale,
        X = at.X,
        A = at.A,
        B = at.B,
        Y = at.Y,
        Bias = at.Bias,
        Flags = (uint)LayerSplit.Auto,
        TIntNs = integrationNs,
        Tile = (uint)mapping.FirstTile,
        RowSplits = (uint)mapping.Inputs.Count,
        ColumnSplits = (uint)mapping.Outputs.Count,
        TcdmBytes = tcdmBytes,
        Copies = (uint)mapping.Copies,
        Next = next,
        DownParts = split is { } down ? Parts(down.DownTokens, down.DownRanks) : 0,
        UpParts = split is { } up ? Parts(up.UpTokens, up.UpOutputs) : 0,
    };

    private static uint Parts(int tokens, int others) => (uint)(tokens << 16 | others);
}
