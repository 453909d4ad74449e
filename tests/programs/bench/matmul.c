/* FP32 matrix product, N x N, on data of a normal distribution's size. Harts work on matrices of their own. */
#include <stdint.h>

#ifndef N
#define N 64
#endif
#define HARTS 8

static float left[HARTS][N][N], right[HARTS][N][N], product[HARTS][N][N];

static void multiply(float (*c)[N], float (*a)[N], float (*b)[N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j += 4) {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (int k = 0; k < N; k++) {
                float x = a[i][k];
                s0 += x * b[k][j];
                s1 += x * b[k][j + 1];
                s2 += x * b[k][j + 2];
                s3 += x * b[k][j + 3];
            }
            c[i][j] = s0;
            c[i][j + 1] = s1;
            c[i][j + 2] = s2;
            c[i][j + 3] = s3;
        }
}

int main(int hart)
{
    uint32_t seed = 7 + hart;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            seed = seed * 1664525u + 1013904223u;
            left[hart][i][j] = (float)(int32_t)seed * 0x1p-31f;
            seed = seed * 1664525u + 1013904223u;
            right[hart][i][j] = (float)(int32_t)seed * 0x1p-31f;
        }
    float sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        left[hart][round % N][round % (N - 3)] += 0.125f;
        multiply(product[hart], left[hart], right[hart]);
        sum += product[hart][round % N][round % (N - 5)];
    }
    return (int)(sum * 16) & 0x3f;
}
