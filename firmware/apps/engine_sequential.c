/** FP16 on RedMulE, with nothing overlapped. */
#include "engine.h"

int main(void)
{
    return layer_engine(LAYER_ENGINE_SEQUENTIAL);
}
