/**
 * @file
 * Register blocks of the LoRA products: code for constant block sizes, inlined where they are used.
 *
 * The order of loads and multiply-adds is chosen by hand for a single-issue core whose load result arrives a cycle
 * late (CV32E40P): each value is loaded one step before its use, and a chain's next link comes no sooner than two
 * instructions on. The compiler only picks registers and addresses; it must keep that order, so build with
 * -fno-schedule-insns.
 */
#ifndef AHWA_LORA_BLOCKS_H
#define AHWA_LORA_BLOCKS_H

#include <stdint.h>

#include "lora.h"

#define BLOCK static inline __attribute__((always_inline))

/** Sizes of the blocks: 32 floating-point registers hold what is kept and leave at least 8 for what streams past. */
enum {
    STEPS = 16,         /**< k steps, or columns, between two branches */
    PANEL = LORA_PANEL, /**< most columns of a chain block */
    CHAIN_TOKENS = 6,   /**< most tokens of a chain block, 6 x 4 accumulators */
    HELD_TOKENS = 5,    /**< most tokens of a held block at rank 4, 5 x 4 values */
    HELD_RANK = 8,      /**< most ranks of a held block */
    HELD_TOKENS_8 = 3,  /**< most tokens of a held block at rank 8, 3 x 8 values */
};

/** The statements once for each constant i < count, count at most 16; may be nested. */
#define REPEAT(i, count, ...)                                                                     \
    {                                                                                             \
        AT(i, 0, count, __VA_ARGS__) AT(i, 1, count, __VA_ARGS__) AT(i, 2, count, __VA_ARGS__)    \
        AT(i, 3, count, __VA_ARGS__) AT(i, 4, count, __VA_ARGS__) AT(i, 5, count, __VA_ARGS__)    \
        AT(i, 6, count, __VA_ARGS__) AT(i, 7, count, __VA_ARGS__) AT(i, 8, count, __VA_ARGS__)    \
        AT(i, 9, count, __VA_ARGS__) AT(i, 10, count, __VA_ARGS__) AT(i, 11, count, __VA_ARGS__)  \
        AT(i, 12, count, __VA_ARGS__) AT(i, 13, count, __VA_ARGS__) AT(i, 14, count, __VA_ARGS__) \
        AT(i, 15, count, __VA_ARGS__)                                                             \
    }
#define AT(i, value, count, ...)  \
    if ((value) < (count)) {      \
        enum { i = (value) };     \
        __VA_ARGS__               \
    }

/** Have `value` in its register here: the compiler would move a load or product down to its first use. */
BLOCK float pin(float value)
{
    __asm__ volatile("" : "+f"(value));
    return value;
}

/** Step `pointer` here and now: the compiler would derive it from another pointer at each use. */
#define STEP(pointer, elements)                          \
    do {                                                 \
        (pointer) += (elements);                         \
        __asm__ volatile("" : "+r"(pointer));            \
    } while (0)

/** sum[i][j] continues with p[i][k] q[j], i < tokens, j < columns. */
BLOCK void chain_step(float sum[CHAIN_TOKENS][PANEL], const float *const *p, const int k, const float *q, const int tokens, const int columns)
{
    float factor = pin(p[0][k]), line[PANEL];
    REPEAT(j, columns, line[j] = pin(q[j]);)
    REPEAT(i, tokens,
        const float next = i + 1 < tokens ? pin(p[i + 1][k]) : 0;
        REPEAT(j, columns, sum[i][j] = __builtin_fmaf(factor, line[j], sum[i][j]);)
        factor = next;)
}

/**
 * sum[i][j] = the chain over k < count of p[i][k] q[k][j], i < tokens, j < columns.
 * Starts at -0, which an addition never changes: so the first product is rounded by itself.
 */
BLOCK void chain_block(float sum[CHAIN_TOKENS][PANEL], const float *p, uint32_t p_stride, const float *q, uint32_t q_stride,
                       uint32_t count, const int tokens, const int columns)
{
    const float *row[CHAIN_TOKENS];
    REPEAT(i, tokens,
        row[i] = p + i * p_stride;
        REPEAT(j, columns, sum[i][j] = -0.0f;))
    for (const float *end = p + count / STEPS * STEPS; row[0] != end;) {
        REPEAT(k, STEPS,
            chain_step(sum, row, k, q, tokens, columns);
            if (__builtin_constant_p(q_stride)) q += q_stride;
            else STEP(q, q_stride);)
        REPEAT(i, tokens, STEP(row[i], STEPS);)
    }
    for (const float *end = p + count; row[0] != end;) {
        chain_step(sum, row, 0, q, tokens, columns);
        STEP(q, q_stride);
        REPEAT(i, tokens, STEP(row[i], 1);)
    }
}

/** out[i][j] += the chain over k < rank of held[i][k] line[k][j], for `columns` columns j. */
BLOCK void held_columns(const float held[HELD_TOKENS][HELD_RANK], const float *const *line, float *const *out,
                        const int tokens, const int rank, const int columns)
{
    float factor = pin(line[0][0]), sum[HELD_TOKENS], y[HELD_TOKENS];
    REPEAT(j, columns,
        REPEAT(k, HELD_RANK,
            if (k < rank) {
                const int last = k + 1 == rank;
                const float next = !last ? pin(line[k + 1 < HELD_RANK ? k + 1 : 0][j]) : j + 1 < columns ? pin(line[0][j + 1]) : 0;
                if (last) REPEAT(i, tokens, y[i] = pin(out[i][j]);)
                REPEAT(i, tokens, sum[i] = k == 0 ? pin(held[i][0] * factor) : __builtin_fmaf(held[i][k], factor, sum[i]);)
                factor = next;
            })
        REPEAT(i, tokens, y[i] = pin(y[i] + sum[i]);)
        REPEAT(i, tokens, out[i][j] = y[i];))
}

/** y[i][j] += the chain over k < rank of xa[i][k] b[k][j] for j < count, with xa held in registers: i < tokens. */
BLOCK void held_block(const float *xa, const float *b, float *y, uint32_t outputs, uint32_t count, const int tokens, const int rank)
{
    float held[HELD_TOKENS][HELD_RANK], *out[HELD_TOKENS];
    const float *line[HELD_RANK];
    REPEAT(k, rank, line[k] = b + k * outputs;)
    REPEAT(i, tokens,
        out[i] = y + i * outputs;
        REPEAT(k, rank, held[i][k] = pin(xa[i * rank + k]);))
    for (const float *end = b + count / STEPS * STEPS; line[0] != end;) {
        held_columns(held, line, out, tokens, rank, STEPS);
        REPEAT(k, rank, STEP(line[k], STEPS);)
        REPEAT(i, tokens, STEP(out[i], STEPS);)
    }
    for (const float *end = b + count; line[0] != end;) {
        held_columns(held, line, out, tokens, rank, 1);
        REPEAT(k, rank, STEP(line[k], 1);)
        REPEAT(i, tokens, STEP(out[i], 1);)
    }
}

#endif
