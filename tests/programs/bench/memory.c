/* Memory: a sieve over bytes, and a chase through a ring of pointers in random order. */
#include <stdint.h>

#define NUMBERS 200000
#define LINKS 16384

static uint8_t composite[NUMBERS];
static uint32_t ring[LINKS];

static uint32_t sieve(void)
{
    uint32_t primes = 0;
    for (int i = 0; i < NUMBERS; i++) composite[i] = 0;
    for (int i = 2; i < NUMBERS; i++) {
        if (composite[i]) continue;
        primes++;
        for (int j = i + i; j < NUMBERS; j += i) composite[j] = 1;
    }
    return primes;
}

static void shuffle(void)
{
    uint32_t seed = 1;
    for (uint32_t i = 0; i < LINKS; i++) ring[i] = i;
    for (uint32_t i = LINKS - 1; i > 0; i--) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t j = (seed >> 8) % i, swap = ring[i];
        ring[i] = ring[j];
        ring[j] = swap;
    }
}

int main(void)
{
    uint32_t at = 0, sum = 0;
    shuffle();
    for (int round = 0; round < ROUNDS; round++) {
        sum += sieve();
        for (int i = 0; i < 500000; i++) {
            at = ring[at];
            sum ^= at;
        }
    }
    return sum & 0x3f;
}
