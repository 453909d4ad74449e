/** The tile alone, with the same movement of data as deep and eager, whose adapter is measured against this. */
#include "steps.h"

int main(void)
{
    struct layer_hart hart;
    const uint32_t ahead = layer_ahead();
    layer_open(&hart, layer_buffers(ahead), LAYER_ADAPTER_NONE);
    const uint32_t control = layer_controls(&hart), terms = layer_has_terms(&hart);
    if (control) layer_fill(&hart, ahead);
    for (uint32_t k = 0; (control || terms) && k < layer_chunks(&hart); k++) {
        if (control) {
            layer_feed(&hart, k, k + ahead);
            layer_load(&hart, k + ahead + 1);
            layer_wait_tile(&hart, k);
        }
        layer_sum_together(&hart, k);
        if (control) layer_store(&hart, k);
    }
    return layer_close(&hart);
}
