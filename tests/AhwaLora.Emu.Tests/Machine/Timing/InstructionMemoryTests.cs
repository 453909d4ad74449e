using System.Text.Json;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>Instruction memory and cache from the platform file to the cause of cycles.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class InstructionMemoryTests
{
    // A loop of 16 instructions, 64 bytes, four times.
    private const string Loop = """
            li s2, 4
            .balign 64
        1:  .rept 14
            nop
            .endr
            addi s2, s2, -1
            bnez s2, 1b

        """;

    [Fact]
    public void Wider_blocks_are_fetched_less_often()
    {
        var narrow = Fetched(new InstructionMemoryDescription { BlockBytes = 4, ExtraCycles = 3 });
        var wide = Fetched(new InstructionMemoryDescription { BlockBytes = 16, ExtraCycles = 3 });

        Assert.True(narrow > 4 * 16 * 3, "sixteen words a round");
        Assert.True(wide < narrow / 3, "four blocks a round");
    }

    [Fact]
    public void A_cache_that_holds_a_loop_misses_in_its_first_round_only()
    {
        var small = Fetched(Cache(sizeBytes: 32));
        var large = Fetched(Cache(sizeBytes: 1024));

        Assert.True(small >= 4 * 2 * 10, "every line of every round misses");
        Assert.Equal(0UL, large % 10);
        Assert.InRange(large, 20UL, 60UL);
    }

    [Fact]
    public void Statistics_tell_the_misses_of_a_cache()
    {
        var elf = TestMachine.Assemble(Loop + "j done\n").Image.Path;
        string? Misses(string memory)
        {
            using var run = new ProgramRun(new RunRequest { ElfPath = elf, Platform = PlatformJson.Parse($$"""{ "instruction_memory": {{memory}} }"""), Options = Options });
            run.Execute();
            return JsonDocument.Parse(Statistics.ToJson(run)).RootElement.TryGetProperty("instruction_cache_misses", out var misses) ? misses.ToString() : null;
        }

        Assert.Null(Misses("""{ "block_bytes": 16, "extra_cycles": 3 }"""));
        var cycles = Fetched(Cache(sizeBytes: 1024));
        Assert.Equal($"{cycles / 10}", Misses("""{ "block_bytes": 4, "cache": { "size_bytes": 1024, "ways": 1, "line_bytes": 32, "miss_cycles": 10 } }"""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Harts_share_a_cache_or_have_one_each(bool isShared)
    {
        var platform = new PlatformDescription { Harts = 2, InstructionMemory = Cache(1024) with { Cache = Cache(1024).Cache! with { Shared = isShared } } };
        var machine = TestMachine.Assemble("csrr a0, mhartid\nbnez a0, 1f\nli t0, 200\n2: addi t0, t0, -1\nbnez t0, 2b\n1:\n" + Loop + "bnez a0, .\nj done\n", platform, Options).Finish().Machine;

        // Hart 1 comes first, and hart 0 finds the lines of the loop, or has to fetch them itself.
        var (first, second) = (Fetched(machine, 1), Fetched(machine, 0));
        Assert.Equal(isShared, second < first);
        Assert.All([0, 1], hart => Assert.Equal(machine.Harts[hart].Time, machine.CausesOf(hart).Total));
    }

    [Fact]
    public void Where_code_lies_moves_cycles_of_jitter()
    {
        var elf = Toolchain.Assemble(".globl _start, tohost\n_start:\n" + Loop + "li t6, 1\nla t5, tohost\n1: sw t6, 0(t5)\nj 1b\n.section .tohost, \"aw\"\n.balign 64\ntohost: .dword 0\n");
        var platform = PlatformJson.Parse("""{ "instruction_memory": { "block_bytes": 16, "extra_cycles": 3 } }""");
        var (status, spreads) = Jitter.Run(new RunRequest { ElfPath = elf, Platform = platform, Options = Options }, 8);


        Assert.Equal(0, status);
        Assert.True(spreads[0].Minimum < spreads[0].Maximum);
    }

    private static MachineOptions Options { get; } = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") };

    private static InstructionMemoryDescription Cache(int sizeBytes) => new()
    {
        BlockBytes = 4,
        Cache = new InstructionCacheDescription { SizeBytes = sizeBytes, Ways = 1, LineBytes = 32, MissCycles = 10 },
    };

    private static ulong Fetched(InstructionMemoryDescription memory)
    {
        var machine = TestMachine.Assemble(Loop + "j done\n", TestMachine.OneHart with { InstructionMemory = memory }, Options).Finish().Machine;
        Assert.Equal(machine.Harts[0].Time, machine.CausesOf(0).Total);
        return Fetched(machine, 0);
    }

    private static ulong Fetched(EmulatedMachine machine, int hart) => machine.CausesOf(hart).Cycles[(int)Cause.InstructionFetch];
}
