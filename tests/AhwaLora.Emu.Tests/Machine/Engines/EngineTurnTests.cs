using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Harts that share words without a fence see each other's stores at the same turns on either engine.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class EngineTurnTests
{
    private static readonly PlatformDescription FourHarts = new() { Harts = 4 };

    public static TheoryData<string> Profiles => EnginePair.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Turns_end_behind_the_same_backward_jump(string profile)
    {
        // Each round reads what all harts have stored so far; the backward jump is a branch, a jump, a return or an indirect one.
        var elf = EnginePair.Assemble("""
                csrr s0, mhartid
                slli s1, s0, 2
                la s2, shared
                add s1, s1, s2
                li s3, 3000
                la s8, indirect
                j loop
            return:
                ret
            loop:
                addi s3, s3, -1
                beqz s3, over
                sw s3, 0(s1)
                lw t0, 0(s2)
                lw t1, 4(s2)
                lw t2, 8(s2)
                lw t3, 12(s2)
                slli s4, s4, 1
                add s4, s4, t0
                xor s4, s4, t1
                add s4, s4, t2
                xor s4, s4, t3
                srli t4, s4, 7
                add s4, s4, t4
                jal return
                andi t5, s4, 3
                beqz t5, loop
                addi t5, t5, -1
                beqz t5, 1f
                jr s8
            1:  j loop
                .skip 4
            indirect:
                andi t6, s4, 12
                beqz t6, 2f
                la t6, loop
                jr t6
            2:  mul s4, s4, s3
                bnez s3, loop
            over:
                sw s4, 16(s1)
                bnez s0, over
                j done
                .balign 64
            shared:
                .zero 64
            """);
        Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(elf, profile, FourHarts).Reason);
    }

    [Fact]
    public void A_turn_ends_in_a_straight_line_that_is_long_enough()
    {
        var elf = EnginePair.Assemble($"""
                csrr s0, mhartid
                la s1, shared
                li s3, 20
            loop:
                .rept 3000
                addi s2, s2, 1
                .endr
                lw t0, 0(s1)
                add s4, s4, t0
                add s4, s4, s0
                sw s4, 0(s1)
                .rept 3000
                addi s2, s2, 1
                .endr
                addi s3, s3, -1
                beqz s3, over
                j loop
            over:
                bnez s0, over
                j done
                .balign 4
            shared:
                .word 1
            """);
        Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(elf, platform: FourHarts, maxInstructions: 600_000).Reason);
    }
}
