// The host-target interface as riscv-tests' benchmarks use it: a block of eight doublewords, and exit by value.
#include <stdint.h>
#include <string.h>

volatile uint64_t tohost __attribute__((aligned(64)));
volatile uint64_t fromhost __attribute__((aligned(64)));

static long call(long number, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    volatile uint64_t block[8] __attribute__((aligned(64))) = { number, a0, a1, a2 };
    __sync_synchronize();
    tohost = (uintptr_t)block;
    while (fromhost == 0) {}
    fromhost = 0;
    return (long)block[0];
}

static void put(char c)
{
    tohost = (uint64_t)0x0101 << 48 | (uint8_t)c;
    while (tohost) {}
}

int main(void)
{
    const char *text = "written by a call\n";
    if (call(64, 1, (uintptr_t)text, strlen(text)) != (long)strlen(text)) return 1;
    for (const char *c = "put one by one\n"; *c; c++) put(*c);
    long file = call(1024, (uintptr_t)"out.txt", 0x601, 0644); // newlib's O_WRONLY | O_CREAT | O_TRUNC
    if (file < 3) return 2;
    if (call(64, file, (uintptr_t)text, strlen(text)) != (long)strlen(text)) return 3;
    if (call(57, file, 0, 0)) return 4;
    if (call(1024, (uintptr_t)"../secret", 0, 0) >= 0) return 5;
    return 21;
}

void _exit(int code)
{
    call(93, code, 0, 0);
    for (;;) {}
}
