/* An app of the firmware's runtime whose last hart may need more stack than there is: DEPTH calls of 32 bytes and more. */
#include "ahwa.h"

static volatile uint32_t sum;

__attribute__((noinline)) static uint32_t recurse(uint32_t depth)
{
    volatile uint32_t room[4] = {depth};
    return depth == 0 ? 0 : recurse(depth - 1) + room[0];
}

int main(void)
{
    if (ahwa_hart() == ahwa_harts() - 1) sum = recurse(DEPTH);
    return 0;
}
