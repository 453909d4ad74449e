// One tile, programmed and asked for two products by one hart, with the mistakes that the tile-aware stops are for.
// The input saturates the converter on the way: a column of 64 equal weights, with noise management out of the way.
#include "ahwa.h"

#define LINES 64
#define X 0x10001000u
#define Y 0x10002000u
#define W 0x81000000u

volatile unsigned result;

// Queues a product in the context that was acquired.
static uint32_t multiply(uint32_t tag)
{
    ahwa_tile_write(0, AHWA_TILE_SRC_OFFSET, X);
    ahwa_tile_write(0, AHWA_TILE_DST_OFFSET, Y);
    ahwa_tile_write(0, AHWA_TILE_VECTORS_OFFSET, 1);
    ahwa_tile_write(0, AHWA_TILE_ROWS_OFFSET, LINES);
    ahwa_tile_write(0, AHWA_TILE_COLUMNS_OFFSET, 1);
    ahwa_tile_write(0, AHWA_TILE_TAG_OFFSET, tag);
    return ahwa_tile_trigger(0);
}

static void start_programming(void)
{
    ahwa_tile_write(0, AHWA_TILE_PROGRAM_WEIGHTS_OFFSET, W);
    ahwa_tile_write(0, AHWA_TILE_PROGRAM_STRIDE_OFFSET, 4 * LINES);
    ahwa_tile_write(0, AHWA_TILE_PROGRAM_ROWS_OFFSET, LINES << AHWA_TILE_PROGRAM_ROWS_COUNT_SHIFT);
    ahwa_tile_write(0, AHWA_TILE_PROGRAM_COLUMNS_OFFSET, 1 << AHWA_TILE_PROGRAM_COLUMNS_COUNT_SHIFT);
    ahwa_tile_write(0, AHWA_TILE_PROGRAM_START_OFFSET, 1);
}

int main(void)
{
    extern volatile unsigned tohost;
#ifdef HART
    unsigned id;
    __asm__ volatile("csrr %0, mhartid" : "=r"(id));
    if (id != HART) ahwa_barrier();
#endif
    for (unsigned i = 0; i < LINES; i++) {
        ((volatile float *)W)[i] = 1.0f;
        ((volatile float *)X)[i] = 1.0f;
    }
    ahwa_tile_acquire(0);
    start_programming();
    const uint32_t early = multiply(0x11); // planted: the tile is being programmed
    ahwa_tile_wait_idle(0);
    ahwa_write(AHWA_TILE_BASE + AHWA_TILE_SOFT_CLEAR_OFFSET, 1);
    ahwa_tile_acquire(0);
    const uint32_t job = multiply(0x22);
    *(volatile float *)(X + 4 * (LINES - 1)) = 3.0f; // planted: the tile has not read it yet
    ahwa_tile_wait_job(0, job);
    result = early + *(volatile unsigned *)(Y + 64); // planted: nobody has written there
    tohost = 1;
    for (;;) ahwa_barrier();
}
