/**
 * @file
 * Splits the LoRA products over harts. A split changes only the time, never a bit of the result.
 */
#include "blocks.h"
#include "lora.h"

static uint32_t divide_up(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

struct lora_range lora_part(uint32_t count, uint32_t parts, uint32_t index, uint32_t unit)
{
    const uint32_t units = divide_up(count, unit);
    const uint32_t first = units * index / parts * unit, end = units * (index + 1) / parts * unit;
    return (struct lora_range){first, (end < count ? end : count) - first};
}

struct lora_grid lora_share(uint32_t tokens, uint32_t token_parts, uint32_t columns, uint32_t column_parts, uint32_t index)
{
    if (index >= token_parts * column_parts) return (struct lora_grid){{0, 0}, {0, 0}};
    return (struct lora_grid){lora_part(tokens, token_parts, index / column_parts, 1), lora_part(columns, column_parts, index % column_parts, PANEL)};
}

/** Instructions of a chain block's product, [tokens][depth] by [depth][columns]: loads, multiply-adds. */
static uint32_t chain_cost(uint32_t tokens, uint32_t depth, uint32_t columns)
{
    const uint32_t panels = divide_up(columns, PANEL), blocks = divide_up(tokens, CHAIN_TOKENS);
    return panels * depth * (tokens * (1 + PANEL) + blocks * PANEL);
}

static uint32_t down_cost(const struct lora *lora, uint32_t tokens, uint32_t ranks)
{
    return chain_cost(tokens, lora->inputs, ranks);
}

/** As above, plus three instructions to add each output. */
static uint32_t up_cost(const struct lora *lora, uint32_t tokens, uint32_t outputs)
{
    const uint32_t add = 3 * tokens * outputs, rank = lora->rank;
    if (rank != 4 && rank != HELD_RANK) return chain_cost(tokens, rank, outputs) + add;
    const uint32_t blocks = divide_up(tokens, rank == HELD_RANK ? HELD_TOKENS_8 : HELD_TOKENS_4);
    return (outputs + blocks) * rank * blocks + outputs * rank * tokens + rank * tokens + add;
}

struct lora_split lora_choose_split(const struct lora *lora, uint32_t tokens, uint32_t harts, enum lora_split_by by)
{
    struct lora_split split = {harts, 1, harts, 1};
    uint32_t best_down = UINT32_MAX, best_up = UINT32_MAX;
    const uint32_t least = by == LORA_SPLIT_TOKENS ? harts : 1, most = by == LORA_SPLIT_OUTPUTS ? 1 : harts;
    for (uint32_t parts = most; parts >= least; parts--) {
        const uint32_t others = harts / parts, share = divide_up(tokens, parts);
        const uint32_t ranks = divide_up(divide_up(lora->rank, PANEL), others) * PANEL;
        const uint32_t outputs = divide_up(divide_up(lora->outputs, PANEL), others) * PANEL;
        const uint32_t down = down_cost(lora, share, ranks), up = up_cost(lora, share, outputs);
        if (down < best_down) best_down = down, split.down_tokens = parts, split.down_ranks = others;
        if (up < best_up) best_up = up, split.up_tokens = parts, split.up_outputs = others;
    }
    return split;
}
