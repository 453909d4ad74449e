/**
 * @file
 * The two LoRA products, cut into register blocks.
 */
#include "lora.h"

#include "blocks.h"

void lora_pack(float *panels, const float *matrix, uint32_t rows, uint32_t columns)
{
    for (uint32_t j = 0; j < columns; j++)
        for (uint32_t k = 0; k < rows; k++) panels[(j / PANEL * rows + k) * PANEL + j % PANEL] = matrix[k * columns + j];
}

/** Panels of a share's columns, of which the first is a panel's first. */
static inline uint32_t panels_of(struct lora_range columns)
{
    return lora_padded(columns.count) / PANEL;
}

/** BLOCK_OF(N), which does N of the tokens from t on, until none are left: the largest of the given blocks first. */
#define WHILE(N, BLOCK_OF) \
    for (; end - t >= N; t += N) BLOCK_OF(N)

/* ---- x A ---------------------------------------------------------------------------------------------------------- */

/** xa[i][j] = scale * chain over the inputs, for `panels` panels of A. */
BLOCK void down_block(const struct lora *lora, const float *x, const float *a, float *xa, uint32_t panels, const int tokens)
{
    enum { STEPS = 16 };
    const float *row[CHAIN_TOKENS];
    float *out[CHAIN_TOKENS], sum[CHAIN_TOKENS][PANEL];
    EACH_TOKEN(i, tokens, row[i] = x + i * lora->x_stride;)
    EACH_TOKEN(i, tokens, out[i] = xa + i * lora->xa_stride;)
    for (; panels != 0; panels--) {
        a = chain_block(sum, row, a, lora->inputs, STEPS, tokens);
        const float scale = lora->scale;
        EACH_TOKEN(i, tokens, EACH_COLUMN(j, sum[i][j] = pin(scale * sum[i][j]);))
        EACH_TOKEN(i, tokens, EACH_COLUMN(j, out[i][j] = sum[i][j];))
        EACH_TOKEN(i, tokens, STEP(out[i], PANEL);)
    }
}

void lora_down(const struct lora *lora, const float *x, float *xa, struct lora_grid share)
{
    const float *a = lora->a + share.columns.first * lora->inputs;
    const uint32_t panels = panels_of(share.columns), end = share.tokens.first + share.tokens.count;
    uint32_t t = share.tokens.first;
#define DOWN(N) down_block(lora, x + t * lora->x_stride, a, xa + t * lora->xa_stride + share.columns.first, panels, N)
    WHILE(6, DOWN);
    WHILE(4, DOWN);
    WHILE(3, DOWN);
    WHILE(2, DOWN);
    WHILE(1, DOWN);
#undef DOWN
}

/* ---- (x A) B ------------------------------------------------------------------------------------------------------ */

/** y[i][j] = or += chain over the ranks, for `panels` panels of B: accumulators in registers, xa and B read. */
BLOCK void up_block(const struct lora *lora, const float *xa, const float *b, float *y, uint32_t panels, uint32_t add, const int tokens)
{
    enum { STEPS = 8 };
    const float *row[CHAIN_TOKENS];
    float *out[CHAIN_TOKENS], sum[CHAIN_TOKENS][PANEL];
    EACH_TOKEN(i, tokens, row[i] = xa + i * lora->xa_stride;)
    EACH_TOKEN(i, tokens, out[i] = y + i * lora->y_stride;)
    for (; panels != 0; panels--) {
        b = chain_block(sum, row, b, lora->rank, STEPS, tokens);
        if (add)
            EACH_TOKEN(i, tokens,
                float value[PANEL];
                EACH_COLUMN(j, value[j] = pin(out[i][j]);)
                EACH_COLUMN(j, sum[i][j] = pin(value[j] + sum[i][j]);))
        EACH_TOKEN(i, tokens, EACH_COLUMN(j, out[i][j] = sum[i][j];))
        EACH_TOKEN(i, tokens, STEP(out[i], PANEL);)
    }
}

/** Where the blocks of a share of the second product begin and end. */
#define SHARE_OF_UP                                                                               \
    const float *b = lora->b + share.columns.first * lora->rank;                                  \
    const uint32_t panels = panels_of(share.columns), end = share.tokens.first + share.tokens.count; \
    uint32_t t = share.tokens.first;

static void up(const struct lora *lora, const float *xa, float *y, struct lora_grid share, uint32_t add)
{
    SHARE_OF_UP
#define UP(N) up_block(lora, xa + t * lora->xa_stride, b, y + t * lora->y_stride + share.columns.first, panels, add, N)
    WHILE(6, UP);
    WHILE(4, UP);
    WHILE(3, UP);
    WHILE(2, UP);
    WHILE(1, UP);
#undef UP
}

#define HELD(N) held_block(lora, xa + t * lora->xa_stride, b, y + t * lora->y_stride + share.columns.first, panels, N, rank)

static void up_held_4(const struct lora *lora, const float *xa, float *y, struct lora_grid share)
{
    enum { rank = 4 };
    SHARE_OF_UP
    WHILE(4, HELD);
    WHILE(2, HELD);
    WHILE(1, HELD);
}

static void up_held_8(const struct lora *lora, const float *xa, float *y, struct lora_grid share)
{
    enum { rank = 8 };
    SHARE_OF_UP
    for (; end - t == 3 || end - t > 4; t += 3) HELD(3); /* 4 are better done as 2 and 2 */
    WHILE(2, HELD);
    WHILE(1, HELD);
}

void lora_up_add(const struct lora *lora, const float *xa, float *y, struct lora_grid share)
{
    switch (lora->rank) {
    case 4: up_held_4(lora, xa, y, share); break;
    case 8: up_held_8(lora, xa, y, share); break;
    default: up(lora, xa, y, share, 1); break;
    }
}

void lora_up(const struct lora *lora, const float *xa, float *d, struct lora_grid share)
{
    up(lora, xa, d, share, 0);
}

/* ---- The addition by itself --------------------------------------------------------------------------------------- */

void lora_add(const struct lora *lora, const float *d, float *y, struct lora_grid share)
{
    const uint32_t panels = panels_of(share.columns), end = share.tokens.first + share.tokens.count;
    for (uint32_t t = share.tokens.first; t != end; t++) {
        const uint32_t first = t * lora->y_stride + share.columns.first;
        const float *from = d + first;
        for (float *to = y + first, *last = to + panels * PANEL; to != last;) {
            float addend[PANEL], value[PANEL];
            EACH_COLUMN(j, addend[j] = pin(from[j]);)
            EACH_COLUMN(j, value[j] = pin(to[j]);)
            EACH_COLUMN(j, value[j] = pin(value[j] + addend[j]);)
            EACH_COLUMN(j, to[j] = value[j];)
            STEP(from, PANEL);
            STEP(to, PANEL);
        }
    }
}
