/*
 * LoRA adapter of a layer, as the digital cores compute it beside the analog tile:
 * y = relu(base + scale * B (A x)), rank 8, 256 inputs, 256 outputs, a token after the other.
 */
#include <stdint.h>

#define INPUTS 256
#define OUTPUTS 256
#define RANK 8
#define TOKENS 4
#define HARTS 8

struct layer {
    float down[RANK][INPUTS], up[OUTPUTS][RANK];
    float x[TOKENS][INPUTS], base[TOKENS][OUTPUTS], y[TOKENS][OUTPUTS];
};

static struct layer layers[HARTS];

static float next_value(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(int32_t)*seed * 0x1p-31f;
}

static void adapt(const struct layer *l, float scale, int token, float *y)
{
    const float *x = l->x[token], *base = l->base[token];
    float h[RANK];
    for (int r = 0; r < RANK; r++) {
        const float *row = l->down[r];
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int i = 0; i < INPUTS; i += 4) {
            s0 += row[i] * x[i];
            s1 += row[i + 1] * x[i + 1];
            s2 += row[i + 2] * x[i + 2];
            s3 += row[i + 3] * x[i + 3];
        }
        h[r] = (s0 + s1) + (s2 + s3);
    }
    for (int o = 0; o < OUTPUTS; o++) {
        const float *row = l->up[o];
        float s0 = row[0] * h[0], s1 = row[1] * h[1];
        for (int r = 2; r < RANK; r += 2) {
            s0 += row[r] * h[r];
            s1 += row[r + 1] * h[r + 1];
        }
        float out = base[o] + scale * (s0 + s1);
        y[o] = out > 0 ? out : 0;
    }
}

int main(int hart)
{
    struct layer *l = &layers[hart];
    uint32_t seed = 99 + hart;
    for (int r = 0; r < RANK; r++)
        for (int i = 0; i < INPUTS; i++) l->down[r][i] = next_value(&seed);
    for (int o = 0; o < OUTPUTS; o++)
        for (int r = 0; r < RANK; r++) l->up[o][r] = next_value(&seed);
    for (int t = 0; t < TOKENS; t++)
        for (int i = 0; i < INPUTS; i++) {
            l->x[t][i] = next_value(&seed);
            l->base[t][i] = next_value(&seed);
        }
    float sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int token = round % TOKENS;
        adapt(l, 0.5f, token, l->y[token]);
        sum += l->y[token][round % OUTPUTS];
        l->x[token][round % INPUTS] += 0.03125f;
    }
    return (int)(sum * 16) & 0x3f;
}
