/**
 * Eager: (x A) B needs no tile output, so the harts compute it while the tile integrates the same chunk. When the tile
 * has finished, only the addition is left, and only the addition is exposed after the last chunk.
 *
 *     tile   | 0   | 1   | 2   |               triggered two chunks ahead
 *     harts  | 0   |+| 1 |+| 2 |+|             x A and d = (x A) B, then y += d
 *     DMA    in 0, 1, 2 | in 3, out 0 | ...
 *
 * A separate addition costs more than one within the second product. So if the tile has finished a chunk before the
 * harts come to that product, because they are slower than the tile, they do as in deep.c: y += (x A) B.
 * Buffers, copies of the matrix, and when a buffer may be written, are also as in deep.c.
 */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    const uint32_t ahead = layer_ahead();
    layer_open(&hart, layer_buffers(ahead), LAYER_ADAPTER_AHEAD);
    const uint32_t control = layer_controls(&hart), moves = layer_moves(&hart), chunks = layer_chunks(&hart);
    if (control) layer_fill(&hart, ahead);
    ahwa_barrier();
    for (uint32_t k = 0; k < chunks; k++) {
        if (moves) layer_load(&hart, k + ahead + 1);
        layer_down(&hart, k);
        if (control) {
            layer_feed(&hart, k, k + ahead);
            layer_look(&hart, k);
        }
        ahwa_barrier();
        if (!layer_up_either(&hart, k)) {
            if (control) layer_wait_tile(&hart, k);
            ahwa_barrier();
            layer_add(&hart, k);
        }
        if (control) layer_feed(&hart, k + 1, k + 1);
        ahwa_barrier();
        if (moves) layer_store(&hart, k);
    }
    return layer_close(&hart);
}
