/** FP16 on RedMulE: X A of a chunk is computed while the tile integrates that chunk, so that one product is left when the tile is done. */
#include "engine.h"

int main(void)
{
    return layer_engine(LAYER_ENGINE_EAGER);
}
