/**
 * Deep: like lora_layer, but two chunks wait at the tile and a fourth comes in, so that neither the tile nor the harts
 * wait for the DMA. It takes twice the TCDM.
 *
 *     tile   | 0 | 1 | 2 | 3 |            triggered two chunks ahead
 *     harts      | 0 | 1 | 2 | 3 |        x A, then y += (x A) B
 *     DMA    in 0, 1, 2 | in 3, out 0 | in 4, out 1 | ...
 *
 * If several tiles hold copies of the matrix, one chunk is triggered ahead for each, so that they work side by side.
 *
 * Transfers end in order: once X of chunk k + 3 has come in, Y of chunk k - 1, launched before it, has gone out,
 * so its buffer is free for the tile.
 */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    const uint32_t ahead = layer_ahead();
    layer_open(&hart, layer_buffers(ahead), LAYER_ADAPTER_FUSED);
    const uint32_t control = layer_controls(&hart), moves = layer_moves(&hart), chunks = layer_chunks(&hart);
    if (control) layer_fill(&hart, ahead);
    for (uint32_t k = 0; k < chunks; k++) {
        if (control) {
            layer_feed(&hart, k, k);
            layer_wait_tile(&hart, k);
        }
        ahwa_barrier();
        if (moves) layer_load(&hart, k + ahead + 1);
        layer_down(&hart, k);
        if (control) layer_feed(&hart, k, k + ahead);
        ahwa_barrier();
        layer_up(&hart, k);
        ahwa_barrier();
        if (moves) layer_store(&hart, k);
    }
    return layer_close(&hart);
}
