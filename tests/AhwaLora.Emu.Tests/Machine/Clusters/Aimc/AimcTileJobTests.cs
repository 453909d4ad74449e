using System.Runtime.CompilerServices;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

public sealed class AimcTileJobTests
{
    private const uint Tcdm = TileBench.Tcdm, Output = Tcdm + 0x8000;

    [Fact]
    public void A_job_multiplies_its_region_of_the_tile()
    {
        var bench = TileBench.Ideal();
        var x = bench.Floats(Tcdm, 2 * 3);
        for (var i = 0; i < x.Length; i++) x[i] = i - 2;
        bench.Prepare(3, 2, 2);
        bench.Write(FirstRow, 61);
        bench.Write(FirstColumn, 10);
        bench.Write(DstStride, 16);
        bench.Write(Trigger, 0);
        bench.RunToIdle();

        var weights = TileBench.IdealWeights();
        for (var vector = 0; vector < 2; vector++)
        {
            for (var column = 0; column < 2; column++)
            {
                var y = Enumerable.Range(0, 3).Sum(row => (double)weights[(10 + column) * 64 + 61 + row] * (3 * vector + row - 2));
                Assert.Equal(y, bench.Floats(Output + (uint)(16 * vector + 4 * column), 1)[0], 1e-5);
            }
        }

        Assert.Equal(0f, bench.Floats(Output + 8, 1)[0]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Jobs_go_on_as_their_numbers_wrap(int contexts)
    {
        var bench = TileBench.Ideal(new AimcTileOptions { TIntNs = 16, Contexts = contexts });
        const uint before = uint.MaxValue - 2;
        (TriggeredOf(bench.Tile), FinishedOf(bench.Tile), FetchJobOf(bench.Tile)) = (before, before, before + 1);
        for (var i = 0; i < 8; i++) bench.Floats(Tcdm, 8)[i] = i - 3;
        var finished = before;
        for (var round = 0; round < 3; round++)
        {
            for (var hart = 0; hart < contexts; hart++)
            {
                bench.Prepare(8, 4, 1, dst: Output + (uint)(16 * hart), hart: hart);
                bench.Write(FirstColumn, (uint)(4 * hart), hart);
                bench.Write(Trigger, 0, hart);
                Assert.Equal(finished + (uint)hart + 1, bench.Read(Trigger, hart));
                bench.Write(WaitJob, finished + (uint)hart + 1, hart);
                Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(WaitJob, 4, hart, bench.Time), out _));
            }

            bench.Released.Clear();
            bench.RunToIdle();
            Assert.Equal(Enumerable.Range(0, contexts).Select(h => (h, finished + (uint)h + 1)), bench.Released.Select(r => (r.Hart, r.Value)));
            finished += (uint)contexts;
            Assert.Equal(finished, bench.Read(Finished));
        }

        // Every job has had its own context: the columns that its hart asked for.
        var weights = TileBench.IdealWeights();
        for (var column = 0; column < 4 * contexts; column++)
        {
            var y = Enumerable.Range(0, 8).Sum(row => (double)weights[column * 64 + row] * (row - 3));
            Assert.Equal(y, bench.Floats(Output + (uint)(4 * column), 1)[0], 1e-5);
        }
    }

    // As after so many jobs; nobody has the time to run them.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_triggered")]
    private static extern ref uint TriggeredOf(AimcTile tile);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_finished")]
    private static extern ref uint FinishedOf(AimcTile tile);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_fetchJob")]
    private static extern ref uint FetchJobOf(AimcTile tile);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Accumulation_in_the_tile_gives_the_bits_of_addition_in_firmware(bool special)
    {
        var before = new float[8];
        for (var i = 0; i < 8; i++) before[i] = special ? float.NaN : 0.1f * (i + 1);
        var added = Run(flags: 1);
        var plain = Run(flags: 0);
        for (var i = 0; i < 8; i++)
        {
            var sum = before[i] + plain[i];
            Assert.Equal(float.IsNaN(sum) ? 0x7FC0_0000 : BitConverter.SingleToInt32Bits(sum), BitConverter.SingleToInt32Bits(added[i]));
        }

        float[] Run(uint flags)
        {
            var bench = new TileBench(TileBench.Noisy(64));
            bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
            for (var i = 0; i < 64; i++) bench.Floats(Tcdm, 64)[i] = i / 7f - 3;
            before.CopyTo(bench.Floats(Output, 8));
            bench.Prepare(64, 8, 1, flags: flags);
            bench.Write(Trigger, 0);
            bench.RunToIdle();
            return bench.Floats(Output, 8).ToArray();
        }
    }

    [Fact]
    public void Scale_multiplies_and_bias_is_added_on_top_of_the_crossbars_own_scales()
    {
        var plain = Run(0, 0);
        var scaled = Run(Tcdm + 0x4000, Tcdm + 0x5000);
        Assert.NotEqual(0f, plain[0]);
        for (var i = 0; i < 8; i++) Assert.Equal(plain[i] * (i + 1) - i, scaled[i], 1e-3f * Math.Abs(scaled[i]));

        float[] Run(uint scale, uint bias)
        {
            var bench = new TileBench(TileBench.Noisy(64));
            bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
            bench.Floats(Tcdm, 64).Fill(0.5f);
            for (var i = 0; i < 8; i++) (bench.Floats(Tcdm + 0x4000, 8)[i], bench.Floats(Tcdm + 0x5000, 8)[i]) = (i + 1, -i);
            bench.Prepare(64, 8, 1);
            bench.Write(Scale, scale);
            bench.Write(Bias, bias);
            bench.Write(Trigger, 0);
            bench.RunToIdle();
            return bench.Floats(Output, 8).ToArray();
        }
    }

    [Fact]
    public void Raw_jobs_take_and_give_converter_codes()
    {
        var bench = new TileBench(new(4, 4) { Preset = Preset.AhwaLora with { OutputNoise = 0 }, Model = DeviceModel.None });
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, [1, 1, 1, 1, -1, -1, -1, -1, 1, 0, 0, 0, 0, 0, 0, 0]);
        new byte[] { 127, 127, 127, 127 }.CopyTo(bench.Memory.Data, 0);
        bench.Memory.Data[0x8004] = 0x55;
        bench.Prepare(4, 4, 1, flags: 2);
        bench.Write(Trigger, 0);
        bench.RunToIdle();
        sbyte[] codes = [42, -42, 11, 0, 0x55]; // 4, -4 and 1 in steps of 12/127
        Assert.Equal(codes, bench.Memory.Data.AsSpan(0x8000, 5).ToArray().Select(b => (sbyte)b));
    }

    [Fact]
    public void Contexts_are_locked_by_hart_and_registers_are_those_of_the_harts_own()
    {
        var bench = TileBench.Ideal();
        Assert.Equal(0u, bench.Read(Acquire, 5));
        Assert.Equal(1u, bench.Read(Acquire, 3));
        Assert.Equal(1u, bench.Read(Acquire, 3));
        Assert.Equal(AcquireFull, (int)bench.Read(Acquire, 0));
        bench.Write(Tag, 50, 5);
        bench.Write(Tag, 30, 3);
        Assert.Equal((50u, 30u, 0u), (bench.Read(Tag, 5), bench.Read(Tag, 3), bench.Read(Tag, 0)));
        Assert.Equal(0u, bench.Read(Status) >> 8 & 0xF);
    }

    [Fact]
    public void Jobs_finish_in_the_order_of_their_triggers_and_tell_number_and_tag()
    {
        var bench = TileBench.Ideal();
        bench.Prepare(8, 8, 1, hart: 0);
        bench.Write(Tag, 10, 0);
        bench.Prepare(8, 8, 1, hart: 1);
        bench.Write(Tag, 11, 1);
        bench.Write(Trigger, 0, 1);
        bench.Write(Trigger, 0, 0);
        Assert.Equal((1u, 2u), (bench.Read(Trigger, 1), bench.Read(Trigger, 0)));
        Assert.Equal((1u, 11u, 0u), (bench.Read(RunningJob), bench.Read(RunningTag), bench.Read(FinishedTag)));
        bench.RunTo(121);
        Assert.Equal((1u, 2u, 10u, 11u), (bench.Read(Finished), bench.Read(RunningJob), bench.Read(RunningTag), bench.Read(FinishedTag)));
        bench.RunToIdle();
        Assert.Equal((2u, 0u, 0u, 10u), (bench.Read(Finished), bench.Read(RunningJob), bench.Read(RunningTag), bench.Read(FinishedTag)));
    }

    [Fact]
    public void A_hart_waits_for_a_job_while_the_next_one_runs_and_another_hart_for_all()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1, hart: 0);
        bench.Start(8, 8, 1, hart: 0);
        bench.Write(WaitJob, 1, 0);
        Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(WaitJob, 4, 0, 100), out _));
        Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(Wait, 4, 1, 100), out _));
        bench.RunToIdle();
        Assert.Equal([(0, 121ul, 1u), (1, 137ul, 2u)], bench.Released);
        Assert.Equal((2u, 2u), (bench.Read(Wait), bench.Read(WaitJob)));
    }

    [Fact]
    public void Waiting_for_a_job_that_was_never_triggered_ends_when_the_tile_is_idle()
    {
        var bench = TileBench.Ideal();
        bench.Write(WaitJob, 7);
        Assert.Equal(0u, bench.Read(WaitJob));
        bench.Start(8, 8, 1);
        Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(WaitJob, 4, 0, 100), out _));
        bench.RunToIdle();
        Assert.Equal([(0, 121ul, 1u)], bench.Released);
    }

    [Fact]
    public void Soft_clear_aborts_jobs_releases_waiters_and_leaves_weights_and_counters()
    {
        var bench = TileBench.Ideal();
        bench.Floats(Tcdm, 8).Fill(1);
        bench.Write(IrqEnable, 127);
        bench.Start(8, 8, 3, hart: 0);
        bench.Start(8, 8, 1, hart: 1);
        Assert.Equal(BusResponse.Wait, bench.Tile.Read(new(Wait, 4, 2, 100), out _));
        bench.RunTo(110);
        bench.Write(SoftClear, 0);
        Assert.Equal([(2, 110ul, 0u)], bench.Released);
        Assert.Equal(ulong.MaxValue, bench.Tile.NextEvent);
        Assert.Equal((0u, 0u, 0u, 2u << 8), (bench.Read(Finished), bench.Read(Trigger), bench.Read(IrqEnable), bench.Read(Status)));
        Assert.Equal((9ul, 1ul), (bench.ReadCounter(BusyCycles), bench.ReadCounter(Mvms)));

        bench.Start(8, 8, 1);
        Assert.Equal(131ul, bench.RunToIdle());
        Assert.Equal(8.4375f, bench.Floats(Output, 1)[0]); // 8 + (0 + ... + 7) / 64
    }

    [Fact]
    public void A_running_job_allocates_nothing()
    {
        var bench = new TileBench(TileBench.Noisy(64));
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
        bench.Floats(Tcdm, 64 * 20).Fill(1);
        Assert.Equal(0, Allocations.Of(Run));

        void Run()
        {
            _ = bench.Tile.Read(new(Acquire, 4, 0, bench.Time), out _);
            foreach (var (offset, value) in Job) bench.Tile.Write(new(offset, 4, 0, bench.Time), value);
            while (bench.Tile.NextEvent != ulong.MaxValue) bench.Tile.Advance(bench.Tile.NextEvent);
        }
    }

    private static readonly (uint Offset, uint Value)[] Job =
    [
        (Src, Tcdm), (Dst, Output), (SrcStride, 256), (DstStride, 256), (Vectors, 20), (Rows, 64), (Columns, 64), (Flags, 1),
        (Scale, Tcdm + 0x4000), (Bias, Tcdm + 0x5000), (Trigger, 0),
    ];

    [Fact]
    public void The_interrupt_line_follows_enabled_status_bits()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1);
        bench.RunToIdle();
        Assert.Equal(3u, bench.Read(IrqStatus)); // DONE, QUEUE_EMPTY
        Assert.False(bench.Interrupt);
        bench.Write(IrqEnable, 1);
        Assert.True(bench.Interrupt);
        bench.Write(IrqStatus, 1);
        Assert.False(bench.Interrupt);
        Assert.Equal(2u, bench.Read(IrqStatus));
        bench.Write(IrqEnable, 64);
        bench.Write(TIntNs, 0);
        Assert.True(bench.Interrupt);
    }

    [Fact]
    public void A_finished_job_that_is_not_the_last_raises_done_alone()
    {
        var bench = TileBench.Ideal();
        bench.Start(8, 8, 1, hart: 0);
        bench.Start(8, 8, 1, hart: 1);
        bench.RunTo(121);
        Assert.Equal(1u, bench.Read(IrqStatus));
    }

    [Fact]
    public void Saturation_without_bound_management_clips_and_says_so()
    {
        var bench = new TileBench(new(32, 64) { Preset = Preset.AhwaLora with { OutputNoise = 0, BoundManagement = BoundManagement.None }, Model = DeviceModel.None });
        var weights = new float[32 * 64];
        weights.AsSpan(40 * 32, 32).Fill(1);
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, weights);
        bench.Floats(Tcdm, 32).Fill(1);
        bench.Start(32, 64, 1);
        bench.RunToIdle();
        Assert.Equal(12f, bench.Floats(Output, 64)[40], 1e-5f);
        Assert.Equal(0b1111u, bench.Read(IrqStatus));
        Assert.Equal((0u, 1u << 8), (bench.Read(Saturation), bench.Read(Saturation + 4)));
        bench.Write(Saturation + 4, 1u << 8);
        Assert.Equal(0u, bench.Read(Saturation + 4));
    }

    [Fact]
    public void Weights_programmed_by_firmware_are_those_of_the_host()
    {
        var byHost = new TileBench(TileBench.Noisy(16));
        var byFirmware = new TileBench(TileBench.Noisy(16));
        var weights = TileBench.IdealWeights()[..(8 * 8)];
        byHost.Tile.ProgramByHost(new(4, 8, 8, 8), weights);
        weights.CopyTo(byFirmware.Floats(Tcdm, 64));
        byFirmware.Write(ProgramWeights, Tcdm);
        byFirmware.Write(ProgramStride, 32);
        byFirmware.Write(ProgramRows, 4 << 16 | 8);
        byFirmware.Write(ProgramColumns, 8 << 16 | 8);
        byFirmware.Write(ProgramStart, 1);
        byFirmware.RunToIdle();
        Assert.Equal(byHost.Tile.Crossbar.State.Weights, byFirmware.Tile.Crossbar.State.Weights);
        Assert.Equal(byHost.Read(ProgramRmsError), byFirmware.Read(ProgramRmsError));
        Assert.InRange(byFirmware.ReadFloat(ProgramRmsError), 0.1f, 2);
        Assert.Equal((0f, 16u), (byFirmware.ReadFloat(CalibrateReference), byFirmware.Read(IrqStatus)));
    }

    [Fact]
    public void Drift_is_measured_and_compensated_by_firmware()
    {
        var bench = new TileBench(TileBench.Noisy(64));
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
        bench.WriteFloat(AgeAdvance, 31_536_000);
        Assert.Equal(31_536_000f, bench.ReadFloat(Age), 1f);
        bench.Write(CalibrateStart, 2);
        bench.RunToIdle();
        Assert.Equal(2u, bench.Read(CalibrateStatus));
        Assert.Equal(1u << 5, bench.Read(IrqStatus) & 1u << 5);
        Assert.InRange(bench.ReadFloat(CalibrateAlpha), 1.5f, 3); // (1 year / 20 s)^0.05 is 2.04
        Assert.Equal(bench.ReadFloat(CalibrateReference) / bench.ReadFloat(CalibrateResponse), bench.ReadFloat(CalibrateAlpha));
    }

    [Fact]
    public void A_tile_aged_by_the_host_is_one_aged_by_firmware()
    {
        var (byHost, byFirmware) = (new TileBench(TileBench.Noisy(64)), new TileBench(TileBench.Noisy(64)));
        foreach (var bench in new[] { byHost, byFirmware }) bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights());
        byHost.Tile.AgeByHost(1e6);
        byFirmware.WriteFloat(AgeAdvance, 1e6f);
        Assert.Equal(byHost.Tile.Crossbar.State.Weights, byFirmware.Tile.Crossbar.State.Weights);
        Assert.Equal(1e6f, byHost.ReadFloat(Age));
        Assert.Throws<ArgumentOutOfRangeException>(() => byHost.Tile.AgeByHost(-1));
    }

    [Fact]
    public void Caps_tell_size_converters_and_contexts()
    {
        var bench = new TileBench(new(512, 256), new() { Contexts = 3 });
        var caps = Map.Registers.Single(r => r.Offset == Caps).Fields.ToDictionary(f => f.Name, f => (bench.Read(Caps) & f.Mask) >> f.Low);
        Assert.Equal((512u, 256u, 8u, 8u, 2u), (caps["ROWS"], caps["COLUMNS"], caps["DAC_BITS"], caps["ADC_BITS"], caps["CONTEXTS"]));
        Assert.Equal(7u, bench.Read(Mode));
        Assert.Equal(0x1_0001u, bench.Read(AimcTileRegisters.Version));
        Assert.Equal(256u << 16 | 512, bench.Read(Size));
    }

    [Fact]
    public void A_tile_has_up_to_4096_lines_each_way_and_says_so()
    {
        var bench = new TileBench(new(LongestSide, LongestSide) { TimingOnly = true });
        Assert.Equal((uint)LongestSide << 16 | LongestSide, bench.Read(Size));
        var caps = Map.Registers.Single(r => r.Offset == Caps).Fields.ToDictionary(f => f.Name, f => (bench.Read(Caps) & f.Mask) >> f.Low);
        Assert.Equal((2047u, 2047u), (caps["ROWS"], caps["COLUMNS"]));
        Assert.Throws<ArgumentException>(() => new TileBench(new(LongestSide + 1, 1) { TimingOnly = true }));
    }

    [Fact]
    public void The_device_answers_exactly_where_its_map_has_registers()
    {
        var bench = TileBench.Ideal();
        for (uint offset = 0; offset < Map.Size; offset++)
        {
            var isWord = offset % 4 == 0 && Map.Find(offset) is not null;
            Assert.Equal(isWord, bench.Tile.Peek(offset, 4, 100, out _));
            Assert.Equal(isWord ? BusResponse.Ok : BusResponse.Fault, bench.Tile.Read(new(offset, 4, 0, 100), out _));
            Assert.Equal(BusResponse.Fault, bench.Tile.Read(new(offset, 1, 0, 100), out _));
            Assert.Equal(BusResponse.Fault, bench.Tile.Write(new(offset, 2, 0, 100), 0));
        }
    }

    [Fact]
    public void Writes_to_read_only_registers_change_nothing()
    {
        var bench = TileBench.Ideal();
        var before = bench.Save();
        foreach (var register in Map.Registers.Where(r => r.Access == RegisterAccess.ReadOnly)) bench.Write(register.Offset, 0x1234_5678);
        Assert.Equal(before, bench.Save());
    }
}
