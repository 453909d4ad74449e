# A stack of 4 KiB for each hart, then main on all of them.
    .section .text.init, "ax"
    .globl _start
_start:
    la   sp, stacks
    csrr t0, mhartid
    addi t0, t0, 1
    slli t0, t0, 12
    add  sp, sp, t0
    call main
1:  j    1b

    .section .tohost, "aw"
    .balign 64
    .globl tohost
tohost:
    .dword 0

    .bss
    .balign 16
stacks:
    .space 8 * 4096
