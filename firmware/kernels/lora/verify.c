#include "verify.h"

#include <string.h>

#include "lora.h"

enum { MAX_INPUTS = 67, MAX_OUTPUTS = 40, MAX_RANK = 36, MAX_TOKENS = 17, GUARD = 4, PAD = 1 };

static const struct {
    uint32_t inputs, outputs, rank, tokens;
} cases[] = {
    /* each specialised rank: whole blocks, then a remainder in every direction */
    {32, 32, 4, 10},  {35, 19, 4, 7},   {32, 32, 8, 12},  {67, 37, 8, 17},  {32, 32, 16, 12}, {49, 23, 16, 11},
    {32, 32, 32, 6},  {33, 21, 32, 13}, {16, 16, 8, 1},   {16, 16, 8, 2},   {16, 16, 4, 1},   {64, 2, 8, 8},
    /* generic ranks: below, between and above them */
    {19, 11, 1, 5},   {21, 9, 2, 6},    {20, 12, 3, 4},   {33, 18, 6, 16},  {47, 37, 11, 9},  {66, 34, 33, 8},
    /* the smallest shapes */
    {1, 1, 1, 1},     {1, 3, 8, 3},     {2, 1, 4, 6},     {15, 15, 16, 1},  {17, 17, 32, 2},
};

static float x[MAX_TOKENS * MAX_INPUTS], a[MAX_INPUTS * MAX_RANK], b[MAX_RANK * MAX_OUTPUTS];
static float packed_a[MAX_INPUTS * MAX_RANK], packed_b[MAX_RANK * MAX_OUTPUTS];
static float tile[MAX_TOKENS * (MAX_OUTPUTS + PAD)], d[MAX_TOKENS * (MAX_OUTPUTS + PAD)];
static float xa[MAX_TOKENS * (MAX_RANK + PAD) + GUARD], y[MAX_TOKENS * (MAX_OUTPUTS + PAD) + GUARD];
static float expected_xa[MAX_TOKENS * (MAX_RANK + PAD) + GUARD], expected_y[MAX_TOKENS * (MAX_OUTPUTS + PAD) + GUARD];

/** Values of both signs and many magnitudes, including zeros of both signs: xorshift32 of the seed. */
static void fill(float *values, uint32_t count, uint32_t seed)
{
    uint32_t state = seed * 2654435761u | 1;
    for (uint32_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        uint32_t bits = (state & 0x807FFFFF) | (120 + (state >> 23 & 15)) << 23;
        if ((state & 0x1F000000) == 0) bits &= 0x80000000;
        memcpy(&values[i], &bits, sizeof bits);
    }
}

/** The definition, element by element, from the row-major matrices. */
static void reference(const struct lora *lora, uint32_t tokens)
{
    const uint32_t m = lora->inputs, n = lora->outputs, r = lora->rank;
    for (uint32_t t = 0; t < tokens; t++) {
        const float *const x_row = x + t * lora->x_stride;
        float *const xa_row = expected_xa + t * lora->xa_stride;
        for (uint32_t j = 0; j < r; j++) {
            float sum = x_row[0] * a[j];
            for (uint32_t k = 1; k < m; k++) sum = __builtin_fmaf(x_row[k], a[k * r + j], sum);
            xa_row[j] = lora->scale * sum;
        }
        for (uint32_t c = 0; c < n; c++) {
            float sum = xa_row[0] * b[c];
            for (uint32_t k = 1; k < r; k++) sum = __builtin_fmaf(xa_row[k], b[k * n + c], sum);
            expected_y[t * lora->y_stride + c] = tile[t * lora->y_stride + c] + sum;
        }
    }
}

/** Runs the kernels over a grid of parts, as harts would share them; `apart` first computes d and then adds it. */
static void run(const struct lora *lora, uint32_t tokens, uint32_t token_parts, uint32_t parts, uint32_t apart)
{
    for (uint32_t i = 0; i < token_parts * parts; i++) lora_down(lora, x, xa, lora_share(tokens, token_parts, lora->rank, parts, i));
    for (uint32_t i = 0; i < token_parts * parts; i++) {
        const struct lora_grid share = lora_share(tokens, token_parts, lora->outputs, parts, i);
        if (!apart) {
            lora_up_add(lora, xa, y, share);
        } else {
            lora_up(lora, xa, d, share);
            lora_add(lora, d, y, share);
        }
    }
}

/** 1 if rows of `stride` differ: in `columns` elements, beyond the last panel, or in the guard. */
static uint32_t differs(const float *rows, const float *expected, uint32_t tokens, uint32_t columns, uint32_t stride)
{
    const uint32_t padded = lora_padded(columns);
    for (uint32_t t = 0; t < tokens; t++, rows += stride, expected += stride) {
        if (memcmp(rows, expected, columns * sizeof *rows)) return 1;
        if (memcmp(rows + padded, expected + padded, (stride - padded) * sizeof *rows)) return 1;
    }
    return memcmp(rows, expected, GUARD * sizeof *rows) != 0;
}

uint32_t lora_verify(void)
{
    static const uint32_t grids[][2] = {{1, 1}, {3, 1}, {1, 4}, {2, 3}, {MAX_TOKENS, 1}};
    uint32_t number = 0;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint32_t m = cases[i].inputs, n = cases[i].outputs, r = cases[i].rank, tokens = cases[i].tokens;
        const struct lora lora = {m, n, r, 1.75f, packed_a, packed_b, m, lora_stride(r), lora_stride(n)};
        fill(x, tokens * m, 4 * i + 1);
        fill(a, m * r, 4 * i + 2);
        fill(b, r * n, 4 * i + 3);
        fill(tile, tokens * lora.y_stride, 4 * i + 4);
        memset(packed_a, 0x7F, sizeof packed_a); /* the padding of a panel is 3e38: any use of it shows */
        memset(packed_b, 0x7F, sizeof packed_b);
        lora_pack(packed_a, a, m, r);
        lora_pack(packed_b, b, r, n);
        memset(expected_xa, 0x55, sizeof expected_xa);
        memset(expected_y, 0x55, sizeof expected_y);
        memcpy(expected_y, tile, tokens * lora.y_stride * sizeof *tile);
        reference(&lora, tokens);
        for (uint32_t grid = 0; grid < 2 * sizeof grids / sizeof *grids; grid++) {
            number++;
            memset(xa, 0x55, sizeof xa);
            memset(y, 0x55, sizeof y);
            memcpy(y, tile, tokens * lora.y_stride * sizeof *tile);
            run(&lora, tokens, grids[grid / 2][0], grids[grid / 2][1], grid % 2);
            if (differs(xa, expected_xa, tokens, r, lora.xa_stride) || differs(y, expected_y, tokens, n, lora.y_stride)) return number;
        }
    }
    return 0;
}
