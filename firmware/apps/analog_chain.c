/** The tiles alone for a chain of layers, with the same movement of data as multi_layer, whose adapters are measured against this. */
#include "steps.h"

int main(void)
{
    struct layer_hart layers[AHWA_LAYER_MAX_CHAIN];
    const uint32_t count = layer_open_chain(layers, AHWA_LAYER_MAX_CHAIN, AHWA_LAYER_BUFFERS_DEEP, LAYER_ADAPTER_NONE);
    const uint32_t control = layer_controls(layers), chunks = layer_chunks(layers);
    if (control) layer_fill(layers, AHWA_LAYER_AHEAD);
    for (uint32_t step = 0; step < chunks + count - 1; step++) {
        for (uint32_t i = 0; i < count && i <= step; i++) {
            const uint32_t k = step - i;
            if (k >= chunks) continue;
            if (control && i == 0) {
                layer_feed(layers, k, k + AHWA_LAYER_AHEAD);
                layer_load(layers, k + AHWA_LAYER_AHEAD + 1);
            }
            if (control) layer_wait_tile(&layers[i], k);
            layer_sum_together(&layers[i], k);
            if (control) layer_pass_on(layers, count, i, k);
        }
    }
    return layer_close(layers);
}
