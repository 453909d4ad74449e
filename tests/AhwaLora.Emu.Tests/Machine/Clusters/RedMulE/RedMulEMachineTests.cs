using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using Device = AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulE;

namespace AhwaLora.Emu.Tests.Machine.Clusters.RedMulE;

/// <summary>The engine in a cluster: guests drive it, and its port competes with harts for the banks.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class RedMulEMachineTests
{
    /// <summary>Hart 0 runs GEMM m x n x k in the TCDM and waits for its event; the others load from the TCDM all the time.</summary>
    private static string Driver(int m, int n, int k) =>
        $"""
            csrr t0, mhartid
            bnez t0, others
            li t0, 0x10220000
            sw zero, 0x14(t0)
            .rept 6
            nop
            .endr
            lw t1, 4(t0)
            li t1, 0x10000000
            sw t1, 0x40(t0)
            li t1, 0x10002000
            sw t1, 0x44(t0)
            li t1, 0x10008000
            sw t1, 0x48(t0)
            li t1, {k << 16 | m}
            sw t1, 0x4c(t0)
            li t1, {n}
            sw t1, 0x50(t0)
            li t1, 0x480
            sw t1, 0x54(t0)
            sw zero, 0(t0)
            li t2, 0x10200000
            lw a0, 0x10(t2)
            j done
        others:
            li t0, 0x10000000
        1:  lw t1, 0(t0)
            lw t1, 4(t0)
            lw t1, 32(t0)
            j 1b
        """;

    private static PlatformDescription Platform(string widePort, int harts = 4) => new() { Harts = harts, RedMulE = new RedMulEDescription { WidePort = widePort } };

    private static (TestMachine Program, RedMulEActivity Job) Run(string widePort, Contention contention)
    {
        var program = TestMachine.Assemble(Driver(24, 16, 32), Platform(widePort), TestMachine.Options with { Contention = contention }).Finish();
        return (program, Engine(program).Job!);
    }

    private static Device Engine(TestMachine program) =>
        program.Machine.Devices.Select(mapping => mapping.Device).OfType<Device>().Single();

    private static ulong Cycles(RedMulEActivity job) => job.EndedAt - job.TriggeredAt;

    [Fact]
    public void Its_event_wakes_the_hart_that_triggered_it()
    {
        var (program, job) = Run("first", Contention.None);
        Assert.Equal((1u, RedMulEHang.None), (program["a0"], job.Hang));
        Assert.InRange(Cycles(job), 300u, 700u);
    }

    [Fact]
    public void A_port_that_goes_first_takes_the_cycles_of_ideal_memory_and_makes_harts_wait()
    {
        var (ideal, (program, job)) = (Run("first", Contention.None).Job, Run("first", Contention.Exact));
        Assert.Equal((Cycles(ideal), ideal.Reads, ideal.Writes, 0UL), (Cycles(job), job.Reads, job.Writes, job.Denied));
        Assert.Contains(program.Machine.BankConflicts, conflict => conflict.Winner == "redmule");
    }

    [Fact]
    public void A_port_that_takes_turns_is_denied()
    {
        var program = TestMachine.Assemble(Driver(24, 16, 32), Platform("rotate"), TestMachine.Options with { Contention = Contention.Exact });
        program.Machine.Run(new RunLimits(5000, ulong.MaxValue));
        Assert.True(Engine(program).Job is { Denied: > 0 } or { IsRunning: true });
    }

    [Fact]
    public void A_hang_ends_as_a_deadlock_does()
    {
        var program = TestMachine.Assemble(Driver(24, 4, 128), Platform("first", harts: 1));
        Assert.Equal(ExitReason.AllWaiting, program.Run().Reason);
        Assert.StartsWith("RedMulE v2.0.4 of 4x12x3 hangs at GEMM 24x4x128", Engine(program).Stuck, StringComparison.Ordinal);
    }
}
