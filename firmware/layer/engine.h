/**
 * @file
 * A layer in FP16 whose adapter is computed by RedMulE. Hart 0 drives the DMA, the tile and the engine; the others wait. For each chunk
 * there are two products, XA += X A and Y += (X A) B: the second lands on what the tile has written, so nothing is left to add.
 *
 *     sequential   load, tile, X A, (X A) B, store; then the next chunk
 *     overlapped   while the tile integrates chunk k + 1, the engine computes both products of chunk k
 *     eager        X A of chunk k needs no tile output, so it is computed while the tile integrates the same chunk
 *
 * The engine writes whole tiles of rows, so the buffers of XA and Y have `layer_engine.rows` rows. XA has to be zero before X A is added
 * to it: two buffers take turns, and the DMA clears the one that is not in use.
 */
#ifndef AHWA_LAYER_ENGINE_H
#define AHWA_LAYER_ENGINE_H

#include "redmule.h"
#include "steps.h"

enum layer_engine_order {
    LAYER_ENGINE_NONE,       /**< the tile alone, with the same movement of data */
    LAYER_ENGINE_SEQUENTIAL,
    LAYER_ENGINE_OVERLAPPED,
    LAYER_ENGINE_EAGER,
};

enum { LAYER_ENGINE_BUFFERS = 2 };

/** What hart 0 knows of the layer; addresses in TCDM. */
struct layer_engine_run {
    uint32_t chunks, chunk, last;                                  /**< chunks; tokens of a chunk, and of the last */
    uint32_t a, b, zeros, bias;
    uint32_t x[LAYER_ENGINE_BUFFERS], y[LAYER_ENGINE_BUFFERS], xa[LAYER_ENGINE_BUFFERS];
    uint32_t loads[LAYER_ENGINE_BUFFERS], stores[LAYER_ENGINE_BUFFERS], jobs[LAYER_ENGINE_BUFFERS], clears[LAYER_ENGINE_BUFFERS];
    uint32_t xa_bytes;
    uint32_t configured;                                           /**< a bit for each context of the tile that holds what is the same for all jobs */
};

/** Checks the records, lays out TCDM, brings A, B and the bias there. */
void layer_engine_open(struct layer_engine_run *run, enum layer_engine_order order);

void layer_engine_load(struct layer_engine_run *run, uint32_t k);                                    /**< start the transfer of X of chunk k */
void layer_engine_submit(struct layer_engine_run *run, uint32_t k);                                  /**< wait for X and for room for Y of chunk k; queue it on the tile */
void layer_engine_wait_tile(const struct layer_engine_run *run, uint32_t k);                         /**< wait until the tile has finished chunk k */
void layer_engine_clear(struct layer_engine_run *run, uint32_t k);                                   /**< start to clear XA for chunk k */
void layer_engine_prepare_down(const struct layer_engine_run *run, uint32_t k);                      /**< prepare X A of chunk k; waits until XA is clear */
void layer_engine_prepare_up(const struct layer_engine_run *run, uint32_t k);                        /**< prepare (X A) B of chunk k */
void layer_engine_store(struct layer_engine_run *run, uint32_t k);                                   /**< start the transfer of Y of chunk k, and note the chunk's end */
int layer_engine_close(const struct layer_engine_run *run);

/** Waits for the end of the product that was started, as a region of the timeline. */
static inline void layer_engine_wait(enum layer_region region)
{
    AHWA_REGION_BEGIN(region);
    redmule_wait();
    AHWA_REGION_END(region);
}

/** Runs `layer`; `order` is a constant. Returns the value for main. */
static inline __attribute__((always_inline)) int layer_engine(enum layer_engine_order order)
{
    if (ahwa_hart() != LAYER_CONTROL_HART) return AHWA_EXIT_OK;
    static AHWA_TCDM struct layer_engine_run run;
    layer_engine_open(&run, order);
    const uint32_t ahead = order == LAYER_ENGINE_SEQUENTIAL ? 0 : 1;
    layer_engine_load(&run, 0);
    layer_engine_submit(&run, 0);
    if (ahead) layer_engine_load(&run, 1);
    if (order == LAYER_ENGINE_EAGER) {
        layer_engine_prepare_down(&run, 0);
        redmule_start();
    }
    for (uint32_t k = 0; k < run.chunks; k++) {
        if (ahead) layer_engine_submit(&run, k + 1);
        if (order != LAYER_ENGINE_EAGER) layer_engine_wait_tile(&run, k);
        if (order == LAYER_ENGINE_SEQUENTIAL || order == LAYER_ENGINE_OVERLAPPED) {
            layer_engine_prepare_down(&run, k);
            redmule_start();
        }
        if (order != LAYER_ENGINE_NONE) {
            layer_engine_clear(&run, k + 1);
            layer_engine_wait(LAYER_REGION_DOWN);
            layer_engine_prepare_up(&run, k);
            if (order == LAYER_ENGINE_EAGER) layer_engine_wait_tile(&run, k);
            redmule_start();
        }
        if (ahead) layer_engine_load(&run, k + 2);
        if (order != LAYER_ENGINE_NONE) layer_engine_wait(LAYER_REGION_UP);
        if (order == LAYER_ENGINE_EAGER && k + 1 < run.chunks) {
            layer_engine_prepare_down(&run, k + 1);
            redmule_start();
        }
        layer_engine_store(&run, k);
        if (!ahead && k + 1 < run.chunks) {
            layer_wait_dma();
            layer_engine_load(&run, k + 1);
            layer_engine_submit(&run, k + 1);
        }
    }
    return layer_engine_close(&run);
}

#endif
