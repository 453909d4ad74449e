using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Programs;
using Snapshooter;
using Snapshooter.Xunit;

namespace AhwaLora.Emu.Tests.Runs.Baselines;

/// <summary>
/// The pattern for cycle counts as tests of one's own (docs/baselines.md): run a program, and match its figures with a
/// snapshot that is committed and reviewed. In assembly, so that another compiler does not change it.
/// </summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class CycleSnapshotTests
{
    private const string DotProduct = """
        .globl _start, tohost
        _start:
            la   a0, a
            la   a1, b
            la   s0, name
            slli s1, s0, 1
            srli s1, s1, 1
            li   a2, 16
            csrw 0x7c8, s0
            fmv.w.x fa0, zero
        1:  flw  fa1, 0(a0)
            flw  fa2, 0(a1)
            fmadd.s fa0, fa1, fa2, fa0
            addi a0, a0, 4
            addi a1, a1, 4
            addi a2, a2, -1
            bnez a2, 1b
            csrw 0x7c8, s1
            li   t0, 1
            la   t1, tohost
            sw   t0, 0(t1)
            j    .
            .data
        name: .asciz "dot product"
            .balign 4
        a:  .zero 64
        b:  .zero 64
            .section .tohost, "aw"
            .balign 64
        tohost: .dword 0

        """;

    // A snapshot that is missing fails: only AHWALORA_ACCEPT=1 writes it.
    static CycleSnapshotTests() => Environment.SetEnvironmentVariable("SNAPSHOOTER_STRICT_MODE", Accepting.IsOn ? "off" : "on");

    [Theory]
    [InlineData("functional")]
    [InlineData("cv32e40p")]
    [InlineData("snitch")]
    public void The_dot_product_costs_what_it_did(string timing)
    {
        using var run = new ProgramRun(new RunRequest
        {
            ElfPath = Toolchain.Assemble(DotProduct),
            Options = TestMachine.Options with { Timing = TimingProfile.Named(timing) },
            Limits = new RunLimits(MaxCycles: 1_000_000, MaxInstructions: ulong.MaxValue),
        });
        Assert.Equal(0, run.Execute());

        var figures = Baseline.Of(run.Machine, "dot product", run.Result!.Value);
        Snapshot.Match(figures.Scopes.Single(s => s.Name == "region dot product, hart 0"), SnapshotNameExtension.Create(timing));
        Accepting.FailAfterWriting("the snapshot");
    }
}
