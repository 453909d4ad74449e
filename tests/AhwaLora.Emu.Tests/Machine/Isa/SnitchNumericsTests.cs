using System.Globalization;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>
/// The packed, narrow and mixed-format operations against vectors measured on Snitch's RTL, results and flags. AHWALORA_SNITCH_XSSR
/// names another folder with a numerics.csv to score.
/// </summary>
public sealed class SnitchNumericsTests
{
    private const Extension Snitch = Extension.F | Extension.D | Extension.Zfh | Extension.Zfhmin | Extension.Xfvec | Extension.Xfdotp;

    private static readonly Decoder Decoder = new(Snitch);

    private static readonly string Measurements =
        Environment.GetEnvironmentVariable("AHWALORA_SNITCH_XSSR") ?? Path.Combine(Toolchain.Root, "tests", "programs", "rtl", "snitch_xssr");

    private sealed record Vector(string Operation, uint Rm, ulong A, ulong B, ulong C, ulong Result, uint Flags);

    [Fact]
    public void Every_operation_gives_the_results_and_flags_of_the_rtl()
    {
        var departures = Vectors().Where(v => Computed(v) != (v.Result, v.Flags)).Select(v => $"{v} here {Computed(v).Result:x16}/{Computed(v).Flags:x2}");
        Assert.Equal([], departures);
    }

    private static (ulong Result, uint Flags) Computed(Vector v)
    {
        var row = InstructionSet.Row(v.Operation);
        var entry = Decoder.Decode(row.Pattern.Match).Entry;
        var flags = 0u;
        if (row.Shape == Shape.Wide) return (Call(entry, v.A, v.B, v.C, v.Rm, ref flags), flags);
        var result = NanBoxing.Box<Binary32>(CallSingle(row, Single(v.A), Single(v.B), Single(v.C), v.Rm, ref flags));
        return (result, flags);
    }

    private static unsafe ulong Call(nint entry, ulong a, ulong b, ulong c, uint rm, ref uint flags) =>
        ((delegate*<ulong, ulong, ulong, uint, ref uint, ulong>)entry)(a, b, c, rm, ref flags);

    private static unsafe uint CallSingle(InstructionRow row, uint a, uint b, uint c, uint rm, ref uint flags) => row.Shape switch
    {
        Shape.Float2 => ((delegate*<uint, uint, uint, ref uint, uint>)row.Entry)(a, b, rm, ref flags),
        Shape.Float3 => ((delegate*<uint, uint, uint, uint, ref uint, uint>)row.Entry)(a, b, c, rm, ref flags),
        Shape.FloatCompare => ((delegate*<uint, uint, ref uint, uint>)row.Entry)(a, b, ref flags),
        Shape.FloatBinary => ((delegate*<uint, uint, uint>)row.Entry)(a, b),
        _ => throw new InvalidOperationException($"'{row}' is not measured"),
    };

    private static uint Single(ulong register) => (uint)NanBoxing.Unbox<Binary32>(register);

    private static IEnumerable<Vector> Vectors()
    {
        foreach (var line in File.ReadLines(Path.Combine(Measurements, "numerics.csv")).Skip(1))
        {
            var cells = line.Split(',');
            yield return new(cells[0], uint.Parse(cells[1], CultureInfo.InvariantCulture), Hex(cells[2]), Hex(cells[3]), Hex(cells[4]), Hex(cells[5]), (uint)Hex(cells[6]));
        }
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
