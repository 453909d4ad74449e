namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Programs to profile, as assembly text; they end by tohost.</summary>
internal static class Programs
{
    /// <summary>Four harts that stall in every way there is: arithmetic, banks, traps, sleep, barrier, DMA and tile.</summary>
    public const string Everything = """
            la   t0, trap
            csrw mtvec, t0
            csrr s0, mhartid
            la   sp, stacks
            slli t0, s0, 8
            add  sp, sp, t0
            call arithmetic
            call banks
            ecall
            call barrier
            bnez s0, out
            call sleep
            call dma
            call tile
        out:
            call barrier
            bnez s0, .
            j    done

        .type arithmetic, @function
        arithmetic:
            li   t0, 97
            li   t1, 7
            div  t2, t0, t1
            mulh t3, t2, t0
            fcvt.s.w fa0, t0
            fcvt.s.w fa1, t1
            fdiv.s fa2, fa0, fa1
            fadd.s fa3, fa2, fa2
            fmul.s fa4, fa3, fa3
            csrr t4, mcycle
            la   t5, word
            lw   t6, 0(t5)
            addi t6, t6, 1
            sw   t6, 0(t5)
            ret
        .size arithmetic, .-arithmetic

        .type banks, @function
        banks:
            li   t0, 0x10000000
            li   t1, 16
        1:  lw   t2, 0(t0)
            lw   t3, 128(t0)
            sw   t2, 256(t0)
            addi t1, t1, -1
            bnez t1, 1b
            ret
        .size banks, .-banks

        .type barrier, @function
        barrier:
            li   t0, 0x10200000
            lw   t1, 0(t0)
            ret
        .size barrier, .-barrier

        .type sleep, @function
        sleep:
            li   t0, 0x0200bff8
            lw   t1, 0(t0)
            addi t1, t1, 300
            li   t0, 0x02004000
            li   t2, -1
            sw   t2, 4(t0)
            sw   t1, 0(t0)
            sw   zero, 4(t0)
            li   t0, 0x80
            csrw mie, t0
            wfi
            csrw mie, zero
            ret
        .size sleep, .-sleep

        .type dma, @function
        dma:
            li   t0, 0x10210000
            la   t1, word
            sw   t1, 0(t0)
            li   t1, 0x10000000
            sw   t1, 4(t0)
            li   t1, 64
            sw   t1, 8(t0)
            lw   t1, 0x18(t0)
            lw   t1, 0x24(t0)
            ret
        .size dma, .-dma

        # Programs a region of the tile with zeros.
        .type tile, @function
        tile:
            li   t0, 0x30000000
            la   t1, word
            sw   t1, 0xb0(t0)
            li   t1, 16
            sw   t1, 0xb4(t0)
            li   t1, 4
            sw   t1, 0xb8(t0)
            sw   t1, 0xbc(t0)
            sw   t1, 0xc0(t0)
            lw   t1, 0x30(t0)
            ret
        .size tile, .-tile

        .balign 4
        .type trap, @function
        trap:
            csrr t0, mepc
            addi t0, t0, 4
            csrw mepc, t0
            mret
        .size trap, .-trap

            .data
            .balign 64
        word: .zero 256
        stacks: .zero 1280
            .text

        """;

    /// <summary>tests/programs/profiling/dot.c, with line information.</summary>
    public static string Dot { get; } = Compile("dot.c");

    private static string Compile(string source)
    {
        var folder = Path.Combine(Toolchain.Root, "tests", "programs");
        var elf = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "profiling")).FullName, source + ".elf");
        Toolchain.Run(
            "riscv64-unknown-elf-gcc",
            $"-march={Toolchain.Base} -mabi=ilp32f -mcmodel=medany -O1 -g -ffreestanding -nostdlib -Wl,--no-warn-rwx-segments -T {folder}/isa/link.ld -o {elf} {folder}/profiling/{source}");
        return elf;
    }
}
