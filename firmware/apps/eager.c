/**
 * Eager: (x A) B needs no tile output, so the harts compute it while the tile integrates the same chunk; when the tile
 * is done only the addition is left, which alone is exposed after the last chunk.
 *
 *     tile   | 0   | 1   | 2   |               triggered one chunk ahead
 *     harts  | 0   |+| 1 |+| 2 |+|             x A and d = (x A) B, then y += d
 *     DMA    in 0, 1, 2 | in 3, out 0 | ...
 *
 * It costs the harts more than double-buffering, where the addition rides on the second product. As in deep.c there are
 * four buffers, so that nobody waits for a store: where X of chunk k + 1 has come in, Y of chunk k - 3 has gone out.
 */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    layer_open(&hart, 4, LAYER_ADAPTER_AHEAD);
    const uint32_t control = layer_controls(&hart), chunks = layer_chunks(&hart);
    if (control) {
        layer_load(&hart, 0);
        layer_load(&hart, 1);
        layer_load(&hart, 2);
        layer_wait_load(&hart, 0);
        layer_trigger(&hart, 0);
    }
    ahwa_barrier();
    for (uint32_t k = 0; k < chunks; k++) {
        layer_down(&hart, k);
        ahwa_barrier();
        if (control) {
            layer_wait_load(&hart, k + 1);
            layer_trigger(&hart, k + 1);
            layer_load(&hart, k + 3);
        }
        layer_up_ahead(&hart, k);
        if (control) layer_wait_tile(&hart, k);
        ahwa_barrier();
        layer_add(&hart, k);
        ahwa_barrier();
        if (control) layer_store(&hart, k);
    }
    return layer_close(&hart);
}
