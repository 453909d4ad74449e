/** Every hart says hello, one at a time. */
#include "ahwa.h"

int main(void)
{
    ahwa_mutex_lock(0);
    ahwa_puts("hello from hart ");
    ahwa_put_dec(ahwa_hart());
    ahwa_puts(" of ");
    ahwa_put_dec(ahwa_harts());
    ahwa_putc('\n');
    ahwa_mutex_unlock(0);
    return AHWA_EXIT_OK;
}
