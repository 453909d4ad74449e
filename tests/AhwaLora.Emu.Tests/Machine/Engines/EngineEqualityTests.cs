using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>What is hard to keep exact in translated code, each in a loop hot enough to be translated.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class EngineEqualityTests
{
    public static TheoryData<string> Profiles => EnginePair.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Integer_instructions(string profile) => Same(profile, """
            li s0, 300
            li s1, 12345
        loop:
            li t0, 1664525
            mul s1, s1, t0
            addi s1, s1, 1013
            srai t1, s1, 7
            xor t2, s1, t1
            mulh t3, s1, t2
            mulhsu t4, t2, s1
            mulhu t5, s1, t2
            slt a0, t3, t4
            sltu a1, t5, t2
            sltiu a2, t1, -5
            slti a3, t1, 100
            sll a4, s1, t2
            srl a5, s1, t3
            sra a6, s1, t4
            andi t1, s1, 7
            div a7, t2, t1
            remu s2, t2, t1
            rem s3, t2, s1
            divu s4, s1, t3
            add x0, s1, s1
            lui s5, 0x12345
            auipc s6, 1
            or s7, s5, s6
            and s8, s7, s1
            sub s9, s8, s1
            bltu s9, s8, 1f
            ori s10, s9, 0x55
        1:  bge s9, s8, 2f
            xori s11, s9, 0x33
        2:  addi s0, s0, -1
            bnez s0, loop
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Floating_point_in_every_rounding_mode(string profile) => Same(profile, """
            li t0, 0x6000
            csrs mstatus, t0
            li s0, 400
            li s1, 99
        loop:
            li t0, 1664525
            mul s1, s1, t0
            addi s1, s1, 1013
            fmv.w.x f1, s1
            slli t1, s1, 9
            fmv.w.x f2, t1
            fcvt.s.w f3, s1
            fadd.s f4, f1, f2
            fsub.s f5, f1, f3
            fmul.s f6, f1, f3
            fdiv.s f7, f3, f1
            fabs.s f8, f3
            fsqrt.s f9, f8
            fmadd.s f10, f1, f2, f3
            fmsub.s f11, f3, f4, f5
            fnmsub.s f12, f3, f6, f1
            fnmadd.s f13, f2, f2, f7
            fadd.s f14, f3, f2, rtz
            fmin.s f15, f1, f2
            fmax.s f16, f10, f11
            feq.s a0, f1, f2
            flt.s a1, f4, f5
            fle.s a2, f6, f3
            fclass.s a3, f7
            fcvt.w.s a4, f3, rtz
            fcvt.wu.s a5, f8
            fcvt.s.wu f17, s1, rup
            fneg.s f18, f9
            fsgnjx.s f19, f1, f2
            fmv.x.w a6, f10
            andi t2, s0, 63
            bnez t2, 1f
            srli t3, s0, 6
            li t4, 5
            remu t3, t3, t4
            csrw frm, t3
        1:  andi t2, s0, 15
            bnez t2, 2f
            csrrw a7, fflags, x0
            add s2, s2, a7
        2:  addi s0, s0, -1
            bnez s0, loop
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Floating_point_that_is_switched_off_and_on(string profile) => Same(profile, """
            la t0, handler
            csrw mtvec, t0
            li s0, 300
        loop:
            andi t1, s0, 31
            bnez t1, 1f
            li t2, 0x6000
            csrc mstatus, t2
        1:  andi t1, s0, 31
            li t3, 16
            bne t1, t3, 2f
            li t2, 0x2000
            csrs mstatus, t2
        2:  feq.s a0, f1, f1
            fcvt.s.w f1, s0
            fadd.s f2, f2, f1
            addi s0, s0, -1
            bnez s0, loop
            j done
        handler:
            csrr t5, mepc
            addi t5, t5, 4
            csrw mepc, t5
            addi s3, s3, 1
            mret
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Memories_of_every_width_and_alignment(string profile) => Same(profile, """
            la t0, handler
            csrw mtvec, t0
            li s0, 600
            la s1, data
            li s2, 0x10000000
            li s6, 0x6000
            csrs mstatus, s6
        loop:
            andi t1, s0, 15
            add t2, s1, t1
            sw s0, 0(t2)
            lw a0, 3(t2)
            lh a1, 1(t2)
            lhu a2, 2(t2)
            sh a1, 5(t2)
            lb a3, 1(t2)
            lbu a4, 0(t2)
            sb a3, 9(t2)
            andi t3, s0, 12
            add t3, t3, s2
            sw a0, 0(t3)
            flw f1, 0(t3)
            fsw f1, 4(t3)
            lw a5, 8(t3)
            add s3, s3, a5
            mv t4, s1
            mv s1, s2
            mv s2, t4
            addi s0, s0, -1
            bnez s0, loop
            j done
        handler:
            csrr t5, mepc
            addi t5, t5, 4
            csrw mepc, t5
            addi s4, s4, 1
            csrr t5, mtval
            add s5, s5, t5
            mret
            .balign 512
        data: .zero 512
        """);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Traps_in_the_middle_of_a_block(bool emulateMisaligned) => Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(
        EnginePair.Assemble("""
            la t0, handler
            csrw mtvec, t0
            li s0, 300
            la s1, data
        loop:
            addi s2, s2, 3
            andi t1, s0, 7
            add t1, s1, t1
            lw a0, 0(t1)
            addi s2, s2, 5
            slli t2, s0, 20
            andi t3, s0, 15
            bnez t3, 1f
            lw a1, 0(t2)
            sw a1, 0(t2)
            .word 0xffffffff
            ecall
            ebreak
        1:  add s2, s2, a0
            addi s0, s0, -1
            bnez s0, loop
            j done
        handler:
            csrr t4, mcause
            add s3, s3, t4
            csrr t4, mcycle
            add s4, s4, t4
            csrr t4, minstret
            add s5, s5, t4
            csrr t4, mtval
            xor s6, s6, t4
            csrr t4, mepc
            addi t4, t4, 4
            csrw mepc, t4
            mret
            .balign 512
        data: .zero 512
        """), "cv32e40p", emulateMisaligned: emulateMisaligned).Reason);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Calls_returns_and_jump_tables(string profile) => Same(profile, """
            li sp, 0x80100000
            li s0, 400
        loop:
            andi a0, s0, 7
            call choose
            add s1, s1, a0
            mv a0, s0
            call double
            la t1, double
            jalr t1
            add s1, s1, a0
            addi s0, s0, -1
            bnez s0, loop
            j done
        double:
            slli a0, a0, 1
            ret
        choose:
            addi sp, sp, -16
            sw ra, 12(sp)
            la t0, table
            slli t1, a0, 2
            add t0, t0, t1
            lw t0, 0(t0)
            jr t0
        zero_: li a0, 11
            j 1f
        one:  call double
            j 1f
        two:  addi a0, a0, 100
        1:  lw ra, 12(sp)
            addi sp, sp, 16
            ret
            .balign 4
        table: .word zero_, one, two, one, zero_, two, two, one
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Timer_interrupts_in_a_hot_loop(string profile) => Same(profile, """
            la t0, handler
            csrw mtvec, t0
            li s8, 0x02004000
            li s9, 0x0200bff8
            li t0, 500
            sw t0, 0(s8)
            sw x0, 4(s8)
            li t0, 0x80
            csrw mie, t0
            csrsi mstatus, 8
            li s0, 6000
        loop:
            addi s1, s1, 1
            xor s2, s2, s1
            slli t1, s2, 3
            add s3, s3, t1
            addi s0, s0, -1
            bnez s0, loop
            j done
        handler:
            csrr t4, mepc
            add s4, s4, t4
            xor s5, s5, s1
            csrr t5, mcycle
            add s6, s6, t5
            lw t5, 0(s9)
            addi t5, t5, 333
            sw t5, 0(s8)
            mret
        """, minimumInstructions: 30_000);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Code_that_changes_under_its_own_loop(string profile) => Same(profile, """
            li s0, 300
            la s1, patch
            lw s2, 0(s1)
            li s3, 0x00100000
        loop:
            andi t0, s0, 7
            bnez t0, patch
            add s2, s2, s3
            sw s2, 0(s1)
        patch:
            addi s4, s4, 1
            add s5, s5, s4
            addi s0, s0, -1
            bnez s0, loop
        """);

    [Fact]
    public void A_store_that_overwrites_itself() => Same("functional", """
            li s0, 400
        loop:
            la s1, self
            lw s2, 0(s1)
        self:
            sw s2, 0(s1)
            addi s0, s0, -1
            bnez s0, loop
        """);

    [Fact]
    public void Data_in_the_same_granule_as_code() => Same("functional", """
            li s0, 400
            la s1, data
            j loop
            .balign 4
        data: .word 0
        loop:
            lw t0, 0(s1)
            addi t0, t0, 3
            sw t0, 0(s1)
            addi s0, s0, -1
            bnez s0, loop
        """);

    [Fact]
    public void Compressed_code_and_atomics() => Same("cv32e40p", """
            li s0, 300
            la s1, data
        loop:
            addi s2, s2, 1
            andi t2, s0, 3
            beqz t2, 1f
            c.addi s2, 3
        1:  amoadd.w t0, s2, (s1)
            lr.w t1, (s1)
            addi t1, t1, 1
            sc.w t2, t1, (s1)
            add s3, s3, t0
            c.add s3, s2
            c.mv a0, s3
            addi s0, s0, -1
            bnez s0, loop
            j done
            .balign 512
        data: .word 0
        """, isa: "rv32imafc_zicsr_zifencei");

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Harts_that_share_code_and_have_private_memory(string profile) => Same(profile, """
            csrr s0, mhartid
            la s1, shared
            li s2, 0x20000000
            li s3, 500
        loop:
            lw t0, 0(s2)
            add t0, t0, s0
            addi t0, t0, 1
            sw t0, 0(s2)
            slli t1, s0, 2
            add t1, t1, s1
            sw t0, 0(t1)
            lw t2, 0(s1)
            add s4, s4, t2
            addi s3, s3, -1
            bnez s3, loop
            bnez s0, wait
            j done
        wait: j wait
            .balign 512
        shared: .zero 64
        """, new PlatformDescription
    {
        Harts = 3,
        Memories =
        [
            new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 },
            new MemoryDescription { Name = "own", Base = 0x2000_0000, Size = 4096, Private = true },
        ],
        Aimc = null,
    });

    private static void Same(string profile, string assembly, PlatformDescription? platform = null, string isa = Toolchain.Base, int minimumInstructions = 1000)
    {
        platform = (platform ?? TestMachine.OneHart) with { Isa = isa };
        var elf = EnginePair.Assemble(assembly, isa);
        Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(elf, profile, platform).Reason);

        // The program did run for long enough to be translated.
        var machine = EnginePair.Build(elf, platform, new MachineOptions { Engine = EngineKind.Interpreter });
        machine.Run(RunLimits.None);
        Assert.InRange(machine.RetiredInstructions, (ulong)minimumInstructions, ulong.MaxValue);
    }
}
