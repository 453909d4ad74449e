# Floating point that a handler switches on: each instruction with it traps first, then runs, in a loop that is hot. The
# mode of the translated code changes under it, and mepc leads back into the middle of a region.
    .data
    .balign 8
results:
    .zero 16
results_end:
    .text
    .balign 4
switch_on:
    csrr t5, mcause
    addi t5, t5, -2
    bnez t5, 1f
    li t5, 0x6000
    csrs mstatus, t5
    addi s3, s3, 1
    mret
1:  csrr t5, mepc
    addi t5, t5, 4
    csrw mepc, t5
    addi s4, s4, 1
    mret
begin:
    la t0, switch_on
    csrw mtvec, t0
    li s0, 400
    li s1, 0x6000
    li s2, 0x40490fdb
    li s3, 0
    li s4, 0
    csrs mstatus, s1
    fmv.w.x f1, s2
    fcvt.s.w f2, zero
turn:
    andi t0, s0, 7
    bnez t0, 1f
    csrc mstatus, s1
1:  fadd.s f2, f2, f1
    andi t0, s0, 31
    bnez t0, 2f
    ecall
2:  fmul.s f3, f2, f1, rtz
    addi s0, s0, -1
    bnez s0, turn
    la t0, results
    fsw f2, 0(t0)
    fsw f3, 4(t0)
    sw s3, 8(t0)
    sw s4, 12(t0)
    la t0, finish
    jr t0
