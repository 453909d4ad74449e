/** Nothing overlaps: each chunk comes in, passes the tile, gets its adapter's term added, and goes out before the next. */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    layer_open(&hart, AHWA_LAYER_BUFFERS_SEQUENTIAL, LAYER_ADAPTER_FUSED);
    for (uint32_t k = 0; k < layer_chunks(&hart); k++) {
        if (layer_controls(&hart)) {
            layer_load(&hart, k);
            layer_wait_dma();
            layer_trigger(&hart, k);
            layer_wait_tile(&hart, k);
        }
        ahwa_barrier();
        layer_down(&hart, k);
        ahwa_barrier();
        layer_up(&hart, k);
        ahwa_barrier();
        if (layer_controls(&hart)) {
            layer_store(&hart, k);
            layer_wait_dma();
        }
    }
    return layer_close(&hart);
}
