/**
 * @file
 * Hardware abstraction layer: harts and cluster, DMA, AIMC tiles, UART, end of the run.
 *
 * Thin inline functions over the registers of ahwa_registers.h, which explains each register. Addresses are those
 * of the default platform. Functions that wait, or take a lock, say so. Nothing here allocates.
 */
#ifndef AHWA_H
#define AHWA_H

#include <stdint.h>

#include "ahwa_exit.h"
#include "ahwa_limits.h"
#include "ahwa_registers.h"

/** Places a variable in TCDM, without contents at the start. */
#define AHWA_TCDM __attribute__((section(".tcdm")))

/* ---- Registers ------------------------------------------------------------------------------------------------- */

static inline uint32_t ahwa_read(uint32_t address)
{
    return *(const volatile uint32_t *)address;
}

static inline void ahwa_write(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/** Reads a 64-bit counter correctly even if it carries between the reads of its words. */
static inline uint64_t ahwa_read64(uint32_t address)
{
    uint32_t high = ahwa_read(address + 4), low, before;
    do {
        before = high;
        low = ahwa_read(address);
        high = ahwa_read(address + 4);
    } while (high != before);
    return (uint64_t)high << 32 | low;
}

#define AHWA_FIELD(register_field, value) (((value) & register_field##_MASK) >> register_field##_SHIFT)

/* ---- Harts and counters ---------------------------------------------------------------------------------------- */

#define AHWA_CSR_READ(name)                                     \
    __extension__({                                             \
        uint32_t ahwa_value_;                                   \
        __asm__ volatile("csrr %0, " #name : "=r"(ahwa_value_)); \
        ahwa_value_;                                            \
    })

/** Number of the calling hart; 0 to ahwa_harts() - 1 with one cluster. */
static inline uint32_t ahwa_hart(void)
{
    return AHWA_CSR_READ(mhartid);
}

/** Number of the calling hart's cluster. */
static inline uint32_t ahwa_cluster(void)
{
#if AHWA_CLUSTERS == 1
    return 0;
#else
    return ahwa_hart() / AHWA_HARTS_PER_CLUSTER;
#endif
}

/** Address of a block of registers of the calling hart's cluster: CLUSTER, DMA or TILE. */
#define AHWA_OWN(block) (AHWA_##block##_BASE + ahwa_cluster() * AHWA_##block##_CLUSTER_STRIDE)

/** Number of harts of the cluster. */
static inline uint32_t ahwa_harts(void)
{
    return ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_HARTS_OFFSET);
}

/** Low word of this hart's cycle counter, cycles since reset. */
static inline uint32_t ahwa_mcycle(void)
{
    return AHWA_CSR_READ(mcycle);
}

/** Low word of this hart's count of retired instructions. */
static inline uint32_t ahwa_minstret(void)
{
    return AHWA_CSR_READ(minstret);
}

/** Low word of the cluster's cycle counter, the same for all harts, cycles since reset. */
static inline uint32_t ahwa_cluster_cycle(void)
{
    return ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_CYCLE_OFFSET);
}

/* Markers of a measured region: CSR 0x7C8, without effect on the machine. `id` is a number below 2^31, or the address of
 * a string that names the region (docs/profiling.md); use the same id at its beginning and its end. */
#define AHWA_REGION_BEGIN(id) __asm__ volatile("csrw 0x7c8, %0" : : "r"((uint32_t)(id) | 0x80000000u) : "memory")
#define AHWA_REGION_END(id) __asm__ volatile("csrw 0x7c8, %0" : : "r"((uint32_t)(id) & 0x7fffffffu) : "memory")

/* ---- Cluster: barrier, events, mutexes ------------------------------------------------------------------------- */

/** A hart or device that sees a later store also sees the earlier ones. */
static inline void ahwa_fence(void)
{
    __asm__ volatile("fence" : : : "memory");
}

/** Waits until every hart that has not ended calls it; stores before it are seen by all harts after it. */
static inline void ahwa_barrier(void)
{
    ahwa_fence();
    (void)ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_BARRIER_OFFSET);
    __asm__ volatile("" : : : "memory");
}

/** Raises the event of `hart`, counted within the cluster. */
static inline void ahwa_wake(uint32_t hart)
{
    ahwa_fence();
    ahwa_write(AHWA_OWN(CLUSTER) + (hart < 32 ? AHWA_CLUSTER_WAKE_LO_OFFSET : AHWA_CLUSTER_WAKE_HI_OFFSET), 1u << (hart & 31));
}

/** Waits for this hart's event and clears it. */
static inline void ahwa_wait_event(void)
{
    (void)ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_WAIT_EVENT_OFFSET);
    __asm__ volatile("" : : : "memory");
}

/** Waits for mutex n, below AHWA_CLUSTER_MUTEX_COUNT, and takes it. Mutex 0 is the console's. */
static inline void ahwa_mutex_lock(uint32_t n)
{
    (void)ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_MUTEX_OFFSET + n * AHWA_CLUSTER_MUTEX_STRIDE);
    __asm__ volatile("" : : : "memory");
}

/** Takes mutex n and returns 1, or returns 0 if it is held. */
static inline uint32_t ahwa_mutex_try(uint32_t n)
{
    const uint32_t taken = ahwa_read(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_TRY_MUTEX_OFFSET + n * AHWA_CLUSTER_TRY_MUTEX_STRIDE);
    __asm__ volatile("" : : : "memory");
    return taken;
}

/** Frees mutex n, which this hart holds; the next holder sees the stores before it. */
static inline void ahwa_mutex_unlock(uint32_t n)
{
    ahwa_fence();
    ahwa_write(AHWA_OWN(CLUSTER) + AHWA_CLUSTER_MUTEX_OFFSET + n * AHWA_CLUSTER_MUTEX_STRIDE, 0);
}

/* ---- DMA ------------------------------------------------------------------------------------------------------- */

static inline uint32_t ahwa_dma_read(uint32_t offset)
{
    return ahwa_read(AHWA_OWN(DMA) + offset);
}

static inline void ahwa_dma_write(uint32_t offset, uint32_t value)
{
    ahwa_write(AHWA_OWN(DMA) + offset, value);
}

/**
 * Starts a copy of `rows` rows of `bytes` bytes, strides in bytes; all multiples of 4. Waits while the queue is full.
 * Returns the transfer's id, or 0 if the request was bad: see AHWA_DMA_ERROR_CAUSE_OFFSET.
 */
static inline uint32_t ahwa_dma_copy_2d(uint32_t dst, uint32_t src, uint32_t bytes, uint32_t rows, uint32_t dst_stride, uint32_t src_stride)
{
    uint32_t id;
    ahwa_fence();
    ahwa_dma_write(AHWA_DMA_SRC_OFFSET, src);
    ahwa_dma_write(AHWA_DMA_DST_OFFSET, dst);
    ahwa_dma_write(AHWA_DMA_BYTES_OFFSET, bytes);
    ahwa_dma_write(AHWA_DMA_SRC_STRIDE_OFFSET, src_stride);
    ahwa_dma_write(AHWA_DMA_DST_STRIDE_OFFSET, dst_stride);
    ahwa_dma_write(AHWA_DMA_ROWS_OFFSET, rows);
    do {
        id = ahwa_dma_read(AHWA_DMA_LAUNCH_OFFSET);
    } while (id == AHWA_DMA_QUEUE_FULL);
    return id == AHWA_DMA_BAD_REQUEST ? 0 : id;
}

/** Starts a copy of `bytes` bytes; otherwise as ahwa_dma_copy_2d. */
static inline uint32_t ahwa_dma_copy(uint32_t dst, uint32_t src, uint32_t bytes)
{
    return ahwa_dma_copy_2d(dst, src, bytes, 1, 0, 0);
}

/** 1 if transfer `id` has ended; transfers end in the order of their ids. */
static inline uint32_t ahwa_dma_done(uint32_t id)
{
    return (int32_t)(ahwa_dma_read(AHWA_DMA_COMPLETED_OFFSET) - id) >= 0;
}

/** Waits until this hart's transfers have ended. */
static inline void ahwa_dma_wait(void)
{
    (void)ahwa_dma_read(AHWA_DMA_WAIT_OFFSET);
    __asm__ volatile("" : : : "memory");
}

/* ---- AIMC tiles ------------------------------------------------------------------------------------------------ */

/** One job of a tile: `vectors` times y = W x. Addresses and strides in bytes, multiples of 4. */
struct ahwa_tile_job {
    uint32_t src;          /**< address of the first input vector */
    uint32_t dst;          /**< address of the first output vector */
    uint32_t src_stride;   /**< from one input vector to the next */
    uint32_t dst_stride;   /**< from one output vector to the next */
    uint32_t vectors;      /**< 1 to 65535 */
    uint32_t first_row;    /**< first input line */
    uint32_t rows;         /**< elements of an input vector */
    uint32_t first_column; /**< first output line */
    uint32_t columns;      /**< elements of an output vector */
    uint32_t flags;        /**< AHWA_TILE_FLAGS_*_MASK */
    uint32_t scale;        /**< address of one factor per column, or 0 */
    uint32_t bias;         /**< address of one addend per column, or 0 */
    uint32_t tag;          /**< any number */
};

static inline uint32_t ahwa_tile_read(uint32_t tile, uint32_t offset)
{
    return ahwa_read(AHWA_OWN(TILE) + tile * AHWA_TILE_STRIDE + offset);
}

static inline void ahwa_tile_write(uint32_t tile, uint32_t offset, uint32_t value)
{
    ahwa_write(AHWA_OWN(TILE) + tile * AHWA_TILE_STRIDE + offset, value);
}

/** Waits for a free job context and locks it for this hart. Returns its id. Its registers keep the values of its last job. */
static inline uint32_t ahwa_tile_acquire(uint32_t tile)
{
    int32_t context;
    do {
        context = (int32_t)ahwa_tile_read(tile, AHWA_TILE_ACQUIRE_OFFSET);
    } while (context < 0);
    return (uint32_t)context;
}

/** Writes the job into the context this hart has acquired. */
void ahwa_tile_configure(uint32_t tile, const struct ahwa_tile_job *job);

/** Queues the job of this hart's context. Returns its number, or 0 if the tile refused it: see ERROR_CAUSE. */
static inline uint32_t ahwa_tile_trigger(uint32_t tile)
{
    ahwa_fence();
    ahwa_tile_write(tile, AHWA_TILE_TRIGGER_OFFSET, 0);
    return ahwa_tile_read(tile, AHWA_TILE_STATUS_OFFSET) & AHWA_TILE_STATUS_ERROR_MASK ? 0 : ahwa_tile_read(tile, AHWA_TILE_TRIGGER_OFFSET);
}

/** Acquires, configures and triggers; returns as ahwa_tile_trigger. */
static inline uint32_t ahwa_tile_submit(uint32_t tile, const struct ahwa_tile_job *job)
{
    ahwa_tile_acquire(tile);
    ahwa_tile_configure(tile, job);
    return ahwa_tile_trigger(tile);
}

/** 1 if job `number` has finished; jobs finish in the order of their numbers. */
static inline uint32_t ahwa_tile_done(uint32_t tile, uint32_t number)
{
    return ahwa_tile_read(tile, AHWA_TILE_FINISHED_OFFSET) >= number;
}

/** Waits until job `number` has finished. */
static inline void ahwa_tile_wait_job(uint32_t tile, uint32_t number)
{
    ahwa_tile_write(tile, AHWA_TILE_WAIT_JOB_OFFSET, number);
    (void)ahwa_tile_read(tile, AHWA_TILE_WAIT_JOB_OFFSET);
    __asm__ volatile("" : : : "memory");
}

/** Waits until the tile is idle: no job, no programming, no calibration. */
static inline void ahwa_tile_wait_idle(uint32_t tile)
{
    (void)ahwa_tile_read(tile, AHWA_TILE_WAIT_OFFSET);
    __asm__ volatile("" : : : "memory");
}

/** ERROR_CAUSE; AHWA_TILE_ERROR_NONE if there is no error. */
static inline uint32_t ahwa_tile_error(uint32_t tile)
{
    return ahwa_tile_read(tile, AHWA_TILE_ERROR_CAUSE_OFFSET);
}

/** Sets the integration time of later jobs, ns. */
static inline void ahwa_tile_set_integration(uint32_t tile, uint32_t t_int_ns)
{
    ahwa_tile_write(tile, AHWA_TILE_T_INT_NS_OFFSET, t_int_ns);
}

/**
 * Programs weights [columns][rows] of float32 at `weights` into the region, `stride` bytes from one column's to the
 * next, and waits for the end. Returns ERROR_CAUSE.
 */
uint32_t ahwa_tile_program(uint32_t tile, uint32_t weights, uint32_t stride, uint32_t first_row, uint32_t rows, uint32_t first_column, uint32_t columns);

/** Measures the response, AHWA_TILE_CALIBRATE_COMMAND_REFERENCE or _COMPENSATE, and waits for the end. Returns ERROR_CAUSE. */
uint32_t ahwa_tile_calibrate(uint32_t tile, uint32_t command);

/** Lets `seconds` pass for the devices. Returns ERROR_CAUSE. */
uint32_t ahwa_tile_advance_age(uint32_t tile, float seconds);

/** Seconds since the tile was programmed. */
float ahwa_tile_age(uint32_t tile);

/* ---- A matrix on several tiles --------------------------------------------------------------------------------- */

/** Consecutive lines: first, first + 1, ... */
struct ahwa_lines {
    uint32_t first;
    uint32_t count;
};

/** Lines cut into parts of nearly equal size: `size` / parts lines each; the first size mod parts of them have one more. */
struct ahwa_cut {
    uint32_t parts;
    uint32_t base;   /**< lines of the shorter parts */
    uint32_t longer; /**< parts that have one more */
};

static inline struct ahwa_cut ahwa_cut(uint32_t size, uint32_t parts)
{
    return (struct ahwa_cut){parts, size / parts, size % parts};
}

static inline struct ahwa_lines ahwa_cut_part(struct ahwa_cut cut, uint32_t index)
{
    return (struct ahwa_lines){cut.base * index + (index < cut.longer ? index : cut.longer), cut.base + (index < cut.longer)};
}

/**
 * A matrix [outputs][inputs] cut into parts, each on its own tile from the first row and column on: input part i and
 * output part j lie on tile + j inputs.parts + i. Each input part writes its own outputs, which are one term of the sum:
 * to get y, add the terms in order. There may be several copies, one after the other. The tiles run no other jobs.
 */
struct ahwa_matrix {
    uint32_t tile;          /**< number of the first tile */
    struct ahwa_cut inputs;
    struct ahwa_cut outputs;
    uint32_t src_stride;    /**< bytes from one input vector to the next */
    uint32_t dst_stride;    /**< bytes from one output vector to the next */
    uint32_t term_bytes;    /**< bytes from the first input part's outputs to the second's, and so on */
    uint32_t bias;          /**< address of one addend per output, or 0; goes with the first input part */
    uint8_t configured[AHWA_MAX_TILES]; /**< one bit per context that already holds what is the same for all jobs; 0 at first */
};

/** Tiles of one copy. */
static inline uint32_t ahwa_matrix_tiles(const struct ahwa_matrix *matrix)
{
    return matrix->inputs.parts * matrix->outputs.parts;
}

/** 1 if every part fits its tile. */
uint32_t ahwa_matrix_fits(const struct ahwa_matrix *matrix);

/**
 * Queues `vectors` vectors on all tiles of copy `copy`. Waits if a tile has no free context. Returns the number of the
 * job, which is the same on each tile, or 0 if a tile refused it: its ERROR_CAUSE says why.
 */
uint32_t ahwa_matrix_submit(struct ahwa_matrix *matrix, uint32_t copy, uint32_t src, uint32_t dst, uint32_t vectors, uint32_t tag);

/** 1 if ahwa_matrix_submit would not wait for a context. */
uint32_t ahwa_matrix_has_room(const struct ahwa_matrix *matrix, uint32_t copy);

/** 1 if all tiles of the copy have finished job `number`. */
uint32_t ahwa_matrix_done(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t number);

/** Waits until all tiles of the copy have finished job `number`. */
void ahwa_matrix_wait(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t number);

/** Programs all tiles of the copy with weights [outputs][inputs] at `weights`, rows `stride` bytes apart. Returns ERROR_CAUSE. */
uint32_t ahwa_matrix_program(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t weights, uint32_t stride);

/* ---- UART ------------------------------------------------------------------------------------------------------ */

/** Sends a byte, without waiting: the emulated transmitter is always empty. */
static inline void ahwa_putc(char c)
{
    *(volatile uint8_t *)(AHWA_UART_BASE + AHWA_UART_THR_OFFSET) = (uint8_t)c;
}

/** The next byte received, or -1 if there is none. */
static inline int ahwa_getc(void)
{
    volatile uint8_t *const uart = (volatile uint8_t *)AHWA_UART_BASE;
    return uart[AHWA_UART_LSR_OFFSET] & AHWA_UART_LSR_DR_MASK ? uart[AHWA_UART_RBR_OFFSET] : -1;
}

void ahwa_puts(const char *text);      /**< the text as it is; adds no new line */
void ahwa_put_hex(uint32_t value);     /**< 0x and 8 digits */
void ahwa_put_dec(uint32_t value);     /**< unsigned decimal */

/* ---- End of the run -------------------------------------------------------------------------------------------- */

/** Ends the run of all harts with the code, AHWA_EXIT_*. */
_Noreturn void ahwa_exit(uint32_t code);

/** start.S calls this on a trap. It reports the trap on the UART and ends the run with AHWA_EXIT_TRAP or AHWA_EXIT_INTERRUPT + mcause. */
_Noreturn void ahwa_trap(uint32_t mcause, uint32_t mepc, uint32_t mtval);

#endif
