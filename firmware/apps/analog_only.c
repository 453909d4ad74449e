/** The tile alone, with the same movement of data as lora_layer, whose adapter is measured against this. */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    layer_open(&hart, AHWA_LAYER_BUFFERS_DOUBLE, LAYER_ADAPTER_NONE);
    const uint32_t control = layer_controls(&hart), terms = layer_has_terms(&hart);
    if (control) {
        layer_load(&hart, 0);
        layer_wait_dma();
        layer_trigger(&hart, 0);
        layer_load(&hart, 1);
    }
    for (uint32_t k = 0; (control || terms) && k < layer_chunks(&hart); k++) {
        if (control) {
            layer_wait_dma();
            layer_trigger(&hart, k + 1);
            layer_wait_tile(&hart, k);
        }
        layer_sum_together(&hart, k);
        if (control) {
            layer_store(&hart, k);
            layer_load(&hart, k + 2);
        }
    }
    return layer_close(&hart);
}
