/**
 * @file
 * Double-buffered: while the tile integrates chunk k + 1, the harts compute the adapter's term of chunk k and add it.
 *
 *     tile   | 0 | 1 | 2 | 3 |            triggered one chunk ahead
 *     harts      | 0 | 1 | 2 | 3 |        x A, then y += (x A) B
 *     DMA    in 0, 1 | in 2, out 0 | in 3, out 1 | ...
 *
 * X of a chunk may be overwritten when tile and harts have read it, that is after x A; Y when it has been stored.
 */
#ifndef AHWA_LAYER_DOUBLE_BUFFERED_H
#define AHWA_LAYER_DOUBLE_BUFFERED_H

#include "steps.h"

/** Runs `layer`, on all harts; `adapter` is a constant, FUSED, or NONE for the tile alone. Returns the value for main. */
static inline __attribute__((always_inline)) int layer_double_buffered(enum layer_adapter adapter)
{
    struct layer_hart hart;
    layer_open(&hart, AHWA_LAYER_BUFFERS_DOUBLE, adapter);
    const uint32_t control = layer_controls(&hart), chunks = layer_chunks(&hart);
    if (control) {
        layer_load(&hart, 0);
        layer_wait_dma();
        layer_trigger(&hart, 0);
        layer_load(&hart, 1);
    }
    for (uint32_t k = 0; k < chunks; k++) {
        uint32_t fed = 0;
        if (control) {
            /* The tile should find its next chunk waiting; but if the harts are slower than the tile, they come first. */
            fed = layer_may_wait(&hart, k);
            if (fed) {
                layer_wait_dma();
                layer_trigger(&hart, k + 1);
            }
            layer_wait_tile(&hart, k);
        }
        ahwa_barrier();
        if (adapter) layer_down(&hart, k);
        ahwa_barrier();
        if (control) {
            if (!fed) {
                layer_wait_dma();
                layer_trigger(&hart, k + 1);
            }
            layer_load(&hart, k + 2);
        }
        if (adapter) layer_up(&hart, k);
        else layer_sum_together(&hart, k);
        ahwa_barrier();
        if (control) layer_store(&hart, k);
    }
    return layer_close(&hart);
}

#endif
