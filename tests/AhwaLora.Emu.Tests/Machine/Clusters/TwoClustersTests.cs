using AhwaLora.Debug.Races;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Snapshots;

namespace AhwaLora.Emu.Tests.Machine.Clusters;

/// <summary>A machine of two clusters with eight harts each: TCDM, banks, barriers and DMA are a cluster's own.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class TwoClustersTests
{
    // Cluster 1 begins when cluster 0 has passed both of its barriers, so these wait for nobody there.
    private const string Program =
        """
            csrr a0, mhartid
            srli a1, a0, 3          # the cluster
            andi a2, a0, 7          # the local id
            slli a3, a1, 22
            li   a4, 0x10000000
            add  a4, a4, a3         # its TCDM
            li   t0, 0x200000
            add  a5, a4, t0         # its block
            li   t0, 0x210000
            add  a6, a4, t0         # its DMA
            la   s1, passed
            beqz a1, begin
        hold:
            lw   t1, 0(s1)
            beqz t1, hold
            fence                   # what follows the flag is seen after it
        begin:
            slli t2, a2, 2
            add  t2, t2, a4
            addi t3, a0, 100
            sw   t3, 0(t2)
            lw   t4, 4(a5)          # HARTS
            lw   zero, 0(a5)        # the barrier of the block
            csrr zero, 0x7c2        # and that of the CSR
            bnez a2, rest
            sw   a4, 0(a6)          # the first hart of each copies what all have stored
            la   t5, copies
            slli t6, a1, 5
            add  t5, t5, t6
            sw   t5, 4(a6)
            slli t6, t4, 2
            sw   t6, 8(a6)
            lw   t6, 0x18(a6)
            lw   t6, 0x24(a6)
            li   t6, 1
            fence                   # and what is before it, before
            bnez a1, last
            sw   t6, 0(s1)
        wait:
            lw   t1, 4(s1)
            beqz t1, wait
            fence
            j    done
        last:
            sw   t6, 4(s1)
        rest:
            wfi
            j    rest
            .balign 4
        passed: .word 0, 0
        copies: .zero 64
            .balign 4
        """;

    private static readonly PlatformDescription Platform = new()
    {
        Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }],
        Clusters = [ClusterDescription.At(0x1000_0000, harts: 8), ClusterDescription.At(0x1040_0000, harts: 8, "tcdm1")],
    };

    [Theory]
    [InlineData(Contention.None)]
    [InlineData(Contention.Exact)]
    public void Each_synchronises_and_copies_by_itself(Contention contention)
    {
        var program = TestMachine.Assemble(Program, Platform, TestMachine.Options with { Contention = contention }).Finish();
        var machine = program.Machine;

        Assert.Equal(Enumerable.Range(100, 16).Select(n => (uint)n), Enumerable.Range(0, 16).Select(n => program.Word("copies", n)));
        foreach (var cluster in machine.Clusters)
        {
            Assert.Equal(Enumerable.Range(8 * cluster.Number, 8), cluster.Harts.Select(h => h.Id));
            Assert.Equal(100u + 8 * (uint)cluster.Number, cluster.Tcdm!.Load(cluster.Tcdm.Base, 4));
            var counters = cluster.Devices.SelectMany(d => d.Device.Counters(machine.Cycles)).ToDictionary(c => c.Name, c => c.Value);
            Assert.Equal(32u, counters["bytes_moved"]);
            Assert.Equal(contention == Contention.Exact ? 16u : 0, counters["tcdm_accesses"]); // eight stores, eight words copied
        }

        Assert.Equal(1, machine.ClusterOf(8).Number);
        Assert.Equal(["cluster", "dma", "cluster1", "dma1"], machine.Clusters.SelectMany(c => c.Devices).Select(d => d.Device.Name));
    }

    [Fact]
    public void A_snapshot_goes_on_as_the_machine_does()
    {
        var options = TestMachine.Options with { Contention = Contention.Exact };
        var (first, second) = (TestMachine.Assemble(Program, Platform, options), TestMachine.Assemble(Program, Platform, options));
        Assert.Equal(ExitReason.InstructionLimit, first.Run(300).Reason);
        using var snapshot = new MemoryStream();
        SnapshotFile.Save(first.Machine, [], snapshot);
        snapshot.Position = 0;
        SnapshotFile.Restore(second.Machine, [], snapshot);

        first.Finish();
        second.Finish();
        Assert.Equal((first.Machine.Position, first.Machine.Cycles), (second.Machine.Position, second.Machine.Cycles));
    }

    [Fact]
    public void The_race_check_follows_the_order_of_each_cluster()
    {
        var clean = TestMachine.Assemble(Program, Platform);
        var check = new RaceCheck(clean.Machine);
        clean.Machine.Attach(check);
        clean.Finish();
        Assert.Empty(check.Races);

        // Without barriers nothing orders the stores before the copy.
        var racing = TestMachine.Assemble(Program.Replace("lw   zero, 0(a5)", "nop", StringComparison.Ordinal).Replace("csrr zero, 0x7c2", "nop", StringComparison.Ordinal), Platform);
        check = new RaceCheck(racing.Machine);
        racing.Machine.Attach(check);
        racing.Finish();
        Assert.Contains("the DMA of cluster 1", string.Join('\n', RaceReport.Lines(check, static _ => null)), StringComparison.Ordinal);
    }
}
