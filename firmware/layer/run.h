/**
 * @file
 * What the harts share of a layer while it runs. open.c fills it in and steps.c uses it; strategies do not.
 */
#ifndef AHWA_LAYER_RUN_H
#define AHWA_LAYER_RUN_H

#include "steps.h"

/** Written by the control hart; in TCDM. */
struct layer_run {
    const struct ahwa_layer *layer;
    struct layer_run *next; /**< the layer that takes this one's Y, or 0 */
    struct lora lora;
    struct lora_split split;
    struct ahwa_matrix matrix;
    uint32_t chunks, buffers;
    uint32_t triggered; /**< chunks queued on the tiles so far */
    uint32_t is_there; /**< 1 if the tiles had finished the chunk that layer_look asked for */
    uint32_t x[AHWA_LAYER_BUFFERS_MOST], y[AHWA_LAYER_BUFFERS_MOST], xa, d; /**< addresses in TCDM; y of each further input part is term_bytes later */
    /** Transfers and tile job of the chunk that holds, or held, the buffers. */
    uint32_t loads[AHWA_LAYER_BUFFERS_MOST], jobs[AHWA_LAYER_BUFFERS_MOST], stores[AHWA_LAYER_BUFFERS_MOST];
};

/** Tokens of chunk k: the last may be shorter. */
static inline uint32_t layer_tokens_of(const struct layer_run *run, uint32_t k)
{
    return k + 1 < run->chunks ? run->layer->chunk : run->layer->tokens - k * run->layer->chunk;
}

/** Starts a copy of rows; sizes and strides in elements. Returns its id. */
uint32_t layer_copy(uint32_t dst, uint32_t dst_stride, uint32_t src, uint32_t src_stride, uint32_t rows, uint32_t columns);

/** Ends the run, and writes the reason into `layer_result`. */
_Noreturn void layer_fail(uint32_t code, uint32_t cause, uint32_t argument);

#endif
