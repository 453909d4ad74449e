/** The tile alone in FP16, with the movement of data of engine.c. */
#include "engine.h"

int main(void)
{
    return layer_engine(LAYER_ENGINE_NONE);
}
