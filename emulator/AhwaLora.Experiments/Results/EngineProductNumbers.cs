using AhwaLora.Experiments.EngineBench;
using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Experiments.Results;

/// <summary>A job of the matrix engine, as <c>engine gemm --json</c> writes it.</summary>
/// <param name="Op">The operation.</param>
/// <param name="Array">The array, HxLxP.</param>
/// <param name="Quirks"><c>v2.0.4</c> or <c>none</c>.</param>
/// <param name="M">Rows of X and Z.</param>
/// <param name="N">Columns of X.</param>
/// <param name="K">Columns of Z.</param>
/// <param name="Status"><c>ok</c> or <c>hang</c>.</param>
/// <param name="Cycles">Cycles from TRIGGER to the event; null if it hangs.</param>
/// <param name="MultiplyAddsPerCycle">Multiply-adds per cycle, without padding; null if it hangs.</param>
/// <param name="Reads">Loads of the port.</param>
/// <param name="Writes">Stores of the port.</param>
public sealed record EngineProductNumbers(string Op, string Array, string Quirks, int M, int N, int K, string Status, ulong? Cycles, double? MultiplyAddsPerCycle, ulong Reads, ulong Writes)
{
    /// <summary>The numbers of a job.</summary>
    public static EngineProductNumbers Of(EngineProduct product)
    {
        var (run, shape) = (product.Run, product.Run.Shape);
        ulong? cycles = run.Hang == RedMulEHang.None ? product.Cycles : null;
        return new(Operations.NameOf(shape.Operation), product.Array.ToString(), product.IsHardware ? "v2.0.4" : "none", shape.M, shape.N, shape.K,
            cycles is null ? "hang" : "ok", cycles, shape.MultiplyAdds / (double?)cycles, run.Reads, run.Writes);
    }
}
