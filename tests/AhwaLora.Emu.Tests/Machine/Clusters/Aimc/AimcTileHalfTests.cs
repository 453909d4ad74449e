using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

/// <summary>Jobs whose vectors are binary16: the flag HALF.</summary>
public sealed class AimcTileHalfTests
{
    private const uint Tcdm = TileBench.Tcdm, Output = Tcdm + 0x8000, Accumulate = 1, Raw = 2, HalfFlag = 4;
    private const int Size = 64, Columns = 9;

    private static readonly Half[] X = [.. Enumerable.Range(0, Size).Select(i => (Half)(i / 7f - 3))];

    [Fact]
    public void Each_output_is_that_of_a_float32_job_rounded_once()
    {
        var single = Noisy();
        for (var i = 0; i < Size; i++) single.Floats(Tcdm, Size)[i] = (float)X[i];
        Run(single, 0);

        var half = Noisy();
        X.CopyTo(half.Halves(Tcdm, Size));
        Run(half, HalfFlag);

        Assert.Equal(single.Floats(Output, Columns).ToArray().Select(y => (Half)y), half.Halves(Output, Columns).ToArray());
        Assert.Equal((Half)0f, half.Halves(Output, Columns + 1)[Columns]); // the other half of the last word is not written
    }

    [Fact]
    public void Accumulation_in_the_tile_gives_the_bits_of_a_binary16_addition()
    {
        Half[] before = [(Half)0.1f, (Half)(-3f), Half.MaxValue, Half.PositiveInfinity, Half.NaN, Half.Epsilon, (Half)(-0f), (Half)100f, (Half)2000f];
        var plain = Noisy();
        X.CopyTo(plain.Halves(Tcdm, Size));
        Run(plain, HalfFlag);

        var added = Noisy();
        X.CopyTo(added.Halves(Tcdm, Size));
        before.CopyTo(added.Halves(Output, Columns));
        Run(added, HalfFlag | Accumulate);

        for (var i = 0; i < Columns; i++)
        {
            var exact = (double)before[i] + (double)plain.Halves(Output, Columns)[i]; // 11 bits each: exact in binary64 within their range
            var expected = double.IsNaN(exact) ? 0x7E00 : BitConverter.HalfToUInt16Bits((Half)exact);
            Assert.Equal(expected, BitConverter.HalfToUInt16Bits(added.Halves(Output, Columns)[i]));
        }
    }

    [Fact]
    public void Vectors_stream_two_elements_per_word()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(16, 17, 1, flags: HalfFlag);
        bench.Write(DstStride, 36);
        bench.Write(Trigger, 0);
        Assert.Equal(100ul + 1 + 2 + 16 + 3, bench.RunToIdle()); // 8 words in and 9 out, four per cycle
    }

    [Fact]
    public void An_infinite_input_is_named_by_its_address_and_writes_nothing()
    {
        var bench = TileBench.Ideal();
        bench.Halves(Tcdm, 8)[5] = Half.PositiveInfinity;
        bench.Halves(Output, 1)[0] = (Half)7f;
        bench.Prepare(8, 8, 1, flags: HalfFlag);
        bench.Write(Trigger, 0);
        bench.RunToIdle();
        Assert.Equal((AimcTileError.Input, Tcdm + 10), (bench.Error, bench.Read(ErrorArgument)));
        Assert.Equal((Half)7f, bench.Halves(Output, 1)[0]);
    }

    [Theory]
    [InlineData(Raw | HalfFlag)]
    [InlineData(Raw | Accumulate)]
    public void Codes_go_with_no_other_flag(uint flags)
    {
        var bench = Noisy();
        bench.Prepare(8, 8, 1, flags: flags);
        bench.Write(Trigger, 0);
        Assert.Equal((AimcTileError.Flags, flags), (bench.Error, bench.Read(ErrorArgument)));
    }

    private static TileBench Noisy()
    {
        var bench = new TileBench(TileBench.Noisy(Size));
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
        return bench;
    }

    private static void Run(TileBench bench, uint flags)
    {
        bench.Prepare(Size, Columns, 1, flags: flags);
        bench.Write(SrcStride, 0);
        bench.Write(DstStride, 0);
        bench.Write(Trigger, 0);
        bench.RunToIdle();
    }
}
