namespace AhwaLora.Experiments.Layers;

/// <summary>
/// A layer as an app on RedMulE has it in RAM: FP16, each value rounded once; A is multiplied by alpha / r before it is rounded. A and
/// B are padded with zeros to the sizes that the engine computes.
/// </summary>
/// <param name="Data">The layer in float32.</param>
/// <param name="Engine">The padded sizes.</param>
/// <param name="X">[S][m rounded up to even], since the DMA moves words.</param>
/// <param name="A">[Engine.Inputs][Engine.Rank].</param>
/// <param name="B">[Engine.Rank][Engine.Outputs].</param>
internal sealed record HalfLayer(LayerData Data, EngineShape Engine, Half[] X, Half[] A, Half[] B)
{
    /// <summary>Rounds and pads a layer.</summary>
    public static HalfLayer Of(LayerData data, EngineShape engine)
    {
        var (m, r, n) = (data.Shape.Inputs, data.Shape.Rank, data.Shape.Outputs);
        return new(data, engine,
            Padded(data.X, data.Shape.Tokens, m, data.Shape.Tokens, Even(m), factor: 1),
            Padded(data.A, m, r, engine.Inputs, engine.Rank, data.Scale),
            Padded(data.B, r, n, engine.Rank, engine.Outputs, factor: 1));
    }

    /// <summary>The least even number of elements that is at least <paramref name="elements"/>.</summary>
    public static int Even(int elements) => (elements + 1) & ~1;

    /// <summary>Y [S][n] without the padding of its rows in RAM.</summary>
    public static float[] Outputs(LayerShape shape, ReadOnlySpan<Half> inRam)
    {
        var (n, row) = (shape.Outputs, Even(shape.Outputs));
        var y = new float[shape.Tokens * n];
        for (var i = 0; i < y.Length; i++) y[i] = (float)inRam[i / n * row + i % n];
        return y;
    }

    private static Half[] Padded(float[] matrix, int rows, int columns, int paddedRows, int paddedColumns, float factor)
    {
        var padded = new Half[paddedRows * paddedColumns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++) padded[row * paddedColumns + column] = (Half)(factor * matrix[row * columns + column]);
        }

        return padded;
    }
}
