using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Experiments.Layers;

/// <summary>
/// The sizes of a layer's products as RedMulE computes them. X A is M x N x K = tokens x inputs x rank, and (X A) B is tokens x rank x
/// outputs. The hardware computes some shapes wrongly or hangs at them (docs/redmule.md), so columns of zeros are added.
/// </summary>
/// <param name="Inputs">Elements of a row of X in TCDM, at least those of the layer.</param>
/// <param name="Rank">Elements of a row of X A.</param>
/// <param name="Outputs">Elements of a row of Y in TCDM.</param>
/// <param name="Rows">Rows of the buffers of a chunk: the engine writes whole tiles of rows.</param>
public sealed record EngineShape(int Inputs, int Rank, int Outputs, int Rows)
{
    /// <summary>The padded sizes of a layer on an engine.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="engine">The platform's engine; null if it has none.</param>
    /// <exception cref="UserErrorException">The platform has no RedMulE.</exception>
    public static EngineShape Of(LayerShape shape, RedMulEDescription? engine)
    {
        var redmule = engine ?? throw new SettingException($"the platform has no RedMulE; use {RunSettings.Platform} {NamedPlatform.Paper}, or give the platform file a 'redmule' section");
        var array = redmule.Array;
        // Rows begin at words, which the tile and the DMA ask for.
        var (inputs, rank, outputs) = (HalfLayer.Even(shape.Inputs), HalfLayer.Even(shape.Rank), HalfLayer.Even(shape.Outputs));
        if (redmule.IsHardware)
        {
            // Each row count that occurs: full chunks, and the last one.
            var tokens = new[] { shape.Chunk, Last(shape) };
            for (var settled = false; !settled;)
            {
                var before = (inputs, rank, outputs);
                foreach (var rows in tokens)
                {
                    var down = ShapeRules.NearestRight(array, new RedMulEShape(RedMulEOperation.Gemm, rows, inputs, rank));
                    (inputs, rank) = (HalfLayer.Even(down.N), HalfLayer.Even(down.K));
                    var up = ShapeRules.NearestRight(array, new RedMulEShape(RedMulEOperation.Gemm, rows, rank, outputs));
                    (rank, outputs) = (HalfLayer.Even(up.N), HalfLayer.Even(up.K));
                }

                settled = before == (inputs, rank, outputs);
            }
        }

        var tile = array.Length;
        return new EngineShape(inputs, rank, outputs, (shape.Chunk + tile - 1) / tile * tile);
    }

    private static int Last(LayerShape shape) => shape.Tokens - (shape.Tokens - 1) / shape.Chunk * shape.Chunk;
}
