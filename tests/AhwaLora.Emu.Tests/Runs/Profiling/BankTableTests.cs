using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>The table of bank conflicts names the cluster if the machine has several.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class BankTableTests
{
    // Both harts of each cluster load the first word of their TCDM again and again.
    private const string Program =
        """
            csrr a0, mhartid
            srli a1, a0, 1
            slli a1, a1, 22
            li   a2, 0x10000000
            add  a1, a1, a2
            li   t1, 20
        1:  lw   t0, 0(a1)
            addi t1, t1, -1
            bnez t1, 1b
            bnez a0, 2f
            li   t1, 500
        3:  addi t1, t1, -1
            bnez t1, 3b
            j    done
        2:  wfi
            j    2b
        """;

    [Fact]
    public void One_cluster_is_not_named()
    {
        var table = Table(new PlatformDescription { Harts = 2 });
        Assert.Equal(["cycles", "waited", "bank", "won", "by"], table[0]);
        Assert.Equal(["0", "hart", "0"], table[1][3..]);
    }

    [Fact]
    public void Several_clusters_are_named()
    {
        var table = Table(new PlatformDescription
        {
            Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }],
            Clusters = [ClusterDescription.At(0x1000_0000, harts: 2), ClusterDescription.At(0x1040_0000, harts: 2, "tcdm1")],
        });
        Assert.Equal(["cycles", "waited", "cluster", "bank", "won", "by"], table[0]);
        Assert.Equal(["0 0 hart 0", "1 0 hart 2"], table.Skip(1).Select(row => string.Join(' ', row[3..])).Order(StringComparer.Ordinal));
    }

    private static List<string[]> Table(PlatformDescription platform)
    {
        var machine = TestMachine.Assemble(Program, platform, TestMachine.Options with { Contention = Contention.Exact }).Finish().Machine;
        using var text = new StringWriter();
        CauseReport.WriteBanks(machine, top: 10, text);
        return [.. text.ToString().Split('\n').Select(line => line.Split([' ', '|', '-'], StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length != 0)];
    }
}
