/**
 * @file
 * The adapter of a linear layer on RV32F: y += scale * (x A) B.
 *
 * Every element is one chain with ascending k, for any blocking and any split over harts:
 *
 *     xa[t][j] = scale * (x[t][0] A[0][j] + x[t][1] A[1][j] + ...)      lora_down
 *     d[t][c]  =          xa[t][0] B[0][c] + xa[t][1] B[1][c] + ...
 *     y[t][c]  = y[t][c] + d[t][c]                                      lora_up_add
 *
 * The first product of a chain is rounded by itself, and each further one is a fused multiply-add. The multiplication by
 * `scale` and the last addition are rounded by themselves. Since d does not depend on y, the bits are the same whether
 * the harts add it to the tile's output or the tile accumulates onto it.
 */
#ifndef AHWA_LORA_H
#define AHWA_LORA_H

#include <stdint.h>

#include "lora_layout.h"

/**
 * One adapter; shapes and strides are in elements. The kernels read A and B in panels of LORA_PANEL columns, and write
 * whole panels: a row of xa and y has room up to the next multiple of LORA_PANEL, and the padding may hold anything.
 */
struct lora {
    uint32_t inputs;    /**< m, elements of a token at the input; above 0 */
    uint32_t outputs;   /**< n, elements of a token at the output; above 0 */
    uint32_t rank;      /**< r, above 0; (x A) B has its own code for 4 and 8 */
    float scale;        /**< alpha / r */
    const float *a;     /**< A [inputs][rank] in panels */
    const float *b;     /**< B [rank][outputs] in panels */
    uint32_t x_stride;  /**< from one token of x to the next, at least inputs */
    uint32_t xa_stride; /**< of xa, at least rank rounded up to panels */
    uint32_t y_stride;  /**< of y, at least outputs rounded up to panels */
};

/** `columns` rounded up to whole panels. */
static inline uint32_t lora_padded(uint32_t columns)
{
    return (columns + LORA_PANEL - 1) / LORA_PANEL * LORA_PANEL;
}

/** A row stride with room for whole panels. It is odd, so harts that walk different tokens use different banks. */
static inline uint32_t lora_stride(uint32_t columns)
{
    return lora_padded(columns) + LORA_ROW_PAD;
}

/**
 * A row-major matrix [rows][columns] in panels: element (k, j) at (j / LORA_PANEL * rows + k) * LORA_PANEL + j % LORA_PANEL
 * of `panels`, which takes rows * lora_padded(columns) elements. The padding of the last panel has no effect.
 */
void lora_pack(float *panels, const float *matrix, uint32_t rows, uint32_t columns);

/** Consecutive indices: first, first + 1, ... */
struct lora_range {
    uint32_t first;
    uint32_t count;
};

/** Share `index` of `parts` nearly equal shares of 0 to count - 1, cut at multiples of `unit`; it may be empty. */
struct lora_range lora_part(uint32_t count, uint32_t parts, uint32_t index, uint32_t unit);

/** A rectangle of a product's result. */
struct lora_grid {
    struct lora_range tokens, columns;
};

/** Rectangle `index` of token_parts x column_parts; empty for an index beyond them. Columns are cut at whole panels. */
struct lora_grid lora_share(uint32_t tokens, uint32_t token_parts, uint32_t columns, uint32_t column_parts, uint32_t index);

/** How many shares each product is cut into; at most one for each hart. */
struct lora_split {
    uint32_t down_tokens, down_ranks; /**< x A: token shares times rank shares */
    uint32_t up_tokens, up_outputs;   /**< (x A) B: token shares times output shares */
};

/** What lora_choose_split may choose from. */
enum lora_split_by { LORA_SPLIT_AUTO, LORA_SPLIT_TOKENS, LORA_SPLIT_OUTPUTS };

/** The split of `tokens` tokens over `harts` harts whose slowest hart ends earliest, by the cost model in split.c. */
struct lora_split lora_choose_split(const struct lora *lora, uint32_t tokens, uint32_t harts, enum lora_split_by by);

/** xa[t][j] for the given tokens and ranks. */
void lora_down(const struct lora *lora, const float *x, float *xa, struct lora_grid share);

/** y[t][c] += d[t][c] for the given tokens and outputs. */
void lora_up_add(const struct lora *lora, const float *xa, float *y, struct lora_grid share);

/** d[t][c] for the given tokens and outputs, with the stride of y; lora_add must follow. */
void lora_up(const struct lora *lora, const float *xa, float *d, struct lora_grid share);

/** y[t][c] += d[t][c] for the given tokens and outputs, d as lora_up left it. */
void lora_add(const struct lora *lora, const float *d, float *y, struct lora_grid share);

#endif
