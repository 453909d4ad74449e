#include "ahwa.h"

void ahwa_puts(const char *text)
{
    while (*text) ahwa_putc(*text++);
}

void ahwa_put_hex(uint32_t value)
{
    ahwa_puts("0x");
    for (int shift = 28; shift >= 0; shift -= 4) ahwa_putc("0123456789abcdef"[value >> shift & 15]);
}

void ahwa_put_dec(uint32_t value)
{
    char digits[11], *first = digits + 10;
    *first = 0;
    do {
        *--first = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    ahwa_puts(first);
}
