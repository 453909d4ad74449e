using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;

namespace AhwaLora.Emu.Tests.Analog;

public sealed class LaneMathTests
{
    [Fact]
    public void Ln_is_within_one_ulp()
    {
        for (float x = 1.2e-38f; x < 1e38f; x *= 1.0007f)
            AssertUlps(Math.Log(x), LaneMath.Ln(Vector256.Create(x))[3], 1, x);
        for (float x = 0.5f; x < 2; x += 1.1e-4f)
            AssertUlps(Math.Log(x), LaneMath.Ln(Vector256.Create(x))[0], 1, x);
        Assert.Equal(0f, LaneMath.Ln(Vector256.Create(1f))[0]);
    }

    [Fact]
    public void Exp_is_within_one_ulp()
    {
        for (float x = -87; x < 88; x += 0.0013f)
            AssertUlps(Math.Exp(x), LaneMath.Exp(Vector256.Create(x))[5], 1, x);
        Assert.Equal(1f, LaneMath.Exp(Vector256.Create(-0f))[0]);
    }

    [Fact]
    public void SinCosTurn_is_within_2e_7()
    {
        for (ulong word = 0; word < 1UL << 32; word += 100_003)
        {
            (double sin, double cos) = Math.SinCos(word * (2 * Math.PI / 4294967296.0));
            var lanes = LaneMath.SinCosTurn(Vector256.Create((uint)word));
            Assert.True(Math.Abs(sin - lanes.Sin[1]) < 2e-7 && Math.Abs(cos - lanes.Cos[1]) < 2e-7, $"{word:X8}: {lanes.Sin[1]}, {lanes.Cos[1]}");
        }
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0x8000_0000u, 0x1234_5678u)]
    [InlineData(0xFFFF_0000u, ~0u)]
    [InlineData(0x0000_1000u, 0x9ABC_DEF0u)]
    public void Normals_are_those_of_Box_and_Muller(uint word0, uint word1)
    {
        double u = ((word0 >> 1) + 0.5) / 2147483648.0, radius = Math.Sqrt(-2 * Math.Log(u)), angle = word1 * (2 * Math.PI / 4294967296.0);
        var (first, second) = LaneMath.Normals(Vector256.Create(word0), Vector256.Create(word1));
        Assert.Equal(radius * Math.Cos(angle), first[2], 1e-6);
        Assert.Equal(radius * Math.Sin(angle), second[2], 1e-6);
    }

    [Fact]
    public void Normals_have_the_moments_of_a_standard_normal()
    {
        const int Blocks = 200_000;
        double[] power = new double[5];
        double cross = 0;
        for (uint i = 0; i < Blocks; i += (uint)LaneMath.Width)
        {
            var words = Philox.Blocks(42, 0, 0, 0, i);
            var (first, second) = LaneMath.Normals(words.W0, words.W1);
            for (int lane = 0; lane < LaneMath.Width; lane++)
            {
                cross += first[lane] * second[lane];
                foreach (double x in (double[])[first[lane], second[lane]])
                    for (int k = 1; k <= 4; k++)
                        power[k] += Math.Pow(x, k);
            }
        }
        double n = 2.0 * Blocks;
        // Standard errors of the raw moments: sqrt((m_2k - m_k^2) / n), with m = 1, 3, 15, 105 for k = 2, 4, 6, 8.
        Assert.InRange(power[1] / n, -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
        Assert.InRange(power[2] / n - 1, -4 * Math.Sqrt(2 / n), 4 * Math.Sqrt(2 / n));
        Assert.InRange(power[3] / n, -4 * Math.Sqrt(15 / n), 4 * Math.Sqrt(15 / n));
        Assert.InRange(power[4] / n - 3, -4 * Math.Sqrt(96 / n), 4 * Math.Sqrt(96 / n));
        Assert.InRange(cross / Blocks, -4 / Math.Sqrt(Blocks), 4 / Math.Sqrt(Blocks));
    }

    [Fact]
    public void Load_and_store_stop_at_the_end_of_the_span()
    {
        float[] source = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], target = new float[11];
        var lanes = LaneMath.Load(source, 8);
        Assert.Equal(Vector256.Create(9f, 10, 11, 0, 0, 0, 0, 0), lanes);
        LaneMath.Store(lanes, target.AsSpan(0, 10), 8);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 0], target);
    }

    private static void AssertUlps(double expected, float actual, double limit, float x)
    {
        double ulp = MathF.BitIncrement(Math.Abs((float)expected)) - (double)Math.Abs((float)expected);
        Assert.True(Math.Abs(actual - expected) <= limit * ulp, $"at {x:R}: {actual:R}, expected {expected:R}: {(actual - expected) / ulp} ulp");
    }
}
