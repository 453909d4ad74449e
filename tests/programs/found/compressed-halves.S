# Instructions of four bytes on odd halfwords, entered at both of their ends: a jump into the second half of an instruction
# runs another one, and both are translated. The second half of lui a2, 0x45050 is c.li a0, 1.
    .data
    .balign 8
results:
    .zero 8
results_end:
    .text
begin:
    li s0, 500
    li s1, 0
    li s2, 0
    .option push
    .option norvc
turn:
    li a0, 0
    andi t0, s0, 1
    la t1, whole
    add t1, t1, t0
    add t1, t1, t0
    jr t1
    .balign 4
whole:
    .word 0x45050637
    .option pop
    add s1, s1, a0
    srli a2, a2, 12
    add s2, s2, a2
    addi s0, s0, -1
    bnez s0, turn
    la t0, results
    sw s1, 0(t0)
    sw s2, 4(t0)
    la t0, finish
    jr t0
