using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>
/// One case on a machine. The file does not tell what lay in memory after Y, from which the hardware computed the rows after row M,
/// so that is searched: each of those results never falls when its Y rises.
/// </summary>
/// <param name="array">The array.</param>
/// <param name="shape">The shape.</param>
internal sealed class NumericsBench(RedMulEArray array, RedMulEShape shape)
{
    private const uint FirstMatrix = 0x1000, Page = 0x1000;

    // The order of numbers as integers, from minus to plus infinity.
    private const int Least = -0x7C01, Greatest = 0x7C00;

    private EngineMachine? _machine;

    public required ushort[] X { get; init; }

    public required ushort[] W { get; init; }

    public required ushort[] Y { get; init; }

    /// <summary>Runs the case, with a Y after row M for which the rows there come out as told, as far as there is one; null if it hangs.</summary>
    public (ushort[] Z, ushort[] After)? Run(ushort[] after)
    {
        // Rows that only keep what was there have it already.
        var trial = after.ToArray();
        var result = RunWith(trial);
        if (result is null || result.Value.After.AsSpan().SequenceEqual(after)) return result;
        var (low, high) = (Enumerable.Repeat(Least, after.Length).ToArray(), Enumerable.Repeat(Greatest, after.Length).ToArray());
        while (low.Zip(high).Any(range => range.First < range.Second))
        {
            for (var n = 0; n < trial.Length; n++) trial[n] = Bits(Middle(n));
            var got = RunWith(trial)!.Value.After;
            for (var n = 0; n < trial.Length; n++)
            {
                if (IsBelow(got[n], after[n], Middle(n))) low[n] = Math.Min(Middle(n) + 1, high[n]);
                else high[n] = Middle(n);
            }
        }

        // A NaN has no place in the order; it comes from a NaN.
        for (var n = 0; n < trial.Length; n++) trial[n] = Float16.IsNaN(after[n]) ? after[n] : Bits(low[n]);
        return RunWith(trial);

        int Middle(int n) => (low[n] + high[n]) >> 1;
    }

    private (ushort[] Z, ushort[] After)? RunWith(ushort[] yAfter)
    {
        var (x, w) = (FirstMatrix, FirstMatrix + Pages(2 * X.Length));
        var z = w + Pages(2 * W.Length);
        var machine = _machine ??= new EngineMachine(array, isHardware: true, z + Pages(2 * (Y.Length + yAfter.Length)));
        machine.Write(x, X);
        machine.Write(w, W);
        machine.Write(z, [.. Y, .. yAfter]);
        if (machine.Run(new EngineJob(shape, x, w, z)).Hang != RedMulEHang.None) return null;
        return (machine.Read(z, Y.Length), machine.Read(z + 2 * (uint)Y.Length, yAfter.Length));
    }

    /// <summary>Bytes of whole pages, with room for a beat.</summary>
    private static uint Pages(int bytes) => ((uint)bytes / Page + 2) * Page;

    /// <summary>Whether a result is below another. A NaN comes from a sum that left the finite numbers, on the side of the trial.</summary>
    private static bool IsBelow(ushort got, ushort wanted, int trial) => Float16.IsNaN(got) ? trial < 0 : Place(got) < Place(wanted);

    private static int Place(ushort bits) => (bits & Float16.SignBit) != 0 ? ~(int)(bits & ~Float16.SignBit) : bits;

    private static ushort Bits(int place) => (ushort)(place < 0 ? ~place | (int)Float16.SignBit : place);
}
