// Words that two harts, or a hart and the DMA, use with something between; PLANTED takes one of these away.
#define WORD(address) (*(volatile unsigned *)(address))
#define TCDM 0x10000000
#define CLUSTER 0x10200000
#define DMA 0x10210000
#define RAM 0x81000000

extern volatile unsigned tohost;

#ifndef PLANTED
#define PLANTED 0
#endif

static unsigned hart(void)
{
    unsigned id;
    __asm__ volatile("csrr %0, mhartid" : "=r"(id));
    return id;
}

#ifdef CSR_BARRIER
static void barrier(void) { __asm__ volatile("csrr x0, 0x7c2" ::: "memory"); }
#else
static void barrier(void) { (void)WORD(CLUSTER); }
#endif

static void locked_increment(void)
{
    (void)WORD(CLUSTER + 0x100);
    WORD(TCDM + 4)++;
    WORD(CLUSTER + 0x100) = 0;
}

static void copy_and_sum(void)
{
    WORD(DMA + 0x00) = RAM;
    WORD(DMA + 0x04) = TCDM + 64;
    WORD(DMA + 0x08) = 64;
    (void)WORD(DMA + DMA_LAUNCH);
    if (PLANTED != 3) (void)WORD(DMA + DMA_WAIT);
    WORD(TCDM + 8) = WORD(TCDM + 100);
}

int main(void)
{
    unsigned id = hart();
    if (id == 0) WORD(TCDM) = 1;
    if (PLANTED != 1) barrier();
    if (id == 1) WORD(TCDM + 12) = WORD(TCDM);
    if (PLANTED == 2 && id == 1) WORD(TCDM + 4)++;
    else locked_increment();
    if (id == 0) copy_and_sum();
    if (id == 0) {
        WORD(TCDM + 16) = 5;
        WORD(CLUSTER + 8) = 2; // the event of hart 1
    } else {
        (void)WORD(CLUSTER + 16);
        WORD(TCDM + 16)++;
    }
    barrier();
    if (id == 0) tohost = 1;
    for (;;) barrier();
}
