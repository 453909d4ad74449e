/**
 * Cycles of the LoRA kernels for 128 -> 8 -> 128 at 16 tokens, including the addition, shared by all harts.
 * Prints the slowest hart's cycles for each product, and the multiply-adds per cycle and hart.
 */
#include "ahwa.h"
#include "kernel_speed.h"
#include "lora.h"

enum { INPUTS = KERNEL_SPEED_WIDTH, OUTPUTS = KERNEL_SPEED_WIDTH, RANK = KERNEL_SPEED_RANK, TOKENS = KERNEL_SPEED_TOKENS, ROUNDS = 2 };

enum { X_STRIDE = INPUTS + LORA_ROW_PAD, XA_STRIDE = RANK + LORA_ROW_PAD, Y_STRIDE = OUTPUTS + LORA_ROW_PAD }; /* as lora_stride has them */

static AHWA_TCDM float a[INPUTS * RANK], b[RANK * OUTPUTS], x[TOKENS * X_STRIDE], xa[TOKENS * XA_STRIDE], y[TOKENS * Y_STRIDE];
static AHWA_TCDM uint32_t down_cycles[AHWA_MAX_HARTS], up_cycles[AHWA_MAX_HARTS];

static void fill(float *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) values[i] = 0.5f;
}

static uint32_t largest(const uint32_t *values, uint32_t count)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++) most = values[i] > most ? values[i] : most;
    return most;
}

static void print(const char *name, uint32_t value)
{
    ahwa_puts(name);
    ahwa_put_dec(value);
}

int main(void)
{
    const uint32_t hart = ahwa_hart(), harts = ahwa_harts();
    const struct lora lora = {INPUTS, OUTPUTS, RANK, 4.0f, a, b, X_STRIDE, XA_STRIDE, Y_STRIDE};
    const struct lora_split split = lora_choose_split(&lora, TOKENS, harts, LORA_SPLIT_AUTO);
    if (hart == 0) {
        fill(a, INPUTS * RANK);
        fill(b, RANK * OUTPUTS);
        fill(x, TOKENS * X_STRIDE);
        fill(y, TOKENS * Y_STRIDE);
    }
    const struct lora_grid down = lora_share(TOKENS, split.down_tokens, RANK, split.down_ranks, hart);
    const struct lora_grid up = lora_share(TOKENS, split.up_tokens, OUTPUTS, split.up_outputs, hart);
    for (uint32_t round = 0; round < ROUNDS; round++) { /* the last round counts: its code is in the caches */
        ahwa_barrier();
        uint32_t begin = ahwa_mcycle();
        lora_down(&lora, x, xa, down);
        down_cycles[hart] = ahwa_mcycle() - begin;
        ahwa_barrier();
        begin = ahwa_mcycle();
        lora_up_add(&lora, xa, y, up);
        up_cycles[hart] = ahwa_mcycle() - begin;
    }
    ahwa_barrier();
    if (hart == 0) {
        const uint32_t down_most = largest(down_cycles, harts), up_most = largest(up_cycles, harts);
        const uint32_t multiply_adds = TOKENS * RANK * (INPUTS + OUTPUTS);
        print("down_cycles ", down_most);
        print(" up_cycles ", up_most);
        print(" multiply_adds_per_1000_cycles_and_hart ", multiply_adds * 1000 / (harts * (down_most + up_most)));
        ahwa_putc('\n');
    }
    return AHWA_EXIT_OK;
}
