/** The tile alone, with the same movement of data as lora_layer: what the LoRA branch is measured against. */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    layer_open(&hart, 2, LAYER_ADAPTER_NONE);
    if (layer_controls(&hart)) {
        layer_load(0);
        layer_wait_dma();
        layer_trigger(0);
        layer_load(1);
        for (uint32_t k = 0; k < layer_chunks(); k++) {
            layer_wait_dma();
            layer_trigger(k + 1);
            layer_wait_tile(k);
            layer_store(k);
            layer_load(k + 2);
        }
    }
    return layer_close(&hart);
}
