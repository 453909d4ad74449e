using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

public sealed class AimcTileStateTests
{
    private const uint Tcdm = TileBench.Tcdm;

    public static TheoryData<ulong, bool> Cycles
    {
        get
        {
            var data = new TheoryData<ulong, bool>();
            foreach (var cycle in (ulong[])[100, 101, 103, 104, 119, 120, 137, 150, 170])
            {
                data.Add(cycle, false);
                data.Add(cycle, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cycles))]
    public void A_tile_restored_in_the_midst_of_jobs_goes_on_with_the_same_bits(ulong cycle, bool exact)
    {
        var bench = NewBench(exact);
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, TileBench.IdealWeights().AsSpan(0, 256));
        for (var i = 0; i < 64; i++) bench.Floats(Tcdm, 64)[i] = (i * 37 % 64 - 31) / 8f;
        bench.Write(IrqEnable, 1);
        bench.Prepare(16, 16, 3, hart: 0, flags: 1);
        bench.Write(Bias, Tcdm + 64);
        bench.Write(Trigger, 0);
        bench.Start(16, 16, 2, hart: 1);
        bench.Tile.Read(new(Wait, 4, 2, 100), out _);
        bench.RunTo(cycle);
        var snapshot = bench.Save();

        var restored = NewBench(exact);
        restored.Restore(snapshot, bench.Time);
        Assert.Equal(snapshot, restored.Save());
        Assert.Equal(bench.Interrupt, restored.Interrupt);
        bench.Released.Clear();
        Assert.Equal(bench.RunToIdle(), restored.RunToIdle());
        Assert.Equal(bench.Save(), restored.Save());
        Assert.Equal(bench.Released, restored.Released);

        static TileBench NewBench(bool exact) => new(TileBench.Noisy(16), new() { TIntNs = 16, ExactContention = exact });
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void A_hundred_thousand_random_accesses_neither_throw_nor_hang(int seed, bool exact)
    {
        var random = new Random(seed);
        var bench = new TileBench(TileBench.Noisy(16), new() { TIntNs = 4, ExactContention = exact });
        var waiting = new HashSet<int>();
        for (var i = 0; i < 34_000; i++)
        {
            var hart = random.Next(4);
            if (waiting.Contains(hart)) hart = Initiators.Host; // a hart that waits does nothing
            var offset = random.Next(20) == 0 ? (uint)random.Next(0x1000) : RegisterOffset(random);
            var access = new BusAccess(offset, random.Next(30) == 0 ? 2 : 4, hart, bench.Time);
            var isRead = random.Next(3) == 0;
            var response = isRead ? bench.Tile.Read(access, out _) : bench.Tile.Write(access, Value(random, offset));
            if (response == BusResponse.Wait) Assert.True(isRead && hart < 64 && waiting.Add(hart));
            if (random.Next(100) == 0) FinishOrClear(bench, random.Next(3) > 0);
            bench.RunTo(bench.Time + (ulong)random.Next(40));
            foreach (var (released, _, _) in bench.Released) Assert.True(waiting.Remove(released));
            bench.Released.Clear();
        }

        bench.RunToIdle();
        foreach (var (released, _, _) in bench.Released) waiting.Remove(released);
        Assert.Empty(waiting);
        Assert.True(bench.ReadCounter(Mvms) > 1_000, $"{bench.ReadCounter(Mvms)} MVMs");
    }

    private static void FinishOrClear(TileBench bench, bool finish)
    {
        if (finish) bench.RunToIdle();
        else bench.Write(SoftClear, 0);
    }

    private static uint RegisterOffset(Random random)
    {
        switch (random.Next(8))
        {
            case 0: return Acquire;
            case 1: return Trigger;
            case < 6: return Src + (uint)random.Next(13) * 4;
        }

        var register = Map.Registers[random.Next(Map.Registers.Count)];
        return register.Offset == SoftClear ? Wait : register.Offset + (uint)random.Next(register.Count) * register.Stride;
    }

    // Mostly what a job could be made of, so that many are.
    private static uint Value(Random random, uint offset) => random.Next(40) == 0 ? (uint)random.NextInt64(1L << 32) : offset switch
    {
        Src or Dst or Scale or Bias or ProgramWeights => Tcdm + (uint)random.Next(0x100) * 4,
        SrcStride or DstStride or ProgramStride => (uint)random.Next(20) * 4,
        Vectors or TIntNs => (uint)random.Next(1, 20),
        FirstRow or FirstColumn => (uint)random.Next(4),
        Rows or Columns or ProgramRows or ProgramColumns => (uint)random.Next(1, 14),
        AgeAdvance => BitConverter.SingleToUInt32Bits(random.NextSingle() * 1e6f),
        Flags => (uint)random.Next(6),
        _ => (uint)random.Next(4),
    };
}
