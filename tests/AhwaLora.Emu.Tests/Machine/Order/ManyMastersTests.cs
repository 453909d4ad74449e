using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Order;

/// <summary>The arbiters have no fixed number of masters: 64 harts with three ports each, 128 tiles and a wide DMA ask for the same banks.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class ManyMastersTests
{
    private const uint Tcdm = 0x1000_0000;
    private const int Harts = 64, Tiles = 128, Rounds = 16, DmaBytes = 4096, Side = 8, Lanes = 2, LaneWords = 40;

    // Each hart loads words from one bank again and again, while its two tiles and the DMA of hart 0 run.
    private static readonly string Program =
        $"""
            csrr a0, mhartid
            bnez a0, tiles
            li   a1, 0x10210000
            la   t0, _start
            sw   t0, {DmaRegisters.Src}(a1)
            li   t0, {Tcdm + 0x1_0000}
            sw   t0, {DmaRegisters.Dst}(a1)
            li   t0, {DmaBytes}
            sw   t0, {DmaRegisters.Bytes}(a1)
            lw   t0, {DmaRegisters.Launch}(a1)
        tiles:
            slli a2, a0, 12
            li   t0, 0x30000000
            add  a2, a2, t0
            call start
            li   t0, {Harts << 12}
            add  a2, a2, t0
            call start
            li   a3, {Tcdm}
            li   t1, {Rounds}
        1:  lw   t0, 0(a3)
            addi t1, t1, -1
            bnez t1, 1b
            lw   zero, {AimcTileRegisters.Wait}(a2)
            li   t0, {Harts << 12}
            sub  a2, a2, t0
            lw   zero, {AimcTileRegisters.Wait}(a2)
            bnez a0, meet
            lw   zero, {DmaRegisters.Wait}(a1)
        meet:
            csrr zero, 0x7c2
            beqz a0, done
        2:  wfi
            j    2b
        start:
            lw   zero, {AimcTileRegisters.Acquire}(a2)
            li   t0, {Tcdm}
            sw   t0, {AimcTileRegisters.Src}(a2)
            li   t0, {Tcdm + 0x8000}
            sw   t0, {AimcTileRegisters.Dst}(a2)
            li   t0, {Side}
            sw   t0, {AimcTileRegisters.Rows}(a2)
            sw   t0, {AimcTileRegisters.Columns}(a2)
            li   t0, 1
            sw   t0, {AimcTileRegisters.Vectors}(a2)
            sw   t0, {AimcTileRegisters.Trigger}(a2)
            ret
        """;

    [Fact]
    public void All_of_them_have_their_accesses_granted()
    {
        ScriptedMaster[] lanes = [.. Enumerable.Range(0, Harts).Select(hart =>
            new ScriptedMaster(200, Enumerable.Range(0, LaneWords).Select(n => Tcdm + 4 * (uint)(hart + n))) { Hart = hart, Ports = Lanes })];
        var platform = new PlatformDescription
        {
            Harts = Harts,
            Dma = new DmaDescription { BytesPerCycle = 64 },
            Aimc = new AimcDescription { Tiles = Tiles, Rows = Side, Columns = Side, Preset = "ideal", Model = "none" },
            Devices = MasterDevice.Describe("lanes"),
        };
        var options = TestMachine.Options with { Contention = Contention.Exact, Devices = MasterDevice.Catalog(("lanes", lanes)) };
        var machine = TestMachine.Assemble(Program, platform, options).Finish().Machine;

        Assert.All(lanes, lane => Assert.Equal(LaneWords, lane.Grants.Count));
        const int words = Harts * (Rounds + LaneWords) + DmaBytes / 4 + Tiles * 2 * Side;
        Assert.Equal((ulong)words, ((ITcdmCounters)machine.Clusters[0]).Accessed);
        var winners = machine.BankConflicts.Select(c => c.Winner).ToHashSet();
        Assert.Superset(new HashSet<string> { "hart 0", "hart 63", "dma", "tile0", "tile127" }, winners);
        Assert.Equal(machine.BankConflicts.Aggregate(0UL, (sum, c) => sum + c.Cycles), ((ITcdmCounters)machine.Clusters[0]).Congested);
    }

    [Fact]
    public void A_harts_own_masters_are_numbered_right_after_it()
    {
        static ScriptedMaster Of(int? hart, int ports) => new(0, []) { Hart = hart, Ports = ports };
        var ports = new BankPorts(4, [("dma", Of(null, 16)), ("lane", Of(2, 1)), ("lane", Of(0, 1)), ("lane", Of(2, 1)), ("tile0", Of(null, 4)), ("tile0", Of(null, 4))]);

        Assert.Equal(3, ports.PerHart);
        Assert.Equal([12, 7, 1, 8, 28, 32], Enumerable.Range(0, 6).Select(ports.FirstOf));
        Assert.Equal(["hart 0", "hart 1", "hart 2", "hart 3", "dma", "tile0"], ports.Owners);
        Assert.Equal([0, 0, 0, 1], ports.OwnerOf[..4]);
        Assert.Equal((3, 4, 4, 5), (ports.OwnerOf[11], ports.OwnerOf[12], ports.OwnerOf[27], ports.OwnerOf[35]));
    }
}
