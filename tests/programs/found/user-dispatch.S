# An interpreter's dispatch: one indirect jump to eight handlers, four of them rare. The translator learns the targets one
# after the other and translates the region again while it runs in it; once it went on in the region that it had dropped.
    .data
    .balign 8
results:
    .zero 32
results_end:
    .text
begin:
    la s0, handlers
    la s1, results
    li s2, 0x2545f491
    li s3, 20000
turn:
    # xorshift32: Marsaglia, "Xorshift RNGs", 2003.
    slli t0, s2, 13
    xor s2, s2, t0
    srli t0, s2, 17
    xor s2, s2, t0
    slli t0, s2, 5
    xor s2, s2, t0
    andi t0, s2, 12
    andi t1, s2, 0x7e0
    bnez t1, 1f
    andi t0, s2, 28
1:  add t1, t0, s0
    lw t1, 0(t1)
    add t0, t0, s1
    lw t2, 0(t0)
    jr t1
add_one:
    addi t2, t2, 1
    j store
double:
    slli t2, t2, 1
    j store
invert:
    not t2, t2
    j store
mix:
    xor t2, t2, s2
    j store
subtract:
    sub t2, t2, s3
    j store
multiply:
    mul t2, t2, s2
    j store
divide:
    divu t2, t2, s3
    j store
rotate:
    srli t3, t2, 7
    slli t2, t2, 25
    or t2, t2, t3
store:
    sw t2, 0(t0)
    addi s3, s3, -1
    bnez s3, turn
    la t0, finish
    jr t0
    .data
    .balign 4
handlers:
    .word add_one, double, invert, mix, subtract, multiply, divide, rotate
