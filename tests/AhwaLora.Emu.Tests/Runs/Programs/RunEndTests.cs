namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>A run that ends badly says why: the trap with its place, what each hart waits for, and the firmware's exit codes by name, but no program's own.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class RunEndTests
{
    [Fact]
    public void A_trap_that_ends_a_run_has_name_function_line_and_registers()
    {
        var elf = RuntimeProgram.Compile("faults.c", "-DCASE=0");
        var (status, error) = CommandLineTests.Run("run", elf);
        Assert.Equal(69, status);
        Assert.Matches(@"(?m)^ahwalora: exit code 69: AHWA_EXIT_TRAP \+ 5, ", error);
        Assert.Matches(@"(?m)^ahwalora: exit code 69 from a trap handler: hart 0 trapped at pc 0x8[0-9a-f]{7} in load, .*ahwa\.h:\d+ \(lw [^)]+\)\): load access fault, mtval 0x00000040$", error);
        Assert.Matches(@"(?m)^registers of hart 0 at the trap:\n  zero 00000000   ra   8[0-9a-f]{7}   sp   8", error);
        Assert.Matches(@"(?m)a0   00000040", error);
        Assert.Equal(2, CommandLineTests.Run("run", elf, "--quiet").Error.TrimEnd('\n').Split('\n').Length);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(3, 69)]
    public void A_program_of_ones_own_is_not_misnamed(int which, int code)
    {
        Assert.Equal((code, ""), CommandLineTests.Run("run", RuntimeProgram.Compile("faults.c", $"-DCASE={which}"), "--quiet"));
    }

    [Fact]
    public void The_firmwares_exit_codes_have_their_names()
    {
        var (status, error) = CommandLineTests.Run("run", Path.Combine(Toolchain.Root, "firmware", "out", "lora_layer.elf"), "--quiet");
        Assert.Equal(16, status);
        Assert.StartsWith("ahwalora: exit code 16: AHWA_EXIT_LAYER_MAGIC, ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trap_without_a_handler_has_its_place_too()
    {
        var (status, error) = CommandLineTests.Run("run", TestMachine.Assemble("faulty: li a0, 0x50\nlw a1, 0(a0)").Image.Path);
        Assert.Equal(126, status);
        Assert.Contains("hart 0 trapped at pc 0x80000004 in faulty+0x4 (lw a1, 0(a0)): load access fault, mtval 0x00000050; its trap handler at 0x00000000 cannot run", error, StringComparison.Ordinal);
        Assert.Contains("a0   00000050", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_returned_is_not_blamed()
    {
        var program = TestMachine.Assemble("""
            la t0, handler
            csrw mtvec, t0
            lw a0, 0(zero)
            li t1, 15
            la t2, tohost
            sw t1, 0(t2)
            1: j 1b
            .balign 4
            handler: csrr t3, mepc
            addi t3, t3, 4
            csrw mepc, t3
            mret
            """);
        Assert.Equal((7, ""), CommandLineTests.Run("run", program.Image.Path, "--quiet"));
    }

    [Fact]
    public void A_deadlock_names_what_each_hart_waits_for_and_where()
    {
        var (status, error) = CommandLineTests.Run("run", Path.Combine(Toolchain.Root, "firmware", "out", "service.elf"), "--harts", "4", "--quiet");
        Assert.Equal(126, status);
        Assert.Matches(@"^ahwalora: no hart can go on: hart 0 waits for its event \(cluster at 0x10200010\) at pc 0x[0-9a-f]{8} in main\+0x[0-9a-f]+, .*ahwa\.h:\d+ \(lw ", error);
        Assert.Matches(@"\); each of harts 1-3 waits at the barrier \(cluster at 0x10200000\) at pc ", error);
    }
}
