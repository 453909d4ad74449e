/** FP16 on RedMulE: while the tile integrates chunk k + 1, the engine computes both products of chunk k. */
#include "engine.h"

int main(void)
{
    return layer_engine(LAYER_ENGINE_OVERLAPPED);
}
