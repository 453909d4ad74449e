using AhwaLora.Emu.Tests.Machine.Isa;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>What the host computes without a look at the flags is what the row computes, and raises what the form says.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class HostFormTests
{
    private delegate uint Row1(uint a, uint rm, ref uint fflags);

    private delegate uint Row2(uint a, uint b, uint rm, ref uint fflags);

    private delegate uint Row3(uint a, uint b, uint c, uint rm, ref uint fflags);

    private delegate uint Comparison(uint a, uint b, ref uint fflags);

    public static TheoryData<string> Names => [.. InstructionSet.Rows.Where(r => r.HostForm is not null).Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_form_agrees_with_its_row_where_it_vouches_for_the_flags(string name)
    {
        var form = InstructionSet.Row(name).HostForm!;
        var operands = form.Operation.GetParameters().Select(p => p.ParameterType).ToArray();
        var vouched = 0;
        var random = new Random(1);
        for (var n = 0; n < 60_000; n++)
        {
            var bits = operands.Select(_ => Value(random)).ToArray();
            object[] values = [.. bits.Zip(operands, (b, type) => type == typeof(float) ? (object)BitConverter.UInt32BitsToSingle(b) : b)];
            var result = form.Operation.Invoke(null, values)!;
            var raises = (bool)form.Raises.Invoke(null, [.. values, result])!;
            var raisesMore = (bool)form.RaisesMore.Invoke(null, [.. values, result])!;
            var (expected, flags) = Row(name, bits);
            var actual = result is float f ? BitConverter.SingleToUInt32Bits(f) : (uint)result;
            var context = $"{name} {string.Join(' ', bits.Select(b => b.ToString("x8")))}";
            if (!raises) Assert.True(actual == expected && flags == 0, context);
            if (!raisesMore) Assert.True(actual == expected && (flags & ~FFlags.Inexact) == 0, context);
            if (!raises || !raisesMore) vouched++;
        }

        Assert.InRange(vouched, 10_000, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_host_without_fused_multiply_add_lacks_the_fused_forms_alone(string name)
    {
        var isFused = InstructionSet.Row(name).Shape == Shape.Float3;
        Assert.Equal(!isFused, InstructionSet.Row(name).HostForm!.IsUsableOn(hostHasFma: false));
        Assert.True(InstructionSet.Row(name).HostForm!.IsUsableOn(hostHasFma: true));
    }

    private static (uint Result, uint Flags) Row(string name, uint[] x)
    {
        var row = InstructionSet.Row(name);
        var flags = 0u;
        var result = row.Shape switch
        {
            Shape.Float1 => row.Semantics!.CreateDelegate<Row1>()(x[0], 0, ref flags),
            Shape.Float2 => row.Semantics!.CreateDelegate<Row2>()(x[0], x[1], 0, ref flags),
            Shape.Float3 => row.Semantics!.CreateDelegate<Row3>()(x[0], x[1], x[2], 0, ref flags),
            _ => row.Semantics!.CreateDelegate<Comparison>()(x[0], x[1], ref flags),
        };
        return (result, flags);
    }

    /// <summary>Zeros, subnormal numbers, powers of two, infinities and NaNs as often as anything else; exponents near each other and far apart.</summary>
    private static uint Value(Random random)
    {
        var sign = (uint)random.Next(2) << 31;
        return sign | random.Next(8) switch
        {
            0 => 0,
            1 => (uint)random.Next(0x0080_0002),
            2 => (uint)random.Next(1, 255) << 23,
            3 => 0x7f80_0000 | (random.Next(2) == 0 ? 0 : (uint)random.Next(0x80_0000)),
            4 => (uint)random.Next(0x3f00_0000, 0x4100_0000) & 0xffff_f000,
            5 => (uint)random.Next(0x3f00_0000, 0x4100_0000),
            _ => (uint)random.Next(0x7f80_0000),
        };
    }
}
