using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Core;

/// <summary>Exceptions: what mcause, mepc and mtval hold (privileged specification, chapter "Machine-Level ISA"; as Spike does if it leaves room).</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class TrapTests
{
    private static readonly PlatformDescription WithUser = TestMachine.OneHart with { UserMode = true };
    private static readonly PlatformDescription WithC = TestMachine.OneHart with { Isa = "rv32imfc_zicsr_zifencei" };
    private static readonly PlatformDescription WithA = TestMachine.OneHart with { Isa = "rv32imaf_zicsr_zifencei" };

    /// <summary>Runs <paramref name="code"/> to its first trap, which label <c>at</c> has to take; s1 to s4 are then mcause, mepc, mtval and mstatus.</summary>
    private static TestMachine Trapped(string code, PlatformDescription? platform = null, bool? emulateMisaligned = null) =>
        TestMachine.Assemble(Handled(code), platform, TestMachine.Options with { EmulateMisaligned = emulateMisaligned }).Finish();

    private static string Handled(string code) =>
        $"""
            la t0, handler
            csrw mtvec, t0
            {code}
            j done
            .balign 4
        handler:
            csrr s1, mcause
            csrr s2, mepc
            csrr s3, mtval
            csrr s4, mstatus
            li s0, 1
            j done
        """;

    private static void AssertTrap(TestMachine machine, TrapCause cause, uint tval)
    {
        Assert.Equal(1u, machine["s0"]);
        Assert.Equal((cause, machine.Symbol("at"), tval), ((TrapCause)machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal(0x1800u, machine["s4"] & 0x1888);
    }

    [Theory]
    [InlineData("slli with shamt[5]", 0x02001013)]
    [InlineData("srai with shamt[5]", 0x4200_5013)]
    [InlineData("add with funct7 = 0100001", 0x42000033)]
    [InlineData("jalr with funct3 = 1", 0x00001067)]
    [InlineData("branch with funct3 = 2", 0x00002063)]
    [InlineData("load with funct3 = 3", 0x00003003)]
    [InlineData("load with funct3 = 6", 0x00006003)]
    [InlineData("store with funct3 = 3", 0x00003023)]
    [InlineData("CSR with funct3 = 4", 0x30004073)]
    [InlineData("ecall with rd", 0x000000f3)]
    [InlineData("sret", 0x10200073)]
    [InlineData("sfence.vma", 0x12000073)]
    [InlineData("uret", 0x00200073)]
    [InlineData("mret with rs1", 0x30208073)]
    [InlineData("lr.w, with A off", 0x1000202f)]
    [InlineData("fadd.s with rm = 5", 0x0000_5053)]
    [InlineData("fsqrt.s with rm = 6", 0x5800_6053)]
    [InlineData("fsqrt.s with rs2 = 1", 0x5810_0053)]
    [InlineData("fadd with fmt = D", 0x0200_0053)]
    [InlineData("fmadd with fmt = H", 0x0400_0043)]
    [InlineData("fcvt.w.s with rs2 = 2", 0xc020_0053)]
    [InlineData("fmv.x.w with rm = 2", 0xe000_2053)]
    [InlineData("fmv.w.x with rm = 1", 0xf000_1053)]
    [InlineData("fsgnj.s with rm = 3", 0x2000_3053)]
    [InlineData("fmin.s with rm = 2", 0x2800_2053)]
    [InlineData("feq.s with rm = 3", 0xa000_3053)]
    [InlineData("fld", 0x0000_3007)]
    [InlineData("all ones", 0xffff_ffff)]
    public void Reserved_encodings_are_illegal_and_mtval_is_the_word(string what, uint word)
    {
        Assert.NotEmpty(what);
        AssertTrap(Trapped($"at: .word 0x{word:x8}"), TrapCause.IllegalInstruction, word);
    }

    [Theory]
    [InlineData("fadd.s ft0, ft1, ft2, dyn", 0x00200000 | 0x7053 | 1 << 15)]
    [InlineData("fcvt.s.w ft0, a0, dyn", 0xd0057053)]
    [InlineData("fmadd.s ft0, ft1, ft2, ft3, dyn", 0x1820f043)]
    public void A_reserved_frm_is_illegal_where_it_is_used(string instruction, uint word)
    {
        foreach (var frm in new[] { 5, 6, 7 }) AssertTrap(Trapped($"fsrmi {frm}\nat: {instruction}"), TrapCause.IllegalInstruction, word);
    }

    [Fact]
    public void A_reserved_frm_is_no_matter_where_it_is_not_used()
    {
        var machine = Trapped("fsrmi 7\nfadd.s ft0, ft1, ft2, rne\nfsgnj.s ft0, ft1, ft2\nfeq.s a0, ft0, ft1\nfclass.s a1, ft0\nfmv.x.w a2, ft0\ncsrr a3, frm");
        Assert.Equal((0u, 7u), (machine["s0"], machine["a3"]));
    }

    [Theory]
    [InlineData("csrr a0, 0x7c3", 0x7c302573)]
    [InlineData("csrw mhartid, a0", 0xf1451073)]
    [InlineData("csrrs a0, cycle, a1", 0xc005a573)]
    [InlineData("csrrwi x0, cycle, 0", 0xc0005073)]
    [InlineData("csrr a0, sstatus", 0x10002573)]
    [InlineData("csrr a0, satp", 0x18002573)]
    [InlineData("csrr a0, medeleg", 0x30202573)]
    [InlineData("csrr a0, pmpcfg0", 0x3a002573)]
    [InlineData("csrr a0, 0x7b0", 0x7b002573)]
    [InlineData("csrr a0, 0xb01", 0xb0102573)]
    public void Unknown_csrs_and_writes_to_read_only_ones_are_illegal(string instruction, uint word) =>
        AssertTrap(Trapped($"li a0, 1\nli a1, 1\nat: {instruction}"), TrapCause.IllegalInstruction, word);

    [Fact]
    public void Read_only_csrs_can_be_read_by_forms_that_do_not_write()
    {
        var machine = Trapped("csrrs a0, mhartid, x0\ncsrrci a1, mvendorid, 0\ncsrrsi a2, misa, 0\ncsrr a3, cycle\ncsrr a4, time\ncsrr a5, instret");
        Assert.Equal((0u, 0u), (machine["s0"], machine["a1"]));
        Assert.Equal(0x4000_1120u, machine["a2"]);
    }

    [Theory]
    [InlineData("flw ft0, 0(sp)", 0x0001_2007)]
    [InlineData("fsw ft0, 0(sp)", 0x0001_2027)]
    [InlineData("fadd.s ft0, ft0, ft0, rne", 0x0000_0053)]
    [InlineData("fmv.x.w a0, ft0", 0xe000_0553)]
    [InlineData("csrr a0, fcsr", 0x0030_2573)]
    [InlineData("csrw fflags, a0", 0x0015_1073)]
    [InlineData("csrr a0, frm", 0x0020_2573)]
    public void Floating_point_with_FS_off_is_illegal(string instruction, uint word) =>
        AssertTrap(Trapped($"li t0, 0x6000\ncsrc mstatus, t0\nat: {instruction}"), TrapCause.IllegalInstruction, word);

    [Theory]
    [InlineData("lh a0, 1(t0)", TrapCause.LoadMisaligned, 1)]
    [InlineData("lhu a0, 3(t0)", TrapCause.LoadMisaligned, 3)]
    [InlineData("lw a0, 2(t0)", TrapCause.LoadMisaligned, 2)]
    [InlineData("flw fa0, 1(t0)", TrapCause.LoadMisaligned, 1)]
    [InlineData("sh a0, 1(t0)", TrapCause.StoreMisaligned, 1)]
    [InlineData("sw a0, 3(t0)", TrapCause.StoreMisaligned, 3)]
    [InlineData("fsw fa0, 2(t0)", TrapCause.StoreMisaligned, 2)]
    public void Misaligned_accesses_trap_where_they_are_not_emulated(string instruction, TrapCause cause, uint offset)
    {
        var machine = Trapped($"la t0, at\nli a0, -1\nat: {instruction}", emulateMisaligned: false);
        AssertTrap(machine, cause, machine.Symbol("at") + offset);
        Assert.Equal(0u, Trapped($"la t0, data\nat: {instruction}\n.data\ndata: .zero 8\n.text", emulateMisaligned: true)["s0"]);
    }

    [Theory]
    [InlineData("lw a0, 0(t0)", TrapCause.LoadAccess, 0)]
    [InlineData("lb a0, 5(t0)", TrapCause.LoadAccess, 5)]
    [InlineData("sb a0, 7(t0)", TrapCause.StoreAccess, 7)]
    [InlineData("fsw fa0, 8(t0)", TrapCause.StoreAccess, 8)]
    public void Accesses_to_nothing_are_access_faults(string instruction, TrapCause cause, uint offset) =>
        AssertTrap(Trapped($"li t0, 0x01000000\nat: {instruction}"), cause, 0x0100_0000 + offset);

    [Fact]
    public void A_misaligned_access_to_nothing_is_first_of_all_misaligned() =>
        AssertTrap(Trapped("li t0, 0x01000000\nat: lw a0, 2(t0)", emulateMisaligned: false), TrapCause.LoadMisaligned, 0x0100_0002);

    /// <summary>Memory ends at 0x84000000 and begins at 0x80000000; mtval is the part of the access that faults.</summary>
    [Theory]
    [InlineData("lw a0, -1(t0)", TrapCause.LoadAccess, 0x8400_0000)]
    [InlineData("lw a0, -2(t0)", TrapCause.LoadAccess, 0x8400_0000)]
    [InlineData("lh a0, -1(t0)", TrapCause.LoadAccess, 0x8400_0000)]
    [InlineData("lhu a0, -1(t0)", TrapCause.LoadAccess, 0x8400_0000)]
    [InlineData("flw fa0, -3(t0)", TrapCause.LoadAccess, 0x8400_0000)]
    [InlineData("sw a0, -3(t0)", TrapCause.StoreAccess, 0x8400_0000)]
    [InlineData("sh a0, -1(t0)", TrapCause.StoreAccess, 0x8400_0000)]
    [InlineData("fsw fa0, -2(t0)", TrapCause.StoreAccess, 0x8400_0000)]
    [InlineData("lw a0, 1(t0)", TrapCause.LoadAccess, 0x8400_0001)]
    [InlineData("lw a0, -2(t1)", TrapCause.LoadAccess, 0x7fff_fffe)]
    [InlineData("sh a0, -1(t1)", TrapCause.StoreAccess, 0x7fff_ffff)]
    public void A_misaligned_access_over_the_end_of_memory_names_the_part_that_faults(string instruction, TrapCause cause, uint part)
    {
        var code = $"li t0, 0x84000000\nli t1, 0x80000000\nli a0, -1\nsw zero, -4(t0)\nat: {instruction}";
        foreach (var profile in TimingProfile.All)
        {
            var machine = TestMachine.Assemble(Handled(code), options: TestMachine.Options with { EmulateMisaligned = true, Timing = profile }).Finish();
            AssertTrap(machine, cause, part);
            Assert.Equal((0xffff_ffffu, 0u), (machine["a0"], machine.Hart.Space.Peek(0x83ff_fffc, 4, 0, out var last) ? last : 1)); // nothing loaded, nothing stored
        }
    }

    [Fact]
    public void A_misaligned_access_from_memory_into_a_device_faults_at_the_device()
    {
        var platform = TestMachine.OneHart with { Memories = [.. TestMachine.OneHart.Memories, new MemoryDescription { Name = "low", Base = 0x01ff_0000, Size = 0x1_0000 }] };
        AssertTrap(Trapped("li t0, 0x02000000\nat: lw a0, -2(t0)", platform, emulateMisaligned: true), TrapCause.LoadAccess, 0x0200_0000);
        AssertTrap(Trapped("li t0, 0x02000000\nat: sw a0, -1(t0)", platform, emulateMisaligned: true), TrapCause.StoreAccess, 0x0200_0000);
        AssertTrap(Trapped("li t0, 0x02000000\nat: lw a0, 2(t0)", platform, emulateMisaligned: true), TrapCause.LoadMisaligned, 0x0200_0002);
    }

    [Theory]
    [InlineData(Contention.None)]
    [InlineData(Contention.Exact)]
    public void A_misaligned_access_from_one_memory_into_the_next_succeeds(Contention contention)
    {
        var platform = TestMachine.OneHart with
        {
            Memories = [.. TestMachine.OneHart.Memories.Where(m => m.Base >= 0x8000_0000), .. Beside(0x1000_0000, banks: 32), .. Beside(0x2000_0000, banks: 0)],
        };
        foreach (var profile in TimingProfile.All)
        {
            foreach (var border in new[] { 0x1000_1000u, 0x2000_1000u })
            {
                var machine = TestMachine.Assemble(
                    $"li t0, 0x{border:x}\nli a0, 0x44332211\nsw a0, -1(t0)\nlw a1, -1(t0)\nlbu a2, -1(t0)\nlw a3, 0(t0)\nsh a0, -1(t0)\nlhu a4, -1(t0)\nflw fa0, -1(t0)\nfmv.x.w a5, fa0",
                    platform,
                    TestMachine.Options with { EmulateMisaligned = true, Timing = profile, Contention = contention }).Finish();
                Assert.Equal((0x4433_2211u, 0x11u, 0x0044_3322u, 0x2211u), (machine["a1"], machine["a2"], machine["a3"], machine["a4"]));
                Assert.Equal(0x4433_2211u, machine["a5"]);
            }
        }

        static IEnumerable<MemoryDescription> Beside(uint address, int banks) =>
        [
            new() { Name = $"first{banks}", Base = address, Size = 0x1000, Banks = banks },
            new() { Name = $"second{banks}", Base = address + 0x1000, Size = 0x1000 },
        ];
    }

    [Fact]
    public void A_load_that_traps_leaves_its_register() =>
        Assert.Equal(77u, Trapped("li a0, 77\nli t0, 0x01000000\nat: lw a0, 0(t0)")["a0"]);

    [Theory]
    [InlineData("jal a0, at + 6", 6)]
    [InlineData("jalr a0, 2(t1)", 2)]
    [InlineData("jalr a0, 3(t1)", 2)]
    [InlineData("beq x0, x0, at + 10", 10)]
    [InlineData("bne t1, x0, at - 2", -2)]
    public void Misaligned_targets_trap_at_the_jump(string instruction, int offset)
    {
        var machine = Trapped($"la t1, at\nli a0, 5\n.option norelax\nat: {instruction}");
        AssertTrap(machine, TrapCause.InstructionMisaligned, machine.Symbol("at") + (uint)offset);
        Assert.Equal(5u, machine["a0"]);
    }

    [Fact]
    public void A_branch_not_taken_has_no_target_to_be_misaligned() =>
        Assert.Equal(0u, Trapped("li t1, 1\nat: beq t1, x0, at + 6")["s0"]);

    [Fact]
    public void With_compressed_instructions_halfword_targets_are_aligned() =>
        Assert.Equal((0u, 0u), (Trapped(".option norvc\nat: jal a0, at + 6\n.option rvc\nc.nop\nc.nop", WithC) is var m ? m["s0"] : 9, m["s0"]));

    [Fact]
    public void A_jump_to_nothing_is_an_access_fault_of_its_target()
    {
        var machine = Trapped("li t1, 0x01000000\njalr a0, 4(t1)\nat:");
        Assert.Equal((1u, 1u, 0x0100_0004u, 0x0100_0004u, machine.Symbol("at")), (machine["s0"], machine["s1"], machine["s2"], machine["s3"], machine["a0"]));
    }

    [Fact]
    public void An_instruction_that_memory_ends_within_faults_at_its_second_half()
    {
        var machine = Trapped("li t1, 0x83fffffe\nli t2, 0x13\nsh t2, 0(t1)\njr t1", WithC);
        Assert.Equal((1u, 0x83ff_fffeu, 0x8400_0000u), (machine["s1"], machine["s2"], machine["s3"]));
    }

    [Fact]
    public void Ebreak_is_a_breakpoint_at_its_own_address()
    {
        var machine = Trapped("at: ebreak");
        AssertTrap(machine, TrapCause.Breakpoint, machine.Symbol("at"));
        machine = Trapped("at: c.ebreak", WithC);
        AssertTrap(machine, TrapCause.Breakpoint, machine.Symbol("at"));
    }

    [Fact]
    public void Ecall_names_the_privilege_it_came_from()
    {
        AssertTrap(Trapped("at: ecall"), TrapCause.EnvironmentCallFromMachine, 0);
        var machine = Trapped("la t0, at\ncsrw mepc, t0\nli t0, 0x1800\ncsrc mstatus, t0\nmret\nat: ecall", WithUser);
        Assert.Equal((8u, machine.Symbol("at"), 0u), (machine["s1"], machine["s2"], machine["s3"]));
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x0004)]
    [InlineData(0x2000)]
    [InlineData(0x8000)]
    [InlineData(0x4002)]
    [InlineData(0x6001)]
    [InlineData(0x6101)]
    [InlineData(0x8002)]
    [InlineData(0x9001)]
    [InlineData(0x9c01)]
    [InlineData(0x1002)]
    [InlineData(0x2002)]
    public void Reserved_compressed_encodings_are_illegal_and_mtval_is_the_halfword(uint word) =>
        AssertTrap(Trapped($"at: .half 0x{word:x4}\nc.nop", WithC), TrapCause.IllegalInstruction, word);

    [Fact]
    public void Compressed_instructions_are_illegal_where_C_is_off() =>
        AssertTrap(Trapped("at: .half 0x0001\n.half 0xffff"), TrapCause.IllegalInstruction, 1);

    [Theory]
    [InlineData("lr.w a0, (t0)", TrapCause.LoadMisaligned)]
    [InlineData("sc.w a0, a1, (t0)", TrapCause.StoreMisaligned)]
    [InlineData("amoadd.w a0, a1, (t0)", TrapCause.StoreMisaligned)]
    public void Misaligned_atomics_trap_even_where_accesses_are_emulated(string instruction, TrapCause cause)
    {
        var machine = Trapped($"la t0, at + 2\nat: {instruction}", WithA, emulateMisaligned: true);
        AssertTrap(machine, cause, machine.Symbol("at") + 2);
    }

    [Theory]
    [InlineData("lr.w a0, (t0)", TrapCause.LoadAccess)]
    [InlineData("sc.w a0, a1, (t0)", TrapCause.StoreAccess)]
    [InlineData("amoswap.w a0, a1, (t0)", TrapCause.StoreAccess)]
    public void Atomics_need_memory(string instruction, TrapCause cause) =>
        AssertTrap(Trapped($"li t0, 0x40000000\nat: {instruction}", WithA), cause, 0x4000_0000);

    [Fact]
    public void A_store_conditional_needs_the_reservation_of_its_word()
    {
        var machine = Trapped(
            """
                la t0, word
                sc.w a0, t0, (t0)       # none
                lr.w t1, (t0)
                sc.w a1, t0, (t0)       # held
                sc.w a2, t0, (t0)       # used up
                lr.w t1, (t0)
                addi t2, t0, 4
                sc.w a3, t0, (t2)       # of another word
                sc.w a4, t0, (t0)       # lost with the failure
                .data
            word: .word 5, 6
                .text
            """,
            WithA);
        Assert.Equal((0u, 1u, 0u, 1u, 1u, 1u), (machine["s0"], machine["a0"], machine["a1"], machine["a2"], machine["a3"], machine["a4"]));
        Assert.Equal((machine.Symbol("word"), 6u), (machine.Word("word"), machine.Word("word", 1)));
    }

    [Fact]
    public void A_hart_whose_handler_cannot_be_fetched_is_stuck_and_says_what_it_ran_into()
    {
        var machine = TestMachine.Assemble("at: .word 0xffffffff");
        Assert.Equal(new RunResult(ExitReason.TrapLoop, 0, 0), machine.Run());
        Assert.Equal(new TrapRecord(machine.Symbol("at"), 2, 0xffff_ffff), machine.Hart.LastTrap);
    }

    [Fact]
    public void A_handler_whose_first_instruction_traps_for_ever_is_stuck()
    {
        var machine = TestMachine.Assemble("la t0, handler\ncsrw mtvec, t0\necall\n.balign 4\nhandler: .word 0xffffffff");
        Assert.Equal(ExitReason.TrapLoop, machine.Run().Reason);
        Assert.Equal(11u, machine.Hart.LastTrap.Cause);
    }

    [Fact]
    public void A_handler_whose_first_instruction_traps_once_is_not_stuck()
    {
        // The trigger fires as the program runs into the handler; the trap turns interrupts off, and the trigger with them.
        var machine = TestMachine.Assemble(
            """
                la t0, handler
                csrw mtvec, t0
                csrw tdata2, t0
                li t1, 0x60000044
                csrw tdata1, t1
                csrsi mstatus, 8
                .balign 4
            handler:
                csrr s0, mcause
                csrr s1, mepc
            """).Finish();
        Assert.Equal((3u, machine.Symbol("handler")), (machine["s0"], machine["s1"]));
    }
}
