/**
 * Multi-layer: layers that feed each other, each on its own tiles. Y of a chunk stays in TCDM as X of the next layer,
 * whose tile starts on it while the harts go on with this layer's next chunk. With two layers:
 *
 *     tile 0  | 0   | 1   | 2   | 3   |              triggered two chunks ahead
 *     tile 1        | 0   | 1   | 2   | 3   |        triggered when layer 0 has added to the chunk
 *     harts   | 0   |+| 1 | 0'|+| 2 | 1'|+| ...      as eager.c: d = (x A) B ahead of the tile, then y += d
 *
 * In step s the harts work on chunk s of the first layer, chunk s - 1 of the second, and so on. A layer's Y buffer is free
 * when the next layer's tile has finished the chunk, at most two steps later; the last layer's, when it is stored.
 */
#include "steps.h"

int main(void)
{
    struct layer_hart layers[AHWA_LAYER_MAX_CHAIN];
    const uint32_t count = layer_open_chain(layers, AHWA_LAYER_MAX_CHAIN, AHWA_LAYER_BUFFERS_DEEP, LAYER_ADAPTER_AHEAD);
    const uint32_t control = layer_controls(layers), chunks = layer_chunks(layers);
    if (control) layer_fill(layers, AHWA_LAYER_AHEAD);
    ahwa_barrier();
    for (uint32_t step = 0; step < chunks + count - 1; step++) {
        for (uint32_t i = 0; i < count && i <= step; i++) {
            const uint32_t k = step - i;
            if (k >= chunks) continue;
            struct layer_hart *const hart = &layers[i];
            if (control && i == 0) layer_load(hart, k + AHWA_LAYER_AHEAD + 1);
            layer_down(hart, k);
            if (control && i == 0) layer_feed(hart, k, k + AHWA_LAYER_AHEAD);
            if (control) layer_look(hart, k);
            ahwa_barrier();
            if (!layer_up_either(hart, k)) {
                if (control) layer_wait_tile(hart, k);
                ahwa_barrier();
                layer_add(hart, k);
            }
            if (control && i == 0) layer_feed(hart, k + 1, k + 1);
            ahwa_barrier();
            if (control) layer_pass_on(layers, count, i, k);
        }
    }
    return layer_close(layers);
}
