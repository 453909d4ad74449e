/*
 * Start-up of every hart, as a list of steps. A step may use t0 to t6, and leaves the hart's number in s0.
 */
#include "ahwa_exit.h"
#include "ahwa_registers.h"

#define MSTATUS_FS_INITIAL 0x2000

    .option norelax

    .section .text.start, "ax"
    .globl _start
_start:
    j       set_trap_vector

    /* This comes early, so that any fault below is reported. */
set_trap_vector:
    la      t0, trap_entry
    csrw    mtvec, t0

identify_hart:
    csrr    s0, mhartid
    la      t0, __max_harts
    bgeu    s0, t0, park            /* there is no stack for more */

enable_floating_point:
    li      t0, MSTATUS_FS_INITIAL
    csrs    mstatus, t0
    csrw    fcsr, zero              /* round to nearest even, no flags */

    /* Hart h has the h-th stack from the bottom, above its guard; sp starts at its end. */
set_stack:
    la      gp, __global_pointer$
    li      tp, 0
    la      t0, __stack_stride
    addi    t1, s0, 1
    mul     t0, t0, t1
    la      sp, __stacks_start
    add     sp, sp, t0

    /* Only hart 0; the others wait in the next step. */
clear_bss:
    bnez    s0, meet
    la      t0, __bss_start
    la      t1, __bss_end
1:  bgeu    t0, t1, meet
    sw      zero, 0(t0)
    addi    t0, t0, 4
    j       1b

meet:
    call    barrier

run_main:
    call    main
    mv      s1, a0

    /* When all harts have returned, hart 0's value ends the run. */
end_run:
    call    barrier
    bnez    s0, park
    mv      a0, s1
    call    ahwa_exit

park:
    wfi
    j       park

    /* This load is granted when every hart has requested it. */
barrier:
    fence
    li      t0, AHWA_CLUSTER_BASE
    lw      zero, AHWA_CLUSTER_BARRIER_OFFSET(t0)
    ret

    /* Traps are not expected: report them, on the hart's stack, whose old contents no longer matter. */
    .align 2
trap_entry:
    csrr    s0, mhartid
    la      t0, __stack_stride
    addi    t1, s0, 1
    mul     t0, t0, t1
    la      sp, __stacks_start
    add     sp, sp, t0
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    ahwa_trap
    j       park

    /* HTIF mailboxes; the emulator finds them by name. */
    .section .htif, "aw", @progbits
    .balign 64
    .globl tohost
tohost:
    .dword 0
    .size tohost, 8
    .balign 64
    .globl fromhost
fromhost:
    .dword 0
    .size fromhost, 8
