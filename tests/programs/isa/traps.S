# Trap handler of random machine-mode programs: counts traps and logs the last sixteen around gp, then goes on behind
# the instruction, or behind the call (link in x5) where the fetch itself trapped. TRAP_COUNT and TRAP_LOG are offsets.
    .balign 4
handler:
    lw x30, TRAP_COUNT(gp)
    addi x30, x30, 1
    sw x30, TRAP_COUNT(gp)
    andi x30, x30, 15
    slli x30, x30, 4
    add x30, x30, gp
    csrr x31, mtval
    sw x31, TRAP_LOG+8(x30)
    csrr x31, mstatus
    andi x31, x31, 0x88
    sw x31, TRAP_LOG+12(x30)
    csrr x31, mepc
    sw x31, TRAP_LOG+4(x30)
    addi x31, x31, 4
    csrw mepc, x31
    csrr x31, mcause
    sw x31, TRAP_LOG(x30)
    addi x31, x31, -1
    bnez x31, 1f
    csrw mepc, x5
1:  addi x31, x31, -2
    bnez x31, 2f
    # Breakpoint: emulators differ in mtval.
    sw zero, TRAP_LOG+8(x30)
    csrw mtval, zero
2:  mret
