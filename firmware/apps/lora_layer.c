/** One layer, double-buffered: what the tile hides of the LoRA branch, it hides. */
#include "double_buffered.h"

int main(void)
{
    return layer_double_buffered(LAYER_ADAPTER_FUSED);
}
