namespace AhwaLora.Models.Adapters;

/// <summary>A linear layer's adapter: y + scale (x A) B.</summary>
/// <param name="Inputs">m, elements of x.</param>
/// <param name="Rank">r.</param>
/// <param name="Outputs">n, elements of y.</param>
/// <param name="A">[m][r], lora_A transposed.</param>
/// <param name="B">[r][n], lora_B transposed.</param>
/// <param name="Scale">alpha / r, or alpha / sqrt(r).</param>
public sealed record LoraPair(int Inputs, int Rank, int Outputs, float[] A, float[] B, float Scale)
{
    /// <summary>Number of elements of A and B.</summary>
    public long Parameters => (long)Rank * (Inputs + Outputs);

    /// <summary>The pair as PEFT stores it, and as the weights of two linear layers.</summary>
    /// <param name="loraA">[r, m].</param>
    /// <param name="loraB">[n, r].</param>
    /// <param name="inputs">m.</param>
    /// <param name="rank">r.</param>
    /// <param name="outputs">n.</param>
    /// <param name="scale">See <see cref="Scale"/>.</param>
    public static LoraPair OfWeights(float[] loraA, float[] loraB, int inputs, int rank, int outputs, float scale) =>
        new(inputs, rank, outputs, Transpose(loraA, rank, inputs), Transpose(loraB, outputs, rank), scale);

    /// <summary>The inverse of <see cref="OfWeights"/>: lora_A [r, m] and lora_B [n, r].</summary>
    public (float[] LoraA, float[] LoraB) ToWeights() => (Transpose(A, Inputs, Rank), Transpose(B, Rank, Outputs));

    /// <summary>
    /// y += scale (x A) B for one token, with the bits of firmware/kernels/lora: each sum is one chain, of which the first
    /// product is rounded by itself and the others are fused multiply-adds; the multiplication by scale and the addition to y are each rounded.
    /// </summary>
    /// <param name="x">[m].</param>
    /// <param name="y">[n]; added to.</param>
    public void AddTo(ReadOnlySpan<float> x, Span<float> y)
    {
        Span<float> xa = stackalloc float[Rank];
        for (var j = 0; j < Rank; j++) xa[j] = Scale * Chain(x, A, j, Rank);
        for (var c = 0; c < Outputs; c++) y[c] += Chain(xa, B, c, Outputs);
    }

    /// <summary>x times a column of a row-major matrix.</summary>
    private static float Chain(ReadOnlySpan<float> x, float[] matrix, int column, int columns)
    {
        var sum = x[0] * matrix[column];
        for (var k = 1; k < x.Length; k++) sum = MathF.FusedMultiplyAdd(x[k], matrix[k * columns + column], sum);
        return sum;
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        var transposed = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++) transposed[column * rows + row] = matrix[row * columns + column];
        }

        return transposed;
    }
}
