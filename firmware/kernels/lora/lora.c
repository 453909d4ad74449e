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

/** Panels of a share's columns, the first of which is the first of a panel. */
static inline uint32_t panels_of(struct lora_range columns)
{
    return lora_padded(columns.count) / PANEL;
}

/**
 * Does a block's tokens for `panels` panels q of A or B: p is x or xa, and out is xa, d or y; all point to the block.
 * `add` says for the general form of (x A) B whether to add to the values in out.
 */
typedef void block_function(const struct lora *lora, const float *p, const float *q, float *out, uint32_t panels, uint32_t add);

/** A block_function for a constant number of tokens; not inlined, because only the large ones save registers. */
#define BLOCK_FUNCTION(NAME, TOKENS, BLOCK_OF, ...)                                                                    \
    static __attribute__((noinline)) void NAME(const struct lora *lora, const float *p, const float *q, float *out,    \
                                               uint32_t panels, uint32_t add)                                          \
    {                                                                                                                  \
        (void)add;                                                                                                     \
        BLOCK_OF(lora, p, q, out, panels, TOKENS, __VA_ARGS__);                                                        \
    }

/** The block to do next if n tokens are left: entry n of a table of LEFT + 1 entries, or the last if there are more. */
struct block {
    uint32_t tokens;
    block_function *run;
};
enum { LEFT = CHAIN_TOKENS };

/** A share of a product of `depth`, cut into blocks by such a table. */
static inline void product(const struct lora *lora, const struct block *blocks, const float *p, uint32_t p_stride, const float *q, uint32_t depth,
                           float *out, uint32_t out_stride, struct lora_grid share, uint32_t add)
{
    const uint32_t panels = panels_of(share.columns);
    p += share.tokens.first * p_stride;
    q += share.columns.first * depth;
    out += share.tokens.first * out_stride + share.columns.first;
    for (uint32_t left = share.tokens.count; left != 0;) {
        const struct block *const block = &blocks[left < LEFT ? left : LEFT];
        block->run(lora, p, q, out, panels, add);
        left -= block->tokens;
        p += block->tokens * p_stride;
        out += block->tokens * out_stride;
    }
}

/* ---- x A ---------------------------------------------------------------------------------------------------------- */

/** xa[i][j] = scale * chain over the inputs. */
BLOCK void down_block(const struct lora *lora, const float *x, const float *a, float *xa, uint32_t panels, const int tokens, const int steps)
{
    const float *row[CHAIN_TOKENS];
    float *out[CHAIN_TOKENS], sum[CHAIN_TOKENS][PANEL];
    EACH_TOKEN(i, tokens, row[i] = x + i * lora->x_stride;)
    EACH_TOKEN(i, tokens, out[i] = xa + i * lora->xa_stride;)
    for (; panels != 0; panels--) {
        a = chain_block(sum, row, a, lora->inputs, steps, tokens);
        const float scale = lora->scale;
        EACH_TOKEN(i, tokens, EACH_COLUMN(j, sum[i][j] = pin(scale * sum[i][j]);))
        EACH_TOKEN(i, tokens, EACH_COLUMN(j, out[i][j] = sum[i][j];))
        EACH_TOKEN(i, tokens, STEP(out[i], PANEL);)
    }
}

enum { DOWN_STEPS = 16 };
BLOCK_FUNCTION(down_6, 6, down_block, DOWN_STEPS)
BLOCK_FUNCTION(down_4, 4, down_block, DOWN_STEPS)
BLOCK_FUNCTION(down_3, 3, down_block, DOWN_STEPS)
BLOCK_FUNCTION(down_2, 2, down_block, DOWN_STEPS)
BLOCK_FUNCTION(down_1, 1, down_block, DOWN_STEPS)

void lora_down(const struct lora *lora, const float *x, float *xa, struct lora_grid share)
{
    static const struct block blocks[] = {{0, 0}, {1, down_1}, {2, down_2}, {3, down_3}, {4, down_4}, {4, down_4}, {6, down_6}};
    product(lora, blocks, x, lora->x_stride, lora->a, lora->inputs, xa, lora->xa_stride, share, 0);
}

/* ---- (x A) B: accumulators in registers, xa and B read -------------------------------------------------------------- */

/** y[i][j] = or += chain over the ranks. */
BLOCK void up_block(const struct lora *lora, const float *xa, const float *b, float *y, uint32_t panels, const int tokens, const int steps, uint32_t add)
{
    const float *row[CHAIN_TOKENS];
    float *out[CHAIN_TOKENS], sum[CHAIN_TOKENS][PANEL];
    EACH_TOKEN(i, tokens, row[i] = xa + i * lora->xa_stride;)
    EACH_TOKEN(i, tokens, out[i] = y + i * lora->y_stride;)
    for (; panels != 0; panels--) {
        b = chain_block(sum, row, b, lora->rank, steps, tokens);
        EACH_TOKEN(i, tokens,
            float value[PANEL];
            if (add) {
                EACH_COLUMN(j, value[j] = pin(out[i][j]);)
                EACH_COLUMN(j, sum[i][j] = pin(value[j] + sum[i][j]);)
            }
            EACH_COLUMN(j, out[i][j] = sum[i][j];))
        EACH_TOKEN(i, tokens, STEP(out[i], PANEL);)
    }
}

enum { UP_STEPS = 8 };
BLOCK_FUNCTION(up_6, 6, up_block, UP_STEPS, add)
BLOCK_FUNCTION(up_4, 4, up_block, UP_STEPS, add)
BLOCK_FUNCTION(up_2, 2, up_block, UP_STEPS, add)
BLOCK_FUNCTION(up_1, 1, up_block, UP_STEPS, add)

static const struct block up[] = {{0, 0}, {1, up_1}, {2, up_2}, {2, up_2}, {4, up_4}, {4, up_4}, {6, up_6}};

/* ---- (x A) B: xa in registers, B and y streamed past it -------------------------------------------------------------- */

enum { PANELS = 2, PANELS_OF_LARGEST = 4 }; /* between two branches */
BLOCK_FUNCTION(add_4_4, 4, held_block, 4, HELD_ADD, PANELS)
BLOCK_FUNCTION(add_4_2, 2, held_block, 4, HELD_ADD, PANELS)
BLOCK_FUNCTION(add_4_1, 1, held_block, 4, HELD_ADD, PANELS)
BLOCK_FUNCTION(add_8_3, 3, held_block, 8, HELD_ADD, PANELS_OF_LARGEST)
BLOCK_FUNCTION(add_8_2, 2, held_block, 8, HELD_ADD, PANELS)
BLOCK_FUNCTION(add_8_1, 1, held_block, 8, HELD_ADD, PANELS)
BLOCK_FUNCTION(store_4_4, 4, held_block, 4, HELD_STORE, PANELS)
BLOCK_FUNCTION(store_4_2, 2, held_block, 4, HELD_STORE, PANELS)
BLOCK_FUNCTION(store_4_1, 1, held_block, 4, HELD_STORE, PANELS)
BLOCK_FUNCTION(store_8_3, 3, held_block, 8, HELD_STORE, PANELS_OF_LARGEST)
BLOCK_FUNCTION(store_8_2, 2, held_block, 8, HELD_STORE, PANELS)
BLOCK_FUNCTION(store_8_1, 1, held_block, 8, HELD_STORE, PANELS)

void lora_up_add(const struct lora *lora, const float *xa, float *y, struct lora_grid share)
{
    static const struct block rank_4[] = {{0, 0}, {1, add_4_1}, {2, add_4_2}, {2, add_4_2}, {4, add_4_4}, {4, add_4_4}, {4, add_4_4}};
    static const struct block rank_8[] = {{0, 0}, {1, add_8_1}, {2, add_8_2}, {3, add_8_3}, {2, add_8_2}, {3, add_8_3}, {3, add_8_3}};
    const struct block *const blocks = lora->rank == 4 ? rank_4 : lora->rank == HELD_RANK ? rank_8 : up;
    product(lora, blocks, xa, lora->xa_stride, lora->b, lora->rank, y, lora->y_stride, share, 1);
}

void lora_up(const struct lora *lora, const float *xa, float *d, struct lora_grid share)
{
    static const struct block rank_4[] = {{0, 0}, {1, store_4_1}, {2, store_4_2}, {2, store_4_2}, {4, store_4_4}, {4, store_4_4}, {4, store_4_4}};
    static const struct block rank_8[] = {{0, 0}, {1, store_8_1}, {2, store_8_2}, {3, store_8_3}, {2, store_8_2}, {3, store_8_3}, {3, store_8_3}};
    const struct block *const blocks = lora->rank == 4 ? rank_4 : lora->rank == HELD_RANK ? rank_8 : up;
    product(lora, blocks, xa, lora->xa_stride, lora->b, lora->rank, d, lora->y_stride, share, 0);
}

/* ---- The addition by itself --------------------------------------------------------------------------------------- */

/** y[j] += d[j] for the columns of a panel. */
BLOCK void add_panel(const float *d, float *y)
{
    float addend[PANEL], value[PANEL];
    EACH_COLUMN(j, addend[j] = pin(d[j]);)
    EACH_COLUMN(j, value[j] = pin(y[j]);)
    EACH_COLUMN(j, value[j] = pin(value[j] + addend[j]);)
    EACH_COLUMN(j, y[j] = value[j];)
}

void lora_add(const struct lora *lora, const float *d, float *y, struct lora_grid share)
{
    const uint32_t width = PANELS_OF_LARGEST * PANEL, panels = panels_of(share.columns), end = share.tokens.first + share.tokens.count;
    for (uint32_t t = share.tokens.first; t != end; t++) {
        const uint32_t first = t * lora->y_stride + share.columns.first;
        const float *from = d + first, *last = from + panels / PANELS_OF_LARGEST * width;
        float *to = y + first;
        for (; from != last;) {
            EACH_PANEL(p, PANELS_OF_LARGEST, add_panel(from + p * PANEL, to + p * PANEL);)
            STEP(from, width);
            STEP(to, width);
        }
        for (last += panels % PANELS_OF_LARGEST * PANEL; from != last;) {
            add_panel(from, to);
            STEP(from, PANEL);
            STEP(to, PANEL);
        }
    }
}
