/**
 * @file
 * The matrix engine RedMulE: products of FP16 matrices, Z = X W + Y, on registers of runtime/ahwa_registers.h.
 *
 * v2.0.4 runs one job at a time, with a clear before each (docs/redmule.md). So a job is prepared while the engine is idle, which
 * takes as long as its size computation, and started when its operands are there:
 *
 *     redmule_prepare(&job);   clear, then write the registers
 *     ...                      wait for the operands
 *     redmule_start();
 *     ...                      nothing may write to the engine now
 *     redmule_wait();
 */
#ifndef AHWA_REDMULE_H
#define AHWA_REDMULE_H

#include "ahwa.h"

/** Z [m][k] = X [m][n] W [n][k] + Y. Matrices are dense, row by row, FP16; Z lies where Y was. */
struct redmule_job {
    uint32_t x, w, z;  /**< byte addresses */
    uint32_t m, n, k;  /**< sizes, 1 to 65535 */
};

static inline void redmule_write(uint32_t offset, uint32_t value)
{
    ahwa_write(AHWA_REDMULE_BASE + offset, value);
}

/** Clears the engine and writes the job's registers; the last write starts the size computation. */
static inline __attribute__((always_inline)) void redmule_prepare(const struct redmule_job *job)
{
    redmule_write(AHWA_REDMULE_SOFT_CLEAR_OFFSET, 0);
    const uint32_t x = job->x, w = job->w, z = job->z;
    const uint32_t mcfig0 = job->k << AHWA_REDMULE_MCFIG0_K_SHIFT | job->m, mcfig1 = job->n;
    for (uint32_t i = 0; i < AHWA_REDMULE_CLEAR_WAIT; i++) __asm__ volatile("nop");
    while ((int32_t)ahwa_read(AHWA_REDMULE_BASE + AHWA_REDMULE_ACQUIRE_OFFSET) < 0) {
    }
    redmule_write(AHWA_REDMULE_X_ADDR_OFFSET, x);
    redmule_write(AHWA_REDMULE_W_ADDR_OFFSET, w);
    redmule_write(AHWA_REDMULE_Z_ADDR_OFFSET, z);
    redmule_write(AHWA_REDMULE_MCFIG0_OFFSET, mcfig0);
    redmule_write(AHWA_REDMULE_MCFIG1_OFFSET, mcfig1);
    redmule_write(AHWA_REDMULE_MACFG_OFFSET, AHWA_REDMULE_OP_GEMM << AHWA_REDMULE_MACFG_OP_SHIFT | AHWA_REDMULE_FORMAT_FP16 << AHWA_REDMULE_MACFG_FORMAT_SHIFT);
}

/** Starts the prepared job. Stores before it are seen by the engine. */
static inline void redmule_start(void)
{
    ahwa_fence();
    redmule_write(AHWA_REDMULE_TRIGGER_OFFSET, 0);
}

/** Waits for the end of the job that this hart has started. */
static inline void redmule_wait(void)
{
    ahwa_wait_event();
}

#endif
