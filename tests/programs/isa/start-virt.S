# Start and end of random programs on QEMU's board "virt": results through the UART, then the test device ends the run.
    .globl _start
_start:
    j begin
finish:
    la s0, results
    la s1, results_end
    li s2, 0x10000000
1:  lbu t0, 5(s2)
    andi t0, t0, 0x20
    beqz t0, 1b
    lbu t0, 0(s0)
    sb t0, 0(s2)
    addi s0, s0, 1
    bltu s0, s1, 1b
    li t0, 0x5555
    li t1, 0x100000
    sw t0, 0(t1)
2:  j 2b
    .balign 256
