using System.Runtime.Intrinsics;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Numerics;

namespace AhwaLora.Emu.Tests.Analog;

/// <summary>One MVM written once more, one float at a time, straight from docs/aimc.md: what the fast one must equal to the bit.</summary>
internal sealed class ReferenceMvm(CrossbarArray tile, CrossbarPart region, uint @event)
{
    private readonly Preset _preset = tile.Options.Preset;

    public int Passes { get; private set; }
    public int DacClips { get; private set; }
    public int AdcSaturations { get; private set; }
    public int ClippedOutputs { get; private set; }

    public float[] Run(float[] x, float[] scale)
    {
        float n = _preset.NoiseManagement == NoiseManagement.AbsMax ? x.Max(MathF.Abs) : _preset.InputScale;
        if (n == 0)
            return new float[region.Columns];
        float[] y;
        for (float b = 1; ; b *= 2)
        {
            y = Pass(x, n, b);
            Passes++;
            if (ClippedOutputs == 0 || _preset.BoundManagement == BoundManagement.None || b > _preset.BoundLimit)
                return [.. y.Select((value, i) => value * (b * n) * scale[i] * tile.State.Alpha)];
        }
    }

    private float[] Pass(float[] x, float n, float b)
    {
        int pass = Passes;
        float[] driven = new float[region.Rows];
        for (int j = 0; j < driven.Length; j++)
        {
            driven[j] = x[j] / n / b;
            if (_preset.Dac.IsOn)
            {
                driven[j] = Quantize(driven[j], _preset.Dac, out bool clipped);
                DacClips += clipped ? 1 : 0;
            }
            if (_preset.InputNoise > 0)
                driven[j] = MathF.FusedMultiplyAdd(_preset.InputNoise, Normal(0x8000_0000 + (uint)pass, j), driven[j]);
        }
        float[] y = new float[region.Columns];
        ClippedOutputs = 0;
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Column(driven, i);
            if (_preset.IrDrop > 0)
                y[i] -= IrDrop(driven, i);
            if (_preset.ReadNoise != ReadNoiseKind.None)
                y[i] = MathF.FusedMultiplyAdd(_preset.ReadNoiseScale * Spread(driven, i), Normal(0x4000_0000 + (uint)pass, i), y[i]);
            if (_preset.OutputNoise > 0)
                y[i] = MathF.FusedMultiplyAdd(_preset.OutputNoise, Normal((uint)pass, i), y[i]);
            if (_preset.Adc.IsOn)
            {
                y[i] = Quantize(y[i], _preset.Adc, out bool clipped);
                ClippedOutputs += clipped ? 1 : 0;
            }
        }
        AdcSaturations += ClippedOutputs;
        return y;
    }

    private float Weight(int j, int i) => tile.State.Weights[(region.FirstRow + j) * tile.State.Columns + region.FirstColumn + i];

    private float Column(float[] driven, int i)
    {
        float sum = 0;
        for (int j = 0; j < driven.Length; j++)
            sum = MathF.FusedMultiplyAdd(Weight(j, i), driven[j], sum);
        return sum;
    }

    private float IrDrop(float[] driven, int i)
    {
        float current = 0, positioned = 0;
        for (int j = 0; j < driven.Length; j++)
        {
            float fromEnd = 1 - j / (float)driven.Length;
            current = MathF.FusedMultiplyAdd(MathF.Abs(Weight(j, i)), MathF.Abs(driven[j]), current);
            positioned = MathF.FusedMultiplyAdd(Weight(j, i), driven[j] * (1 - fromEnd * fromEnd), positioned);
        }
        float a = current * (driven.Length / 5.7143e5f);
        return _preset.IrDrop * (a * (a * (0.05f * a - 0.2f) + 0.5f)) * positioned;
    }

    private float Spread(float[] driven, int i)
    {
        float sum = 0;
        for (int j = 0; j < driven.Length; j++)
            sum = _preset.ReadNoise == ReadNoiseKind.PcmRead
                ? MathF.FusedMultiplyAdd(MathF.Abs(Weight(j, i)), driven[j] * driven[j], sum)
                : MathF.FusedMultiplyAdd(driven[j], driven[j], sum);
        return MathF.Sqrt(sum);
    }

    private static float Quantize(float value, Converter converter, out bool clipped)
    {
        float code = MathF.Round(value / converter.Step, MidpointRounding.ToEven);
        clipped = MathF.Abs(code) > converter.MaxCode;
        return Math.Clamp(code * converter.Step, -converter.Bound, converter.Bound);
    }

    /// <summary>The counter table of docs/aimc.md.</summary>
    private float Normal(uint row, int i)
    {
        PhiloxWords<uint> words = Philox.Block(tile.Options.Seed, tile.Options.Tile, @event, row, (uint)(8 * (i / 32) + i % 8));
        bool firstPair = i / 8 % 4 < 2;
        var pair = LaneMath.Normals(Vector256.Create(firstPair ? words.W0 : words.W2), Vector256.Create(firstPair ? words.W1 : words.W3));
        return (i / 8 % 2 == 0 ? pair.First : pair.Second)[0];
    }
}
