using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Order;

/// <summary>Accesses that take several banks at once, among masters that ask for one.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class WideAccessTests
{
    private const uint Tcdm = 0x1000_0000;
    private const ulong Start = 100;
    private const int Nine = 36; // bytes

    private static IEnumerable<ulong> Cycles(int from, int count, int step = 1) => Enumerable.Range(0, count).Select(n => Start + (ulong)(from + n * step));

    /// <summary>Accesses that always begin at the same bank of 16 by four bytes.</summary>
    private static ScriptedMaster At(int bank, int accesses) => new(Start, Enumerable.Range(0, accesses).Select(n => Tcdm + (uint)(4 * bank + 64 * n)));

    private static ScriptedMaster Wide(WidePriority priority, int bank = 0, int accesses = 6, int bytes = Nine) =>
        new(Start, Enumerable.Range(0, accesses).Select(n => Tcdm + (uint)(4 * bank + 64 * n))) { AccessBytes = bytes, Priority = priority };

    private static EmulatedMachine Run(int bankBytes, params (string Type, ScriptedMaster Master)[] masters)
    {
        var platform = new PlatformDescription
        {
            Memories =
            [
                new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 },
                new MemoryDescription { Name = "tcdm", Base = Tcdm, Size = 64 << 10, Banks = 16, BankBytes = bankBytes },
            ],
            Aimc = null,
            Devices = MasterDevice.Describe([.. masters.Select(m => m.Type)]),
        };
        var catalog = MasterDevice.Catalog([.. masters.Select(m => (m.Type, (IReadOnlyList<IBankMaster>)[m.Master]))]);
        const string program = "li t0, 200\n 1: addi t0, t0, -1\n bnez t0, 1b";
        return TestMachine.Assemble(program, platform, TestMachine.Options with { Contention = Contention.Exact, Devices = catalog }).Finish().Machine;
    }

    [Fact]
    public void One_that_goes_first_is_never_refused_and_leaves_other_banks_alone()
    {
        var (wide, inside, outside) = (Wide(WidePriority.First), At(8, 3), At(9, 3));
        var machine = Run(4, ("narrow", inside), ("wide", wide), ("beside", outside));

        Assert.Equal(Cycles(0, 6), wide.Times);
        Assert.Equal(Cycles(6, 3), inside.Times);
        Assert.Equal(Cycles(0, 3), outside.Times);
        Assert.Equal([new BankConflict(8, "wide", 6)], machine.BankConflicts);
        Assert.Equal(6UL * 9 + 3 + 3, ((ITcdmCounters)machine.Clusters[0]).Accessed);
    }

    [Fact]
    public void One_that_takes_turns_waits_for_every_other_conflict()
    {
        var (wide, narrow) = (Wide(WidePriority.Rotate), At(3, 6));
        var machine = Run(4, ("narrow", narrow), ("wide", wide));

        Assert.Equal(Cycles(0, 6, step: 2), wide.Times);
        Assert.Equal(Cycles(1, 6, step: 2), narrow.Times);
        Assert.Equal([new BankConflict(3, "narrow", 5), new BankConflict(3, "wide", 6)], machine.BankConflicts);
    }

    [Fact]
    public void One_with_a_bound_lets_others_go_after_that_many_cycles()
    {
        var (wide, narrow) = (Wide(WidePriority.FirstBounded(3)), At(3, 6));
        Run(4, ("narrow", narrow), ("wide", wide));

        Assert.Equal([Start, Start + 1, Start + 2, Start + 4, Start + 5, Start + 6], wide.Times);
        Assert.Equal([Start + 3, .. Cycles(7, 5)], narrow.Times);
    }

    [Fact]
    public void It_has_all_banks_or_none()
    {
        var (wide, first, last) = (Wide(WidePriority.Rotate, accesses: 2), At(0, 2), At(8, 1));
        Run(4, ("first", first), ("wide", wide), ("last", last));

        // In the second cycle the others have their turn at banks 0 and 8, and the wide access none of its nine.
        Assert.Equal([Start, Start + 2], wide.Times);
        Assert.Equal([Start + 1, Start + 3], first.Times);
        Assert.Equal([Start + 1], last.Times);
    }

    [Fact]
    public void Two_of_them_alternate()
    {
        var (a, b) = (Wide(WidePriority.First), Wide(WidePriority.First, bank: 12));
        Run(4, ("a", a), ("b", b));

        Assert.Equal(Cycles(0, 6, step: 2), a.Times);
        Assert.Equal(Cycles(1, 6, step: 2), b.Times);
    }

    [Fact]
    public void One_that_goes_first_comes_before_one_that_takes_turns()
    {
        var (turns, first) = (Wide(WidePriority.Rotate), Wide(WidePriority.First));
        Run(4, ("turns", turns), ("first", first));

        Assert.Equal(Cycles(0, 6), first.Times);
        Assert.Equal(Cycles(6, 6), turns.Times);
    }

    [Fact]
    public void Sixty_four_bits_are_two_banks_of_four_bytes_granted_together()
    {
        var (wide, narrow) = (Wide(WidePriority.Rotate, bank: 2, bytes: 8), At(3, 6));
        Run(4, ("narrow", narrow), ("wide", wide));

        Assert.Equal(Cycles(0, 6, step: 2), wide.Times);
        Assert.Equal(Cycles(1, 6, step: 2), narrow.Times);
    }

    [Fact]
    public void Sixty_four_bits_are_one_bank_of_eight_bytes_whose_arbiter_decides()
    {
        var (wide, narrow) = (new ScriptedMaster(Start, Enumerable.Repeat(Tcdm, 4)) { AccessBytes = 8 }, new ScriptedMaster(Start, Enumerable.Repeat(Tcdm + 4, 4)));
        var machine = Run(8, ("narrow", narrow), ("wide", wide));

        // The pointer of the arbiter begins before both: the first winner wins twice.
        Assert.Equal(8UL, ((ITcdmCounters)machine.Clusters[0]).Accessed);
        Assert.Equal([Start, Start + 1, Start + 3, Start + 5], narrow.Times);
        Assert.Equal([Start + 2, Start + 4, Start + 6, Start + 7], wide.Times);
    }

    [Fact]
    public void Words_of_one_master_side_by_side_are_one_access_of_a_bank_of_eight_bytes()
    {
        foreach (var (bankBytes, accesses) in new[] { (4, 32UL), (8, 16UL) })
        {
            var row = new ScriptedMaster(Start, Enumerable.Range(0, 32).Select(n => Tcdm + 4 * (uint)n)) { Ports = 16 };
            var machine = Run(bankBytes, ("row", row));

            Assert.Equal(accesses, ((ITcdmCounters)machine.Clusters[0]).Accessed);
            Assert.Equal([Start, Start + 1], row.Times.Distinct());
        }
    }

    [Fact]
    public void An_access_of_more_banks_than_there_are_is_refused()
    {
        var error = Assert.Throws<PlatformException>(() => Run(4, ("engine", Wide(WidePriority.First, bytes: 68))));

        Assert.Equal("'engine' takes up to 17 banks of 'tcdm' in one access, which has 16; give it at least 32", error.Message);
    }
}
