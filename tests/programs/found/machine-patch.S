# A hot loop whose own store writes one of its instructions back as it was, and changes another now and then: what is
# decoded and translated has to follow, and what has not changed must not be lost.
    .data
    .balign 8
results:
    .zero 16
results_end:
    .text
begin:
    la s0, same
    la s1, other
    la s2, results
    lw s3, 0(s0)
    lw s4, 0(s1)
    li s5, 600
    li s6, 0
    li s7, 0
turn:
    sw s3, 0(s0)
    fence.i
same:
    addi s6, s6, 3
    andi t0, s5, 63
    bnez t0, other
    # Another immediate: addi s7, s7, 5 becomes addi s7, s7, 6, 7, ...
    lui t1, 0x100
    add s4, s4, t1
    sw s4, 0(s1)
    fence.i
other:
    addi s7, s7, 5
    addi s5, s5, -1
    bnez s5, turn
    sw s6, 0(s2)
    sw s7, 4(s2)
    lw t0, 0(s0)
    sw t0, 8(s2)
    lw t0, 0(s1)
    sw t0, 12(s2)
    la t0, finish
    jr t0
