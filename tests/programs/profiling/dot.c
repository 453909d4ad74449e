/* A kernel with a marked region, calls and recursion: something to profile. Ends by tohost. */
#include <stdint.h>

#define REGION_BEGIN(name) __asm__ volatile("csrw 0x7c8, %0" : : "r"((uint32_t)(name) | 0x80000000u) : "memory")
#define REGION_END(name) __asm__ volatile("csrw 0x7c8, %0" : : "r"((uint32_t)(name) & 0x7fffffffu) : "memory")

enum { LENGTH = 64 };

static const char dot_product[] = "dot product";
static volatile float a[LENGTH], b[LENGTH], result;
volatile uint32_t tohost[2] __attribute__((section(".tohost"), aligned(64)));

__attribute__((noinline)) static float dot(int length)
{
    float sum = 0;
    for (int i = 0; i < length; i++)
        sum += a[i] * b[i];
    return sum;
}

__attribute__((noinline)) static int fibonacci(int n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

int main(void)
{
    for (int i = 0; i < LENGTH; i++) {
        a[i] = (float)i;
        b[i] = 2;
    }

    REGION_BEGIN(dot_product);
    result = dot(LENGTH);
    REGION_END(dot_product);
    return fibonacci(8) == 21 && result == LENGTH * (LENGTH - 1) ? 0 : 1;
}

__asm__(
    ".pushsection .text.init\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    la   sp, stack_top\n"
    "    call main\n"
    "    slli a0, a0, 1\n"
    "    ori  a0, a0, 1\n"
    "    la   t0, tohost\n"
    "    sw   a0, 0(t0)\n"
    "1:  j    1b\n"
    ".size _start, . - _start\n"
    ".popsection\n"
    ".pushsection .bss\n"
    ".balign 16\n"
    ".zero 4096\n"
    "stack_top:\n"
    ".popsection\n");
