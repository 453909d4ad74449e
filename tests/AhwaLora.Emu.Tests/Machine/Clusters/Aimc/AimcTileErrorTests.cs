using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

public sealed class AimcTileErrorTests
{
    private const uint Tcdm = TileBench.Tcdm, End = Tcdm + TileBench.TcdmBytes;

    [Theory]
    [InlineData(Rows, 0, AimcTileError.Rows, 0)]
    [InlineData(Rows, 65, AimcTileError.Rows, 65)]
    [InlineData(FirstRow, 57, AimcTileError.Rows, 57 << 16 | 8)]
    [InlineData(FirstRow, 0xFFFF_FFFF, AimcTileError.Rows, 0xFFFF_0008)]
    [InlineData(Columns, 0, AimcTileError.Columns, 0)]
    [InlineData(FirstColumn, 60, AimcTileError.Columns, 60 << 16 | 8)]
    [InlineData(Vectors, 0, AimcTileError.Vectors, 0)]
    [InlineData(Vectors, 65_536, AimcTileError.Vectors, 65_536)]
    [InlineData(Flags, 8, AimcTileError.Flags, 8)]
    [InlineData(Flags, 2, AimcTileError.Flags, 2)] // the ideal tile has no codes
    [InlineData(Src, Tcdm + 2, AimcTileError.Misaligned, Tcdm + 2)]
    [InlineData(Dst, Tcdm + 1, AimcTileError.Misaligned, Tcdm + 1)]
    [InlineData(SrcStride, 33, AimcTileError.Misaligned, 33)]
    [InlineData(Scale, 3, AimcTileError.Misaligned, 3)]
    [InlineData(Src, 0x2000_0000, AimcTileError.Unmapped, 0x2000_0000)]
    [InlineData(Src, End - 60, AimcTileError.Unmapped, End - 60)] // two vectors of 32 bytes
    [InlineData(SrcStride, 0xFFFF_FFFC, AimcTileError.Unmapped, Tcdm)]
    [InlineData(Dst, End - 4, AimcTileError.Unmapped, End - 4)]
    [InlineData(Scale, 0x4, AimcTileError.Unmapped, 0x4)]
    [InlineData(Bias, End - 28, AimcTileError.Unmapped, End - 28)]
    public void A_bad_job_sets_its_cause_and_can_be_corrected(uint register, uint value, AimcTileError cause, uint argument)
    {
        var bench = TileBench.Ideal();
        bench.Write(IrqEnable, 64);
        bench.Prepare(8, 8, 2);
        var good = bench.Read(register);
        bench.Write(register, value);
        bench.Write(Trigger, 0);
        Assert.Equal((cause, argument), (bench.Error, bench.Read(ErrorArgument)));
        Assert.True(bench.Interrupt);
        Assert.Equal(ulong.MaxValue, bench.Tile.NextEvent);

        bench.Write(IrqStatus, 64);
        bench.Write(register, good);
        bench.Write(Trigger, 0);
        Assert.Equal((AimcTileError.None, 0u), (bench.Error, bench.Read(ErrorArgument)));
        bench.RunToIdle();
        Assert.Equal(1u, bench.Read(Finished));
    }

    [Fact]
    public void A_vector_that_ends_with_memory_is_none_too_many()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 2, src: End - 64, dst: End - 64);
        bench.Write(Trigger, 0);
        Assert.Equal(AimcTileError.None, bench.Error);
    }

    [Theory]
    [InlineData(Trigger)]
    [InlineData(Src)]
    [InlineData(Tag)]
    public void Trigger_and_context_need_an_acquired_context(uint register)
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 1, hart: 1);
        bench.Write(register, 4, 0);
        Assert.Equal((AimcTileError.NotAcquired, register), (bench.Error, bench.Read(ErrorArgument)));
        Assert.Equal((0u, Tcdm), (bench.Read(Tag, 1), bench.Read(Src, 1)));
        Assert.Equal(ulong.MaxValue, bench.Tile.NextEvent);
    }

    [Fact]
    public void A_context_is_given_up_by_its_trigger()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1);
        bench.Write(Trigger, 0);
        Assert.Equal(AimcTileError.NotAcquired, bench.Error);
        bench.RunToIdle();
        Assert.Equal(1u, bench.Read(Finished));
    }

    [Theory]
    [InlineData(ProgramStart)]
    [InlineData(CalibrateStart)]
    [InlineData(AgeAdvance)]
    public void Devices_are_left_alone_while_the_tile_computes(uint register)
    {
        var bench = TileBench.Ideal();
        bench.Write(ProgramWeights, Tcdm);
        bench.Start(8, 8, 1);
        var before = bench.Tile.Crossbar.State.Weights.ToArray();
        bench.Write(register, 1);
        Assert.Equal((AimcTileError.Busy, register), (bench.Error, bench.Read(ErrorArgument)));
        Assert.Equal(before, bench.Tile.Crossbar.State.Weights);
        Assert.Equal(121ul, bench.RunToIdle());
    }

    [Fact]
    public void A_job_triggered_while_the_tile_is_programmed_runs_afterwards()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 1);
        bench.Write(CalibrateStart, 1);
        bench.Write(Trigger, 0);
        Assert.Equal(4u, bench.Read(Status) & 7);
        Assert.Equal(100ul + 1 + 64 * 16 + 16 + 2 + 16 + 2, bench.RunToIdle());
        Assert.Equal(AimcTileError.None, bench.Error);
    }

    [Theory]
    [InlineData(ProgramWeights, Tcdm + 2, AimcTileError.Misaligned, Tcdm + 2)]
    [InlineData(ProgramWeights, End - 252, AimcTileError.Unmapped, End - 252)]
    [InlineData(ProgramStride, 30, AimcTileError.Misaligned, 30)]
    [InlineData(ProgramRows, 60 << 16 | 8, AimcTileError.Rows, 60 << 16 | 8)]
    [InlineData(ProgramColumns, 0, AimcTileError.Columns, 0)]
    public void A_bad_programming_sets_its_cause_and_leaves_the_weights(uint register, uint value, AimcTileError cause, uint argument)
    {
        var bench = TileBench.Ideal();
        var before = bench.Tile.Crossbar.State.Weights.ToArray();
        foreach (var (offset, good) in new (uint, uint)[] { (ProgramWeights, Tcdm), (ProgramStride, 32), (ProgramRows, 8), (ProgramColumns, 8), (register, value) })
            bench.Write(offset, good);
        bench.Write(ProgramStart, 1);
        Assert.Equal((cause, argument), (bench.Error, bench.Read(ErrorArgument)));
        Assert.Equal(ulong.MaxValue, bench.Tile.NextEvent);
        Assert.Equal(before, bench.Tile.Crossbar.State.Weights);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_no_number_is_refused(float weight)
    {
        var bench = TileBench.Ideal();
        bench.Floats(Tcdm, 64)[19] = weight;
        foreach (var (offset, good) in new (uint, uint)[] { (ProgramWeights, Tcdm), (ProgramStride, 32), (ProgramRows, 8), (ProgramColumns, 8), (ProgramStart, 1) })
            bench.Write(offset, good);
        Assert.Equal((AimcTileError.Weight, Tcdm + 4 * 19), (bench.Error, bench.Read(ErrorArgument)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_input_that_is_no_number_keeps_its_vectors_output_from_being_written(float input)
    {
        var bench = TileBench.Ideal();
        bench.Floats(Tcdm, 24).Fill(1);
        bench.Floats(Tcdm, 24)[8 + 5] = input;
        bench.Floats(Tcdm + 0x8000, 24).Fill(-1);
        bench.Start(8, 8, 3);
        Assert.Equal(100ul + 1 + 2 + 3 * 16 + 2, bench.RunToIdle());
        Assert.Equal((AimcTileError.Input, Tcdm + 4 * 13), (bench.Error, bench.Read(ErrorArgument)));
        var y = bench.Floats(Tcdm + 0x8000, 24).ToArray();
        Assert.All(y[8..16], value => Assert.Equal(-1, value));
        Assert.Equal(y[..8], y[16..]);
        Assert.True(y[0] > 0);
    }

    [Theory]
    [InlineData(TIntNs, 0u)]
    [InlineData(TIntNs, 65_536u)]
    [InlineData(CalibrateStart, 0u)]
    [InlineData(CalibrateStart, 3u)]
    [InlineData(CalibrateAlpha, 0x7FC0_0000u)]
    [InlineData(AgeAdvance, 0xBF80_0000u)]
    [InlineData(AgeAdvance, 0x7F80_0000u)]
    public void Values_out_of_range_are_refused(uint register, uint value)
    {
        var bench = TileBench.Ideal();
        bench.Write(register, value);
        Assert.Equal((AimcTileError.Value, value), (bench.Error, bench.Read(ErrorArgument)));
        Assert.Equal((16u, 1f), (bench.Read(TIntNs), bench.ReadFloat(CalibrateAlpha)));
        Assert.Equal(ulong.MaxValue, bench.Tile.NextEvent);
    }

    [Fact]
    public void Alpha_cannot_be_had_without_a_reference()
    {
        var bench = new TileBench(new(8, 8));
        bench.Write(CalibrateStart, 2);
        Assert.Equal(AimcTileError.NoReference, bench.Error);
    }

    [Theory]
    [InlineData(nameof(AimcTileOptions.Contexts))]
    [InlineData(nameof(AimcTileOptions.TIntNs))]
    [InlineData(nameof(AimcTileOptions.WordsPerCycle))]
    [InlineData("crossbar of 5000 x 8")]
    public void A_configuration_that_cannot_be_is_named(string what)
    {
        var options = new AimcTileOptions();
        options = what switch
        {
            nameof(AimcTileOptions.Contexts) => options with { Contexts = 1 },
            nameof(AimcTileOptions.TIntNs) => options with { TIntNs = 0 },
            nameof(AimcTileOptions.WordsPerCycle) => options with { WordsPerCycle = 0 },
            _ => options,
        };
        var e = Assert.Throws<ArgumentException>(() => new TileBench(new(what[0] == 'c' ? 5000 : 8, 8), options));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.Contains("expected", e.Message, StringComparison.Ordinal);
    }
}
