#include "verify.h"

#include <string.h>

#include "lora.h"

enum { MAX_INPUTS = 67, MAX_OUTPUTS = 37, MAX_RANK = 33, MAX_TOKENS = 17, GUARD = 4 };

static const struct {
    uint32_t inputs, outputs, rank, tokens;
} cases[] = {
    /* each specialised rank: whole blocks, then a remainder in every direction */
    {32, 32, 4, 10},  {35, 19, 4, 7},   {32, 32, 8, 12},  {67, 37, 8, 17},  {32, 32, 16, 12}, {49, 23, 16, 11},
    {32, 32, 32, 6},  {33, 21, 32, 13}, {16, 16, 8, 1},   {16, 16, 8, 2},   {16, 16, 4, 1},   {64, 2, 8, 8},
    /* generic ranks: below, between and above them */
    {19, 11, 1, 5},   {21, 9, 2, 6},    {20, 12, 3, 4},   {33, 18, 6, 16},  {47, 37, 11, 9},  {66, 34, 33, 8},
    /* the smallest */
    {1, 1, 1, 1},     {1, 3, 8, 3},     {2, 1, 4, 6},     {15, 15, 16, 1},  {17, 17, 32, 2},
};

static float x[MAX_TOKENS * MAX_INPUTS], a[MAX_INPUTS * MAX_RANK], b[MAX_RANK * MAX_OUTPUTS];
static float tile[MAX_TOKENS * MAX_OUTPUTS], xa[MAX_TOKENS * MAX_RANK + GUARD], y[MAX_TOKENS * MAX_OUTPUTS + GUARD];
static float expected_xa[MAX_TOKENS * MAX_RANK + GUARD], expected_y[MAX_TOKENS * MAX_OUTPUTS + GUARD];

/** Values of both signs and many magnitudes, among them zeros of both signs: xorshift32 of the seed. */
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

/** The definition, element by element. */
static void reference(const struct lora *lora, uint32_t tokens)
{
    const uint32_t m = lora->inputs, n = lora->outputs, r = lora->rank;
    for (uint32_t t = 0; t < tokens; t++) {
        for (uint32_t j = 0; j < r; j++) {
            float sum = x[t * m] * a[j];
            for (uint32_t k = 1; k < m; k++) sum = __builtin_fmaf(x[t * m + k], a[k * r + j], sum);
            expected_xa[t * r + j] = lora->scale * sum;
        }
        for (uint32_t c = 0; c < n; c++) {
            float sum = expected_xa[t * r] * b[c];
            for (uint32_t k = 1; k < r; k++) sum = __builtin_fmaf(expected_xa[t * r + k], b[k * n + c], sum);
            expected_y[t * n + c] = tile[t * n + c] + sum;
        }
    }
}

/** The kernels over a grid of parts, as harts would share them. */
static void run(const struct lora *lora, uint32_t tokens, uint32_t token_parts, uint32_t parts)
{
    for (uint32_t i = 0; i < token_parts * parts; i++) {
        const struct lora_grid share = lora_share(tokens, token_parts, lora->rank, parts, i);
        lora_down(lora, x, xa, share.tokens, share.columns);
    }
    for (uint32_t i = 0; i < token_parts * parts; i++) {
        const struct lora_grid share = lora_share(tokens, token_parts, lora->outputs, parts, i);
        lora_up_add(lora, xa, y, share.tokens, share.columns);
    }
}

uint32_t lora_verify(void)
{
    static const uint32_t grids[][2] = {{1, 1}, {3, 1}, {1, 4}, {2, 3}, {MAX_TOKENS, 1}};
    uint32_t number = 0;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct lora lora = {cases[i].inputs, cases[i].outputs, cases[i].rank, 1.75f, a, b};
        const uint32_t xa_bytes = (cases[i].tokens * lora.rank + GUARD) * 4, y_bytes = (cases[i].tokens * lora.outputs + GUARD) * 4;
        fill(x, cases[i].tokens * lora.inputs, 4 * i + 1);
        fill(a, lora.inputs * lora.rank, 4 * i + 2);
        fill(b, lora.rank * lora.outputs, 4 * i + 3);
        fill(tile, cases[i].tokens * lora.outputs, 4 * i + 4);
        memset(expected_xa, 0x55, xa_bytes);
        memset(expected_y, 0x55, y_bytes);
        reference(&lora, cases[i].tokens);
        for (uint32_t grid = 0; grid < sizeof grids / sizeof *grids; grid++) {
            number++;
            memset(xa, 0x55, xa_bytes);
            memset(y, 0x55, y_bytes);
            memcpy(y, tile, y_bytes - GUARD * 4);
            run(&lora, cases[i].tokens, grids[grid][0], grids[grid][1]);
            if (memcmp(xa, expected_xa, xa_bytes) || memcmp(y, expected_y, y_bytes)) return number;
        }
    }
    return 0;
}
