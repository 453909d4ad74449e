using System.Runtime.InteropServices;
using AhwaLora.Common.Files;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>A job from files to a file.</summary>
/// <param name="Array">Size of the array.</param>
/// <param name="IsHardware">True for the behaviour of v2.0.4.</param>
/// <param name="Run">How it went.</param>
public sealed record EngineProduct(RedMulEArray Array, bool IsHardware, RedMulEActivity Run)
{
    private const uint FirstMatrix = 0x1000, Room = 0x1000;

    private const int MostSize = 65535;

    /// <summary>Cycles from the write to TRIGGER to the event.</summary>
    public ulong Cycles => Run.EndedAt - Run.TriggeredAt;

    /// <summary>Runs an operation on the matrices of files, each rounded to FP16, and writes Z as FP16 in .npy.</summary>
    /// <param name="array">Size of the array.</param>
    /// <param name="isHardware">True for the behaviour of v2.0.4; false to compute every shape right.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="xFile"><c>FILE[:tensor]</c>, X [m, n].</param>
    /// <param name="wFile"><c>FILE[:tensor]</c>, W [n, k].</param>
    /// <param name="yFile"><c>FILE[:tensor]</c>, Y [m, k]; null for zeros.</param>
    /// <param name="output">Path for Z [m, k]; not written if the job hangs.</param>
    /// <exception cref="UserErrorException">A file cannot be used, or the matrices do not fit each other or the engine.</exception>
    public static EngineProduct Compute(RedMulEArray array, bool isHardware, RedMulEOperation operation, string xFile, string wFile, string? yFile, string output)
    {
        if (array.Fault is { } fault) throw new UserErrorException($"array {array}: {fault}");
        var (m, n, x) = Read(xFile, static _ => true, "not a matrix; expected [m, n]");
        var (_, k, w) = Read(wFile, shape => shape[0] == n, $"does not fit X of {n} columns; expected [{n}, k]");
        var y = yFile is null ? new ushort[m * k] : Read(yFile, shape => shape[0] == m && shape[1] == k, $"does not fit X and W; expected [{m}, {k}]").Bits;
        var rowsAfter = (array.Length - m % array.Length) % array.Length;
        var (xAt, wAt, zAt, end) = Places(x.Length, w.Length, y.Length + rowsAfter * k);
        var machine = new EngineMachine(array, isHardware, end);
        machine.Write(xAt, x);
        machine.Write(wAt, w);
        machine.Write(zAt, y);
        var run = machine.Run(new EngineJob(new RedMulEShape(operation, m, n, k), xAt, wAt, zAt));
        if (run.Hang == RedMulEHang.None) NpyFormat.WriteHalves(output, [m, k], MemoryMarshal.Cast<ushort, Half>(machine.Read(zAt, m * k)));
        return new EngineProduct(array, isHardware, run);
    }

    private static (uint X, uint W, uint Z, uint End) Places(params ReadOnlySpan<long> elements)
    {
        Span<ulong> places = stackalloc ulong[elements.Length + 1];
        places[0] = FirstMatrix;
        for (var n = 0; n < elements.Length; n++) places[n + 1] = places[n] + 2 * (ulong)elements[n] + 2 * Room & ~(ulong)(Room - 1);
        if (places[^1] > EngineMachine.MostBytes) throw new UserErrorException($"the matrices take {places[^1] >> 20} MiB; expected at most {EngineMachine.MostBytes >> 20} MiB");
        return ((uint)places[0], (uint)places[1], (uint)places[2], (uint)places[3]);
    }

    private static (int Rows, int Columns, ushort[] Bits) Read(string text, Func<IReadOnlyList<long>, bool> isFitting, string otherwise)
    {
        var (path, tensor) = TensorFile.SplitName(text);
        using var file = TensorFile.Open(path);
        var entry = file.Find(tensor);
        if (entry.Shape.Count != 2 || !isFitting(entry.Shape)) throw new UserErrorException($"{path}: {entry.Description}: {otherwise}");
        if (entry.Shape.Any(size => size is < 1 or > MostSize)) throw new UserErrorException($"{path}: {entry.Description}: expected sizes from 1 to {MostSize}");
        return ((int)entry.Shape[0], (int)entry.Shape[1], [.. file.Read(entry).Select(value => BitConverter.HalfToUInt16Bits((Half)value))]);
    }
}
