/**
 * @file
 * The LoRA branch of a linear layer on RV32F: y += scale * (x A) B.
 *
 * Every element is one chain with k ascending, whatever the blocking and the split over harts:
 *
 *     xa[t][j] = scale * (x[t][0] A[0][j] + x[t][1] A[1][j] + ...)      lora_down
 *     d[t][c]  =          xa[t][0] B[0][c] + xa[t][1] B[1][c] + ...
 *     y[t][c]  = y[t][c] + d[t][c]                                      lora_up_add
 *
 * The first product of a chain is rounded by itself, each further one is a fused multiply-add; the factor `scale` and
 * the last addition are rounded by themselves. Because d does not depend on y, it makes no difference to the bits
 * whether the cores add it to the tile's output or the tile accumulates onto it.
 */
#ifndef AHWA_LORA_H
#define AHWA_LORA_H

#include <stdint.h>

/** One adapter: shapes in elements, matrices row-major float32. */
struct lora {
    uint32_t inputs;  /**< m, elements of a token at the input; above 0 */
    uint32_t outputs; /**< n, elements of a token at the output; above 0 */
    uint32_t rank;    /**< r, above 0; 4, 8, 16 and 32 have code of their own */
    float scale;      /**< alpha / r */
    const float *a;   /**< A [inputs][rank] */
    const float *b;   /**< B [rank][outputs] */
};

/** Consecutive indices: first, first + 1, ... */
struct lora_range {
    uint32_t first;
    uint32_t count;
};

/** xa[t][j] for the given tokens and ranks; x is [tokens][inputs], xa [tokens][rank]. */
void lora_down(const struct lora *lora, const float *x, float *xa, struct lora_range tokens, struct lora_range ranks);

/** y[t][c] += d[t][c] for the given tokens and outputs; xa is [tokens][rank], y [tokens][outputs]. */
void lora_up_add(const struct lora *lora, const float *xa, float *y, struct lora_range tokens, struct lora_range outputs);

#endif
