using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Accesses through one base register, which translated code tests together: each still does what it does alone.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class EngineAccessTests
{
    public static TheoryData<string> Profiles => EnginePair.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_fault_leaves_what_came_before_it_done(string profile)
    {
        // The base walks over the end, then the start, of RAM and TCDM; of four accesses some lie inside.
        Same(profile, """
                la t0, handler
                csrw mtvec, t0
                la s1, bases
            again:
                lw s2, 0(s1)
                beqz s2, done
                li s0, 40
            loop:
                sw s0, 0(s2)
                lbu a0, 1(s2)
                addi s3, s3, 1
                sh a0, 6(s2)
                lw a1, 8(s2)
                add s3, s3, a1
                sb s3, -3(s2)
                lhu a2, -4(s2)
                xor s3, s3, a2
                addi s2, s2, 1
                addi s0, s0, -1
                bnez s0, loop
                addi s1, s1, 4
                j again
            handler:
                csrr t5, mepc
                csrr t6, mtval
                add s4, s4, t6
                xor s4, s4, t5
                addi t5, t5, 4
                csrw mepc, t5
                mret
                .balign 4
            bases:
                .word 0x83ffffe8, 0x80020000, 0x1001ffe8, 0x0ffffff0, 0x10000010, 0
            """);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_base_may_change_between_accesses(string profile) => Same(profile, """
            la s1, ring
            li s0, 500
        loop:
            lw s2, 4(s1)
            lw s1, 0(s1)
            lw s3, 4(s1)
            sw s2, 4(s1)
            addi s1, s1, 8
            sw s3, -4(s1)
            lw s4, -4(s1)
            addi s1, s1, -8
            add s5, s5, s4
            xor s5, s5, s2
            addi s0, s0, -1
            bnez s0, loop
            j done
            .balign 8
        ring:
            .word 1f, 3
        1:  .word 2f, 5
        2:  .word ring, 7
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_store_into_code_among_others_is_seen(string profile) => Same(profile, """
            la s1, patch
            li s0, 300
            lw s6, 0(s1)
            li s7, 0x100000
        loop:
            addi s2, s1, -128
            sw s0, 0(s2)
            sw s0, 4(s2)
            xor s6, s6, s7
            sw s6, 128(s2)
            sw s0, 8(s2)
            andi t0, s0, 7
            bnez t0, 1f
            fence.i
        1:  jal call
            addi s0, s0, -1
            bnez s0, loop
            j done
            .zero 512
        call:
        patch:
            addi s5, s5, 1
            ret
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Accesses_farther_apart_than_their_memory_is_long_fault(string profile)
    {
        var platform = TestMachine.OneHart with
        {
            Memories =
            [
                new MemoryDescription { Name = "registers", Base = 0x2000_0000, Size = 16 },
                new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 },
            ],
        };
        Same(
            profile,
            """
                la t0, handler
                csrw mtvec, t0
                li s0, 40
                li s1, 0x20000000
            loop:
                sw s0, 4(s1)
                lw a0, 64(s1)
                sw s0, 32(s1)
                lw a1, 4(s1)
                add s3, s3, a1
                addi s0, s0, -1
                bnez s0, loop
                j done
                .balign 4
            handler:
                csrr t5, mepc
                addi t5, t5, 4
                csrw mepc, t5
                mret
            """,
            platform);
    }

    private static void Same(string profile, string assembly, PlatformDescription? platform = null) =>
        Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(EnginePair.Assemble(assembly), profile, platform).Reason);
}
