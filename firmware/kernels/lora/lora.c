/**
 * @file
 * The two LoRA products: cut into register blocks, with the common ranks as constants.
 */
#include "lora.h"

#include "blocks.h"

/** Calls BLOCK_OF(N) with N, 1 to 6, as a constant. */
#define WITH_CONSTANT(count, BLOCK_OF) \
    switch (count) {                   \
    case 6: BLOCK_OF(6); break;        \
    case 5: BLOCK_OF(5); break;        \
    case 4: BLOCK_OF(4); break;        \
    case 3: BLOCK_OF(3); break;        \
    case 2: BLOCK_OF(2); break;        \
    default: BLOCK_OF(1); break;       \
    }

/** Tokens of the next block when `left` are cut into the fewest blocks of at most `most`, as equal as can be. */
static inline uint32_t next_block(uint32_t left, uint32_t most)
{
    const uint32_t blocks = (left + most - 1) / most;
    return (left + blocks - 1) / blocks;
}

/** xa[i][j] = scale * chain over the inputs; the pointers stand at the block. */
BLOCK void down_block(const struct lora *lora, const float *x, const float *a, float *xa, uint32_t rank, const int tokens, const int columns)
{
    float sum[CHAIN_TOKENS][PANEL];
    chain_block(sum, x, lora->inputs, a, rank, lora->inputs, tokens, columns);
    const float scale = lora->scale;
    REPEAT(i, tokens, REPEAT(j, columns, sum[i][j] = pin(scale * sum[i][j]);))
    REPEAT(i, tokens, REPEAT(j, columns, xa[i * rank + j] = sum[i][j];))
}

BLOCK void down(const struct lora *lora, const float *x, float *xa, struct lora_range tokens, struct lora_range ranks, uint32_t rank)
{
    const uint32_t last_token = tokens.first + tokens.count, last_rank = ranks.first + ranks.count;
    for (uint32_t t = tokens.first, block; t != last_token; t += block) {
        block = next_block(last_token - t, CHAIN_TOKENS);
        uint32_t j = ranks.first;
#define WIDE(N) down_block(lora, x + t * lora->inputs, lora->a + j, xa + t * rank + j, rank, N, PANEL)
#define NARROW(N) down_block(lora, x + t * lora->inputs, lora->a + j, xa + t * rank + j, rank, N, 1)
        for (; j + PANEL <= last_rank; j += PANEL) WITH_CONSTANT(block, WIDE)
        for (; j != last_rank; j++) WITH_CONSTANT(block, NARROW)
#undef WIDE
#undef NARROW
    }
}

void lora_down(const struct lora *lora, const float *x, float *xa, struct lora_range tokens, struct lora_range ranks)
{
    switch (lora->rank) {
    case 4: down(lora, x, xa, tokens, ranks, 4); break;
    case 8: down(lora, x, xa, tokens, ranks, 8); break;
    case 16: down(lora, x, xa, tokens, ranks, 16); break;
    case 32: down(lora, x, xa, tokens, ranks, 32); break;
    default: down(lora, x, xa, tokens, ranks, lora->rank); break;
    }
}

/** y[i][j] += chain over the ranks; the pointers stand at the block. */
BLOCK void up_block(const struct lora *lora, const float *xa, const float *b, float *y, uint32_t rank, const int tokens, const int columns)
{
    float sum[CHAIN_TOKENS][PANEL];
    chain_block(sum, xa, rank, b, lora->outputs, rank, tokens, columns);
    REPEAT(i, tokens,
        float *const out = y + i * lora->outputs;
        float value[PANEL];
        REPEAT(j, columns, value[j] = pin(out[j]);)
        REPEAT(j, columns, value[j] = pin(value[j] + sum[i][j]);)
        REPEAT(j, columns, out[j] = value[j];))
}

/** Accumulators in registers, xa and B read: pays where the rank is large. */
BLOCK void up(const struct lora *lora, const float *xa, float *y, struct lora_range tokens, struct lora_range outputs, uint32_t rank)
{
    const uint32_t last_token = tokens.first + tokens.count, last_output = outputs.first + outputs.count;
    for (uint32_t t = tokens.first, block; t != last_token; t += block) {
        block = next_block(last_token - t, CHAIN_TOKENS);
        uint32_t c = outputs.first;
#define WIDE(N) up_block(lora, xa + t * rank, lora->b + c, y + t * lora->outputs + c, rank, N, PANEL)
#define NARROW(N) up_block(lora, xa + t * rank, lora->b + c, y + t * lora->outputs + c, rank, N, 1)
        for (; c + PANEL <= last_output; c += PANEL) WITH_CONSTANT(block, WIDE)
        for (; c != last_output; c++) WITH_CONSTANT(block, NARROW)
#undef WIDE
#undef NARROW
    }
}

/** xa in registers, B and y streamed past it: pays where a few tokens' xa fit, 3 x 8 or 5 x 4. */
BLOCK void up_held(const struct lora *lora, const float *xa, float *y, struct lora_range tokens, struct lora_range outputs, const int rank)
{
    const uint32_t most = rank == HELD_RANK ? HELD_TOKENS_8 : HELD_TOKENS, last_token = tokens.first + tokens.count;
    for (uint32_t t = tokens.first, block; t != last_token; t += block) {
        block = next_block(last_token - t, most);
#define HELD(N)                                                                                                         \
    if ((N) <= most)                                                                                                    \
        held_block(xa + t * rank, lora->b + outputs.first, y + t * lora->outputs + outputs.first, lora->outputs, outputs.count, \
                   (N) <= most ? (N) : 1, rank)
        WITH_CONSTANT(block, HELD)
#undef HELD
    }
}

void lora_up_add(const struct lora *lora, const float *xa, float *y, struct lora_range tokens, struct lora_range outputs)
{
    switch (lora->rank) {
    case 4: up_held(lora, xa, y, tokens, outputs, 4); break;
    case 8: up_held(lora, xa, y, tokens, outputs, 8); break;
    case 16: up(lora, xa, y, tokens, outputs, 16); break;
    case 32: up(lora, xa, y, tokens, outputs, 32); break;
    default: up(lora, xa, y, tokens, outputs, lora->rank); break;
    }
}
