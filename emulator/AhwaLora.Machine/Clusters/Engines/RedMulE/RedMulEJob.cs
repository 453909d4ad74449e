using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The operations, by their codes in MACFG: <c>acc = op2(op1(x, w), acc)</c>.</summary>
public enum RedMulEOperation
{
    /// <summary>X W.</summary>
    Matmul,

    /// <summary>X W + Y.</summary>
    Gemm,

    /// <summary>Sum, then maximum.</summary>
    AddMax,

    /// <summary>Sum, then minimum.</summary>
    AddMin,

    /// <summary>Product, then maximum.</summary>
    MulMax,

    /// <summary>Product, then minimum.</summary>
    MulMin,

    /// <summary>Maximum, then minimum.</summary>
    MaxMin,

    /// <summary>Minimum, then maximum.</summary>
    MinMax,
}

/// <summary>What a job computes. X is M x N, W is N x K, Y and Z are M x K, all dense, row by row.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="M">Rows of X and Z.</param>
/// <param name="N">Columns of X, rows of W.</param>
/// <param name="K">Columns of W and Z.</param>
public readonly record struct RedMulEShape(RedMulEOperation Operation, int M, int N, int K)
{
    /// <summary>Multiply-adds, without padding.</summary>
    public ulong MultiplyAdds => (ulong)M * (ulong)N * (ulong)K;

    /// <summary>Saves or restores its fields.</summary>
    public static void SaveOrRestore(StateStream state, ref RedMulEShape shape)
    {
        var (operation, m, n, k) = shape;
        state.Field(ref operation);
        state.Field(ref m);
        state.Field(ref n);
        state.Field(ref k);
        shape = new RedMulEShape(operation, m, n, k);
    }

    /// <summary>As <c>GEMM 24x64x32</c>.</summary>
    public override string ToString() => $"{Operation.ToString().ToUpperInvariant()} {M}x{N}x{K}";
}

/// <summary>A job: a shape and the addresses of its matrices. Z overwrites Y.</summary>
internal struct RedMulEJob
{
    public RedMulEShape Shape;
    public uint X, W, Z;

    /// <summary>Saves or restores its fields.</summary>
    public static void SaveOrRestore(StateStream state, ref RedMulEJob job)
    {
        RedMulEShape.SaveOrRestore(state, ref job.Shape);
        state.Field(ref job.X);
        state.Field(ref job.W);
        state.Field(ref job.Z);
    }
}
