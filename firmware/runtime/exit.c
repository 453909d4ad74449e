#include "ahwa.h"

/* HTIF mailbox, in start.S: a value (code << 1) | 1 ends the run. */
extern volatile uint32_t tohost[2];

#define INTERRUPT_BIT 0x80000000u
#define CONSOLE_MUTEX 0

void ahwa_exit(uint32_t code)
{
    ahwa_fence();
    tohost[0] = code << 1 | 1;
    tohost[1] = 0;
    for (;;) __asm__ volatile("wfi");
}

void ahwa_trap(uint32_t mcause, uint32_t mepc, uint32_t mtval)
{
    /* The first hart to trap reports; if it traps again while reporting, it must not wait for itself. */
    if (ahwa_mutex_try(CONSOLE_MUTEX)) {
        ahwa_puts("hart ");
        ahwa_put_dec(ahwa_hart());
        ahwa_puts(": trap, mcause ");
        ahwa_put_hex(mcause);
        ahwa_puts(", mepc ");
        ahwa_put_hex(mepc);
        ahwa_puts(", mtval ");
        ahwa_put_hex(mtval);
        ahwa_putc('\n');
    }
    ahwa_exit((mcause & INTERRUPT_BIT ? AHWA_EXIT_INTERRUPT : AHWA_EXIT_TRAP) + (mcause & 31));
}
