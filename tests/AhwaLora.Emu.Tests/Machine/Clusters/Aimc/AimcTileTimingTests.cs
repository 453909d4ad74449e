using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

/// <summary>Cycle numbers worked out by hand: a trigger in cycle 100, four words per cycle each way.</summary>
public sealed class AimcTileTimingTests
{
    [Theory]
    [InlineData(8, 8, 1, 16, 100 + 1 + 2 + 16 + 2)]
    [InlineData(9, 8, 1, 16, 100 + 1 + 3 + 16 + 2)] // the last cycle's words are not all used
    [InlineData(8, 8, 3, 16, 100 + 1 + 2 + 3 * 16 + 2)] // bound by integration
    [InlineData(64, 8, 3, 4, 100 + 1 + 3 * 16 + 4 + 2)] // bound by stream-in
    [InlineData(8, 64, 3, 4, 100 + 1 + 2 + 4 + 3 * 16)] // bound by stream-out
    [InlineData(64, 64, 5, 16, 100 + 1 + 16 + 5 * 16 + 16)] // balanced
    public void A_vector_takes_the_slowest_of_its_three_stages(uint rows, uint columns, uint vectors, uint tIntNs, ulong finish)
    {
        var bench = TileBench.Ideal();
        bench.Write(TIntNs, tIntNs);
        bench.Start(rows, columns, vectors);
        Assert.Equal(finish, bench.RunToIdle());
        Assert.Equal(finish - 101, bench.ReadCounter(BusyCycles));
        Assert.Equal(vectors, bench.ReadCounter(Mvms));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_formula_of_the_documentation_holds_within_and_across_jobs(bool exact)
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var bench = TileBench.Ideal(new() { TIntNs = (uint)random.Next(1, 30), ExactContention = exact });
            var (rows, columns) = ((uint)random.Next(1, 65), (uint)random.Next(1, 65));
            var (first, second) = ((uint)random.Next(1, 6), (uint)random.Next(1, 6));
            bench.Start(rows, columns, first, hart: 0);
            bench.Start(rows, columns, second, hart: 1);
            ulong streamIn = (rows + 3) / 4, integrate = bench.Read(TIntNs), streamOut = (columns + 3) / 4;
            var period = Math.Max(streamIn, Math.Max(integrate, streamOut));
            Assert.Equal(101 + streamIn + integrate + streamOut + (first + second - 1) * period, bench.RunToIdle());
        }
    }

    [Fact]
    public void The_next_job_streams_in_while_the_first_integrates()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1, hart: 0);
        bench.RunTo(101);
        bench.Start(8, 8, 1, hart: 1);
        bench.RunTo(121);
        Assert.Equal(1u, bench.Read(Finished));
        Assert.Equal(137ul, bench.RunToIdle()); // 103-105 in, 119-135 integrate, 135-137 out
        Assert.Equal(36ul, bench.ReadCounter(BusyCycles));
    }

    [Fact]
    public void A_third_buffer_is_not_there_to_be_filled()
    {
        // Integration lasts 1000 cycles, so input 2 must not be read before integration 0 has ended in 1103.
        var bench = TileBench.Ideal();
        bench.Write(TIntNs, 1000);
        bench.Floats(TileBench.Tcdm, 24).Fill(1);
        bench.Start(8, 1, 3);
        bench.RunTo(1102);
        bench.Floats(TileBench.Tcdm, 24).Fill(2);
        bench.RunToIdle();
        var y = bench.Floats(TileBench.Tcdm + 0x8000, 3);
        Assert.Equal([y[0], y[0], 2 * y[0]], y.ToArray());
    }

    [Fact]
    public void Input_is_read_when_its_stream_in_ends_and_output_appears_when_its_stream_out_ends()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1);
        bench.RunTo(102);
        bench.Floats(TileBench.Tcdm, 8).Fill(1);
        bench.RunTo(120);
        Assert.Equal(0f, bench.Floats(TileBench.Tcdm + 0x8000, 1)[0]);
        bench.RunTo(121);
        Assert.NotEqual(0f, bench.Floats(TileBench.Tcdm + 0x8000, 1)[0]);
    }

    [Theory]
    [InlineData(500_000_000ul, 8)]
    [InlineData(1_500_000_000ul, 24)]
    [InlineData(333_000_000ul, 6)] // 5.328 cycles
    public void Nanoseconds_become_whole_cycles_of_the_clock(ulong clockHz, ulong integrate)
    {
        var bench = TileBench.Ideal(new() { ClockHz = clockHz, TIntNs = 16 });
        bench.Start(8, 8, 1);
        Assert.Equal(100 + 1 + 2 + integrate + 2, bench.RunToIdle());
    }

    [Fact]
    public void T_int_of_a_job_is_that_of_its_trigger()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1);
        bench.Write(TIntNs, 500);
        Assert.Equal(121ul, bench.RunToIdle());
    }

    [Fact]
    public void Scale_and_bias_are_fetched_once_a_job()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 3);
        bench.Write(Scale, TileBench.Tcdm + 0x4000);
        bench.Write(Bias, TileBench.Tcdm + 0x5000);
        bench.Write(Trigger, 0);
        Assert.Equal(100ul + 1 + (2 + 2 + 2) + 3 * 16 + 2, bench.RunToIdle());
    }

    [Fact]
    public void Accumulation_reads_what_it_adds_to()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 1, flags: 1);
        bench.Write(Trigger, 0);
        Assert.Equal(100ul + 1 + 2 + 16 + (2 + 2), bench.RunToIdle());
    }

    [Fact]
    public void Raw_codes_stream_four_a_word()
    {
        var bench = new TileBench(TileBench.Noisy(64));
        bench.Prepare(64, 17, 1, flags: 2);
        bench.Write(SrcStride, 64);
        bench.Write(DstStride, 20);
        bench.Write(Trigger, 0);
        Assert.Equal(100ul + 1 + 4 + 16 + 2, bench.RunToIdle());
    }

    [Fact]
    public void Every_further_pass_of_bound_management_takes_another_integration()
    {
        // 32 ones on weights of one: 32, 16, then 8 < out_bound = 12; a one and 31 zeros need a single pass.
        var bench = new TileBench(new(32, 8) { Preset = Preset.AhwaLora with { OutputNoise = 0 }, Model = DeviceModel.None });
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, [.. Enumerable.Repeat(1f, 32 * 8)]);
        bench.Floats(TileBench.Tcdm, 33).Fill(1);
        bench.Start(32, 8, 2);
        Assert.Equal(100ul + 1 + 8 + (3 + 1) * 16 + 2, bench.RunToIdle());
        Assert.Equal(2ul, bench.ReadCounter(BoundPasses));
        Assert.Equal(16ul, bench.ReadCounter(AdcSaturations));
        Assert.Equal(0xFFu, bench.Read(Saturation));
        Assert.Equal(4 * (13_400_000ul * 32 * 8 / 65_536), bench.ReadCounter(EnergyFj));
        Assert.Equal(new(74, 2, 2, 0, 16, 4 * (13_400_000ul * 32 * 8 / 65_536)), bench.Tile.CountersAt(bench.Time));
    }

    [Theory]
    [InlineData(false, 121)]
    [InlineData(true, 123)] // bank 0 is taken in the first two cycles of each stream: its word comes last, one cycle late
    public void In_exact_contention_every_word_needs_its_bank(bool others, ulong finish)
    {
        var bench = TileBench.Ideal(new() { TIntNs = 16, ExactContention = true });
        if (others) bench.BankIsTaken = (address, time) => address / 4 % 32 == 0 && time is (101 or 102 or 120 or 121);
        bench.Start(8, 8, 1);
        Assert.Equal(finish, bench.RunToIdle());
        Assert.Equal(16, bench.Granted);
    }

    [Fact]
    public void Programming_takes_its_pulses_time_and_then_the_tile_is_new()
    {
        var cost = new ProgrammingCost { PulseNs = 10, IterationsPerCell = 3, CellsInParallel = 5, PulseFemtojoules = 2 };
        var bench = TileBench.Ideal(new() { Programming = cost });
        bench.Write(ProgramWeights, TileBench.Tcdm);
        bench.Write(ProgramStride, 16);
        bench.Write(ProgramRows, 4);
        bench.Write(ProgramColumns, 4);
        bench.Write(ProgramStart, 1);
        Assert.Equal(1u, bench.Read(ProgramStatus));
        Assert.Equal(AcquireLocked, (int)bench.Read(Acquire));
        Assert.Equal(100ul + 1 + 4 * 3 * 10, bench.RunToIdle()); // 16 cells by 5: four rounds
        Assert.Equal(2u, bench.Read(ProgramStatus));
        Assert.Equal(2u * 16 * 3, bench.Read(ProgramPulses));
        Assert.Equal(192ul, bench.ReadCounter(EnergyFj));
        Assert.Equal(0f, bench.ReadFloat(Age));
        bench.RunTo(bench.Time + 1_000_000_000);
        Assert.Equal(1f, bench.ReadFloat(Age));
    }

    [Fact]
    public void Programming_and_calibration_are_told_with_their_times()
    {
        var bench = TileBench.Ideal(new() { TIntNs = 16, Programming = new() { PulseNs = 10 } });
        bench.Activities = [];
        bench.Write(ProgramWeights, TileBench.Tcdm);
        bench.Write(ProgramStride, 256);
        bench.Write(ProgramStart, 1);
        var programmed = bench.RunToIdle();
        bench.Write(CalibrateStart, 1);
        var calibrated = bench.RunToIdle();
        Assert.Equal([("operations", "program", 101UL, programmed), ("operations", "calibrate", programmed + 1, calibrated)], bench.Activities.Select(a => (a.Lane, a.Name, a.Begin, a.End)));
    }

    [Fact]
    public void Calibration_takes_an_integration_for_each_input_line()
    {
        var bench = TileBench.Ideal();
        bench.Write(CalibrateStart, 1);
        Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(Wait, 4, 2, bench.Time), out _));
        Assert.Equal(100ul + 1 + 64 * 16 + 16, bench.RunToIdle());
        Assert.Equal([(2, bench.Time, 0u)], bench.Released);
        Assert.Equal(64ul, bench.ReadCounter(Mvms));
    }
}
