using System.Runtime.InteropServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Clusters.RedMulE;

/// <summary>Jobs on the engine without a device: random shapes, memories of random FP16 numbers, the plain result.</summary>
internal static class EngineJobs
{
    public const uint X = 0, W = 0x1_0000, Z = 0x2_0000, Bytes = 0x4_0000;

    public static RedMulEArray[] Arrays { get; } = [new(4, 12, 3), new(4, 8, 3), new(8, 24, 3), new(8, 32, 3)];

    /// <summary>A shape of up to three tiles each way, often one at an edge.</summary>
    public static RedMulEShape Shape(Random random, RedMulEArray array)
    {
        var (l, d) = (array.Length, array.Beat);
        var m = random.Next(3) == 0 ? random.Next(1, 4) * l : random.Next(1, 3 * l + 1);
        var n = random.Next(4) == 0 ? random.Next(1, 2 * array.Height + 1) : random.Next(1, 3 * d + 2);
        var k = random.Next(3) == 0 ? random.Next(1, 4) * d : random.Next(1, 3 * d + 2);
        return new RedMulEShape(random.Next(2) == 0 ? RedMulEOperation.Gemm : (RedMulEOperation)random.Next(8), m, n, k);
    }

    public static RedMulEJob Job(RedMulEShape shape) => new() { Shape = shape, X = X, W = W, Z = Z };

    /// <summary>A memory of numbers from -1 to 1, with some of any pattern among them if wanted.</summary>
    public static MemoryRegion Memory(Random random, bool hasAny)
    {
        var memory = new MemoryRegion("memory", 0, Bytes);
        foreach (ref var half in MemoryMarshal.Cast<byte, ushort>(memory.Data.AsSpan()))
        {
            half = hasAny && random.Next(40) == 0 ? (ushort)random.Next(0x1_0000) : BitConverter.HalfToUInt16Bits((Half)(2 * random.NextDouble() - 1));
        }

        return memory;
    }

    public static MemoryRegion CopyOf(MemoryRegion memory)
    {
        var copy = new MemoryRegion(memory.Name, memory.Base, memory.Size);
        memory.Data.CopyTo(copy.Data, 0);
        return copy;
    }

    public static EngineMemory Port(MemoryRegion memory) => new(new AddressSpace([memory], []), Initiators.Device0, storesAreLost: false);

    /// <summary>Z by the definition, element by element: a chain over N padded to H, each step rounded.</summary>
    public static ushort[] PlainResult(RedMulEArray array, RedMulEShape shape, MemoryRegion memory)
    {
        var (operation, m, n, k) = shape;
        var steps = (n + array.Height - 1) / array.Height * array.Height;
        ushort At(uint start, int index) => (ushort)memory.Load(start + 2 * (uint)index, 2);
        var z = new ushort[m * k];
        for (var row = 0; row < m; row++)
        {
            for (var column = 0; column < k; column++)
            {
                uint acc = operation == RedMulEOperation.Matmul ? 0u : At(Z, row * k + column);
                for (var step = 0; step < steps; step++)
                {
                    acc = step < n ? Step(operation, At(X, row * n + step), At(W, step * k + column), acc) : Step(operation, 0, 0, acc);
                }

                z[row * k + column] = (ushort)acc;
            }
        }

        return z;
    }

    private static uint Step(RedMulEOperation operation, uint x, uint w, uint acc)
    {
        var flags = 0u;
        return operation switch
        {
            RedMulEOperation.AddMax => Float16.Max(Float16.Add(x, w, 0, ref flags), acc, ref flags),
            RedMulEOperation.AddMin => Float16.Min(Float16.Add(x, w, 0, ref flags), acc, ref flags),
            RedMulEOperation.MulMax => Float16.Max(Float16.Mul(x, w, 0, ref flags), acc, ref flags),
            RedMulEOperation.MulMin => Float16.Min(Float16.Mul(x, w, 0, ref flags), acc, ref flags),
            RedMulEOperation.MaxMin => Float16.Min(Float16.Max(x, w, ref flags), acc, ref flags),
            RedMulEOperation.MinMax => Float16.Max(Float16.Min(x, w, ref flags), acc, ref flags),
            _ => Float16.Fma(x, w, acc, 0, ref flags),
        };
    }
}
