/** One layer, double-buffered: the tile hides as much of the adapter as it can. */
#include "double_buffered.h"

int main(void)
{
    return layer_double_buffered(LAYER_ADAPTER_FUSED);
}
