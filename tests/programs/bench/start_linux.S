# Start-up as a Linux user-mode process, for qemu-riscv32: the same main, its result as the exit status.
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    li      a0, 0
    call    main
    li      a7, 93                  # exit
    ecall
