/**
 * @file
 * Register blocks of the LoRA products: code for constant block sizes, inlined at its use.
 *
 * The order of loads and multiply-adds is chosen by hand for a single-issue core whose load result arrives one cycle
 * late (CV32E40P): each value is loaded one step before its use, and the next link of a chain comes at least two
 * instructions later. The compiler only picks registers and addresses. It must keep that order, so build with
 * -fno-schedule-insns.
 */
#ifndef AHWA_LORA_BLOCKS_H
#define AHWA_LORA_BLOCKS_H

#include <stdint.h>

#include "lora.h"

#define BLOCK static inline __attribute__((always_inline))

/** Sizes of the blocks: 32 floating-point registers hold the kept values and leave at least 5 for the streamed ones. */
enum {
    PANEL = LORA_PANEL, /**< columns of a chain block */
    CHAIN_TOKENS = 6,   /**< most tokens of a chain block, 6 x 4 accumulators */
    HELD_TOKENS_4 = 4,  /**< most tokens of a held block at rank 4, 4 x 4 values */
    HELD_TOKENS_8 = 3,  /**< most tokens of a held block at rank 8, 3 x 8 values */
    HELD_TOKENS = 4,    /**< the larger of them */
    HELD_RANK = 8,      /**< most ranks of a held block */
};

/**
 * Repeats the statements for each constant i < count. There is a macro for each kind of index, because a macro cannot nest
 * in itself, and each has only as many copies as it can need: statements that the compiler must drop again make it slow.
 */
#define EACH_PANEL(i, count, ...)                                                                                   \
    {                                                                                                               \
        AT(i, 0, count, __VA_ARGS__) AT(i, 1, count, __VA_ARGS__) AT(i, 2, count, __VA_ARGS__)                      \
        AT(i, 3, count, __VA_ARGS__)                                                                                \
    }
#define EACH_COLUMN(i, ...)                                                                                         \
    {                                                                                                               \
        AT(i, 0, PANEL, __VA_ARGS__) AT(i, 1, PANEL, __VA_ARGS__) AT(i, 2, PANEL, __VA_ARGS__)                      \
        AT(i, 3, PANEL, __VA_ARGS__)                                                                                \
    }
#define EACH_TOKEN(i, count, ...)                                                                                   \
    {                                                                                                               \
        AT(i, 0, count, __VA_ARGS__) AT(i, 1, count, __VA_ARGS__) AT(i, 2, count, __VA_ARGS__)                      \
        AT(i, 3, count, __VA_ARGS__) AT(i, 4, count, __VA_ARGS__) AT(i, 5, count, __VA_ARGS__)                      \
    }
#define EACH_RANK(i, count, ...)                                                                                    \
    {                                                                                                               \
        AT(i, 0, count, __VA_ARGS__) AT(i, 1, count, __VA_ARGS__) AT(i, 2, count, __VA_ARGS__)                      \
        AT(i, 3, count, __VA_ARGS__) AT(i, 4, count, __VA_ARGS__) AT(i, 5, count, __VA_ARGS__)                      \
        AT(i, 6, count, __VA_ARGS__) AT(i, 7, count, __VA_ARGS__)                                                   \
    }
#define EACH_STEP(i, count, ...)                                                                                    \
    {                                                                                                               \
        AT(i, 0, count, __VA_ARGS__) AT(i, 1, count, __VA_ARGS__) AT(i, 2, count, __VA_ARGS__)                      \
        AT(i, 3, count, __VA_ARGS__) AT(i, 4, count, __VA_ARGS__) AT(i, 5, count, __VA_ARGS__)                      \
        AT(i, 6, count, __VA_ARGS__) AT(i, 7, count, __VA_ARGS__) AT(i, 8, count, __VA_ARGS__)                      \
        AT(i, 9, count, __VA_ARGS__) AT(i, 10, count, __VA_ARGS__) AT(i, 11, count, __VA_ARGS__)                    \
        AT(i, 12, count, __VA_ARGS__) AT(i, 13, count, __VA_ARGS__) AT(i, 14, count, __VA_ARGS__)                   \
        AT(i, 15, count, __VA_ARGS__)                                                                               \
    }
#define AT(i, value, count, ...)  \
    if ((value) < (count)) {      \
        enum { i = (value) };     \
        __VA_ARGS__               \
    }

/** Forces `value` into its register here: the compiler would move a load or product down to its first use. */
BLOCK float pin(float value)
{
    __asm__ volatile("" : "+f"(value));
    return value;
}

/** `sum` + a b, rounded once, in sum's register: the compiler would need more registers for a chain block than there are. */
BLOCK float multiply_add(float a, float b, float sum)
{
    __asm__ volatile("fmadd.s %0, %1, %2, %0" : "+f"(sum) : "f"(a), "f"(b));
    return sum;
}

/** Steps `pointer` at this point: the compiler would derive it from another pointer at each use. */
#define STEP(pointer, elements)                          \
    do {                                                 \
        (pointer) += (elements);                         \
        __asm__ volatile("" : "+r"(pointer));            \
    } while (0)

/** sum[i][j] continues with p[i][k] q[j], i < tokens. */
BLOCK void chain_step(float sum[CHAIN_TOKENS][PANEL], const float *const *p, const int k, const float *q, const int tokens)
{
    float factor = pin(p[0][k]), line[PANEL];
    EACH_COLUMN(j, line[j] = pin(q[j]);)
    EACH_TOKEN(i, tokens,
        const float next = i + 1 < tokens ? pin(p[i + 1][k]) : 0;
        EACH_COLUMN(j, sum[i][j] = multiply_add(factor, line[j], sum[i][j]);)
        factor = next;)
}

/**
 * sum[i][j] = the chain over k < count of row[i][k] q[k][j], i < tokens, for a panel q; `steps` between two branches.
 * The chain starts at -0, which never changes a sum, so the first product is rounded by itself. Returns the end of q.
 */
BLOCK const float *chain_block(float sum[CHAIN_TOKENS][PANEL], const float **row, const float *q, uint32_t count, const int steps, const int tokens)
{
    const float *end = row[0] + count / steps * steps;
    EACH_TOKEN(i, tokens, EACH_COLUMN(j, sum[i][j] = -0.0f;))
    for (; row[0] != end;) {
        EACH_STEP(k, steps, chain_step(sum, row, k, q + k * PANEL, tokens);)
        STEP(q, steps * PANEL);
        EACH_TOKEN(i, tokens, STEP(row[i], steps);)
    }
    for (end += count % steps; row[0] != end;) {
        chain_step(sum, row, 0, q, tokens);
        STEP(q, PANEL);
        EACH_TOKEN(i, tokens, STEP(row[i], 1);)
    }
    EACH_TOKEN(i, tokens, STEP(row[i], -count);)
    return q;
}

/** What a held block does with d[i][j]. */
enum held_result { HELD_STORE, HELD_ADD };

/**
 * out[i][j] = or += the chain over k < rank of held[i][k] b[k][j], for one column j of a panel b.
 * `factor` is b[0][j]; returns *next, loaded in time for the next column, if there is one.
 */
BLOCK float held_column(const float held[HELD_TOKENS][HELD_RANK], float factor, const float *b, const float *next, float *const *out, const int j,
                        const int tokens, const int rank, const enum held_result result)
{
    float sum[HELD_TOKENS], y[HELD_TOKENS];
    EACH_RANK(k, rank,
        const int last = k + 1 == rank;
        const float loaded = !last ? pin(b[(k + 1) * PANEL]) : next ? pin(*next) : 0;
        if (last && result == HELD_ADD) EACH_TOKEN(i, tokens, y[i] = pin(out[i][j]);)
        EACH_TOKEN(i, tokens, sum[i] = k == 0 ? pin(held[i][0] * factor) : __builtin_fmaf(held[i][k], factor, sum[i]);)
        factor = loaded;)
    EACH_TOKEN(i, tokens, y[i] = result == HELD_ADD ? pin(y[i] + sum[i]) : pin(sum[i]);)
    EACH_TOKEN(i, tokens, out[i][j] = y[i];)
    return factor;
}

/** The columns of `panels` panels of b, at most 4; `out` must first be stepped by `step` elements to reach them. */
BLOCK void held_panels(const float held[HELD_TOKENS][HELD_RANK], const float *b, float **out, uint32_t step, const int tokens, const int rank,
                       const enum held_result result, const int panels)
{
    float factor = pin(b[0]);
    EACH_TOKEN(i, tokens, STEP(out[i], step);)
    EACH_PANEL(p, panels,
        EACH_COLUMN(j,
            const float *const line = b + p * rank * PANEL + j;
            const float *const next = j + 1 < PANEL ? line + 1 : p + 1 < panels ? b + (p + 1) * rank * PANEL : 0;
            factor = held_column(held, factor, line, next, out, p * PANEL + j, tokens, rank, result);))
}

/**
 * y[i][j] = or += the chain over k < rank of xa[i][k] b[k][j] for the columns of `panels` panels, with xa held in registers:
 * i < tokens; `at_once` panels between two branches.
 */
BLOCK void held_block(const struct lora *lora, const float *xa, const float *b, float *y, uint32_t panels, const int tokens, const int rank,
                      const enum held_result result, const int at_once)
{
    const uint32_t width = at_once * PANEL;
    float held[HELD_TOKENS][HELD_RANK], *out[HELD_TOKENS];
    EACH_TOKEN(i, tokens,
        out[i] = y + i * lora->y_stride - width;
        EACH_RANK(k, rank, held[i][k] = pin(xa[i * lora->xa_stride + k]);))
    const float *end = b + panels / at_once * width * rank;
    for (; b != end;) {
        held_panels(held, b, out, width, tokens, rank, result, at_once);
        STEP(b, width * rank);
    }
    EACH_TOKEN(i, tokens, STEP(out[i], width - PANEL);)
    for (end += panels % at_once * rank * PANEL; b != end;) {
        held_panels(held, b, out, PANEL, tokens, rank, result, 1);
        STEP(b, rank * PANEL);
    }
}

#endif
