# Start-up on the emulated machine, any number of harts: stack, floating point on, trap handler that ends the run.
# main(hart) runs on every hart; hart 0 ends the run with its result once all are through.
    .section .text.start, "ax"
    .globl _start
_start:
    la      t0, trapped
    csrw    mtvec, t0
    li      t0, 0x2000              # mstatus.FS = Initial
    csrs    mstatus, t0
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    csrr    a0, mhartid
    la      sp, __stack_top
    slli    t0, a0, 16              # 64 KiB of stack a hart
    sub     sp, sp, t0
    call    main
    csrr    t0, mhartid
    bnez    t0, sleep
exit:
    slli    a0, a0, 1
    ori     a0, a0, 1
    la      t0, tohost
    sw      a0, 0(t0)
    sw      zero, 4(t0)
sleep:
    j       sleep
trapped:
    li      a0, 99
    j       exit

    .section .tohost, "aw"
    .align  6
    .globl  tohost
tohost: .dword 0
    .align  6
    .globl  fromhost
fromhost: .dword 0
