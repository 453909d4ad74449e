/* Programs on the firmware's runtime that end badly: CASE says how. */
#include "ahwa.h"

#if CASE == 2
uint32_t layer = 16; /* a program may have a variable of that name */
uint32_t layer_result[8] = {0, 0, 0, 0, 0, 0, 0, 0};
#endif

__attribute__((noinline)) static uint32_t load(uint32_t address)
{
    return ahwa_read(address);
}

int main(void)
{
#if CASE == 0
    return (int)load(0x00000040); /* nothing is there */
#elif CASE == 1 || CASE == 2
    return 16; /* its own code */
#elif CASE == 3
    return 69; /* AHWA_EXIT_TRAP + 5, but there was no trap */
#else
    return load(0x80000000) == 0;
#endif
}
