using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>What one vector went through.</summary>
/// <param name="Passes">Integrations: 1, more by bound management, 0 if the input was all zeros (or refused).</param>
/// <param name="DacClips">Inputs beyond the DAC's bound, over all passes.</param>
/// <param name="AdcSaturations">Outputs beyond the ADC's bound, over all passes.</param>
/// <param name="ClippedOutputs">Outputs beyond the ADC's bound in the last pass: those the result has clipped.</param>
/// <param name="NonFiniteInput">The input held a NaN or infinity: refused, nothing was computed and the output left as it was.</param>
public readonly record struct MvmResult(int Passes, int DacClips, int AdcSaturations, int ClippedOutputs, bool NonFiniteInput)
{
    /// <summary>Both together.</summary>
    public static MvmResult operator +(MvmResult a, MvmResult b) => new(
        a.Passes + b.Passes, a.DacClips + b.DacClips, a.AdcSaturations + b.AdcSaturations,
        a.ClippedOutputs + b.ClippedOutputs, a.NonFiniteInput || b.NonFiniteInput);
}

/// <summary>What the digital back end does beyond undoing the input scaling. Default: the tile's own column scales, no bias.</summary>
public readonly ref struct DigitalStage
{
    /// <summary>One scale a column in place of those the weights were mapped with; empty: those.</summary>
    public ReadOnlySpan<float> Scale { get; init; }
    /// <summary>One bias a column; empty: none.</summary>
    public ReadOnlySpan<float> Bias { get; init; }
}

// One MVM in the order of docs/aimc.md; the numbers in comments are its steps.
public sealed partial class Crossbar
{
    /// <summary>Vectors taken together through the weights.</summary>
    private const int MaxTogether = 16;

    private readonly Workspace _work;

    /// <summary>Where vectors are worked on: [vector, line], reused by every MVM, never part of the state.</summary>
    private sealed class Workspace(int rows, int columns)
    {
        /// <summary>x / n.</summary>
        public readonly float[] Scaled = new float[MaxTogether * rows];
        /// <summary>What the DACs drive.</summary>
        public readonly float[] Driven = new float[MaxTogether * rows];
        /// <summary>Column sums, and what becomes of them; rounded up to whole registers.</summary>
        public readonly float[] Sums = new float[MaxTogether * RoundUp(columns)];
        /// <summary>Sums of step 6: weighted by position, by magnitude.</summary>
        public readonly float[] Positioned = new float[RoundUp(columns)], Magnitudes = new float[RoundUp(columns)], Squares = new float[RoundUp(columns)];
        /// <summary>Inputs of those sums.</summary>
        public readonly float[] Inputs = new float[rows];
        public readonly float[] InputScale = new float[MaxTogether];
        public readonly MvmResult[] Results = new MvmResult[MaxTogether];

        public static int RoundUp(int columns) => (columns + LaneMath.Width - 1) & -LaneMath.Width;
    }

    /// <summary>y = W x over a region, with all that the preset and the devices do to it. Takes one event.</summary>
    /// <param name="region">Where the weights lie.</param>
    /// <param name="x">One value a row.</param>
    /// <param name="y">One value a column; overwritten.</param>
    /// <param name="digital">Scale and bias.</param>
    /// <param name="saturated">A bit a column of the whole tile, set for those that saturated in any pass; empty: not wanted.</param>
    /// <exception cref="ArgumentException">Region outside the tile or a span of the wrong length.</exception>
    public MvmResult Mvm(in Region region, ReadOnlySpan<float> x, Span<float> y, in DigitalStage digital = default, Span<uint> saturated = default)
    {
        MvmResult result = default;
        MvmBatch(region, x, y, new Span<MvmResult>(ref result), digital, saturated);
        return result;
    }

    /// <summary>As many MVMs as <paramref name="results"/> holds, with the bits of as many single ones in that order.</summary>
    /// <param name="region">Where the weights lie.</param>
    /// <param name="x">[vectors, region.Rows], dense.</param>
    /// <param name="y">[vectors, region.Columns], dense; overwritten.</param>
    /// <param name="results">One a vector; overwritten.</param>
    /// <param name="digital">Scale and bias.</param>
    /// <param name="saturated">A bit a column of the whole tile, set for those that saturated in any pass of any vector.</param>
    /// <exception cref="ArgumentException">Region outside the tile or a span of the wrong length.</exception>
    public void MvmBatch(
        in Region region, ReadOnlySpan<float> x, Span<float> y, Span<MvmResult> results,
        in DigitalStage digital = default, Span<uint> saturated = default)
    {
        CheckSpans(region, x.Length, y.Length, results.Length, saturated.Length);
        if (!digital.Bias.IsEmpty && digital.Bias.Length != region.Columns)
            ThrowLength("bias", digital.Bias.Length, region.Columns);
        if (!digital.Scale.IsEmpty && digital.Scale.Length != region.Columns)
            ThrowLength("scale", digital.Scale.Length, region.Columns);

        for (int first = 0; first < results.Length; first += MaxTogether)
        {
            Span<MvmResult> together = results.Slice(first, Math.Min(MaxTogether, results.Length - first));
            Integrate(region, x.Slice(first * region.Rows, together.Length * region.Rows), together, saturated);
            for (int v = 0; v < together.Length; v++)
                if (!together[v].NonFiniteInput)
                    Rescale(region, v, digital, y.Slice((first + v) * region.Columns, region.Columns));
        }
    }

    /// <summary>
    /// Codes in, codes out: the analog part alone, steps 4 to 8, one pass, no scaling. DAC codes beyond its largest are
    /// clipped (only -128 can be). Takes one event.
    /// </summary>
    /// <param name="region">Where the weights lie.</param>
    /// <param name="x">One DAC code a row.</param>
    /// <param name="y">One ADC code a column; overwritten.</param>
    /// <param name="saturated">As for <see cref="Mvm"/>.</param>
    /// <exception cref="InvalidOperationException">A converter is off or has more than 8 bits: see <see cref="HasInt8Codes"/>.</exception>
    public MvmResult MvmCodes(in Region region, ReadOnlySpan<sbyte> x, Span<sbyte> y, Span<uint> saturated = default)
    {
        CheckSpans(region, x.Length, y.Length, 1, saturated.Length);
        if (!HasInt8Codes)
            throw new InvalidOperationException($"preset {_preset.Name} has a DAC of {_preset.Dac.Bits} and an ADC of {_preset.Adc.Bits} bits; int8 codes need 2 to 8");
        Draws draws = TakeEvent();
        int clips = 0, maxCode = _preset.Dac.MaxCode;
        for (int row = 0; row < region.Rows; row++)
        {
            int code = Math.Clamp(x[row], -maxCode, maxCode);
            clips += code != x[row] ? 1 : 0;
            _work.Driven[row] = code * _preset.Dac.Step;
        }
        AddInputNoise(region, 0, draws, pass: 0);
        SumColumns<Signed>(region, 1, _work.Driven, _work.Sums);
        int clipped = Convert(region, 0, draws, pass: 0, saturated);
        for (int column = 0; column < region.Columns; column++)
            y[column] = (sbyte)MathF.Round(_work.Sums[column] / _preset.Adc.Step);
        return new(1, clips, clipped, clipped, false);
    }

    /// <summary>Whether <see cref="MvmCodes"/> can be used.</summary>
    public bool HasInt8Codes => _preset.Dac.FitsInt8 && _preset.Adc.FitsInt8;

    private void CheckSpans(in Region region, int x, int y, int vectors, int saturated)
    {
        Check(region);
        if (x != vectors * region.Rows)
            ThrowLength("inputs", x, vectors * region.Rows);
        if (y != vectors * region.Columns)
            ThrowLength("outputs", y, vectors * region.Columns);
        if (saturated != 0 && saturated < (State.Columns + 31) / 32)
            ThrowLength("saturation bitmap", saturated, (State.Columns + 31) / 32);
    }

    /// <summary>Steps 1 to 9 for up to <see cref="MaxTogether"/> vectors: all first passes together, then each its own re-passes.</summary>
    private void Integrate(in Region region, ReadOnlySpan<float> x, Span<MvmResult> results, Span<uint> saturated)
    {
        uint firstEvent = State.NextEvent;
        for (int v = 0; v < results.Length; v++)
        {
            results[v] = ScaleInput(region, v, x.Slice(v * region.Rows, region.Rows));
            Draws draws = TakeEvent();
            if (results[v].Passes > 0)
                results[v] = results[v] with { DacClips = Drive(region, v, draws, pass: 0, b: 1) };
        }
        SumColumns<Signed>(region, results.Length, _work.Driven, _work.Sums);
        for (int v = 0; v < results.Length; v++)
            if (results[v].Passes > 0)
                results[v] = ConvertUntilInBounds(region, v, new(Options.Seed, Options.Tile, firstEvent + (uint)v), results[v], saturated);
    }

    /// <summary>1. x / n, and n; a result of no pass if there is nothing to integrate.</summary>
    private MvmResult ScaleInput(in Region region, int v, ReadOnlySpan<float> x)
    {
        Span<float> scaled = Vector(_work.Scaled, v, region.Rows);
        float max = MaxMagnitude(x);
        float n = _preset.NoiseManagement == NoiseManagement.AbsMax ? max : _preset.InputScale;
        _work.InputScale[v] = n;
        if (!float.IsFinite(max) || n == 0)
        {
            Vector(_work.Driven, v, region.Rows).Clear();
            return new() { NonFiniteInput = !float.IsFinite(max) };
        }
        for (int i = 0; i < scaled.Length; i += LaneMath.Width)
            LaneMath.Store(LaneMath.Load(x, i) / n, scaled, i);
        return new() { Passes = 1 };
    }

    /// <summary>Steps 2 to 4: x' / b through the DAC, plus input noise. Returns how many inputs were clipped.</summary>
    private int Drive(in Region region, int v, in Draws draws, int pass, float b)
    {
        ReadOnlySpan<float> scaled = Vector(_work.Scaled, v, region.Rows);
        Span<float> driven = Vector(_work.Driven, v, region.Rows);
        Converter dac = _preset.Dac;
        int clips = 0;
        for (int i = 0; i < driven.Length; i += LaneMath.Width)
        {
            Lanes x = LaneMath.Load(scaled, i) / b;
            if (dac.IsOn)
                clips += BitOperations.PopCount(Quantize(ref x, dac, dac.MaxCode, dac.Step));
            LaneMath.Store(x, driven, i);
        }
        AddInputNoise(region, v, draws, pass);
        return clips;
    }

    private void AddInputNoise(in Region region, int v, in Draws draws, int pass)
    {
        if (_preset.InputNoise == 0)
            return;
        Span<float> driven = Vector(_work.Driven, v, region.Rows);
        for (int i = 0; i < driven.Length; i += LaneMath.Width)
            LaneMath.Store(LaneMath.Fma(Vector512.Create(_preset.InputNoise), draws.Input(pass, region.FirstRow + i), LaneMath.Load(driven, i)), driven, i);
    }

    /// <summary>Steps 6 to 9 for one vector whose first sums are made.</summary>
    private MvmResult ConvertUntilInBounds(in Region region, int v, in Draws draws, MvmResult result, Span<uint> saturated)
    {
        int clipped = Convert(region, v, draws, 0, saturated);
        int pass = 0, saturations = clipped, dacClips = result.DacClips;
        float b = 1;
        while (clipped > 0 && _preset.BoundManagement == BoundManagement.Iterative && b <= _preset.BoundLimit)
        {
            b *= 2;
            pass++;
            dacClips += Drive(region, v, draws, pass, b);
            SumColumns<Signed>(region, 1, Vector(_work.Driven, v, region.Rows), Vector(_work.Sums, v, Workspace.RoundUp(region.Columns)));
            clipped = Convert(region, v, draws, pass, saturated);
            saturations += clipped;
        }
        _work.InputScale[v] *= b;
        return new(pass + 1, dacClips, saturations, clipped, false);
    }

    /// <summary>Steps 6 to 8, in place on the sums. Returns how many outputs were clipped.</summary>
    private int Convert(in Region region, int v, in Draws draws, int pass, Span<uint> saturated)
    {
        bool irDrop = _preset.IrDrop > 0, pcmRead = _preset.ReadNoise == ReadNoiseKind.PcmRead;
        ReadOnlySpan<float> driven = Vector(_work.Driven, v, region.Rows);
        Span<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(region.Columns));
        if (irDrop)
            SumForIrDrop(region, driven);
        if (pcmRead)
            SumSquares(region, driven);
        float norm = _preset.ReadNoise == ReadNoiseKind.Additive ? Norm(driven) : 0;

        bool noisy = _preset.OutputNoise > 0 || _preset.ReadNoise != ReadNoiseKind.None;
        Converter adc = _preset.Adc;
        int clipped = 0, maxCode = adc.MaxCode;
        float step = adc.IsOn ? adc.Step : 0;
        for (int i = 0; i < region.Columns; i += LaneMath.Width)
        {
            Lanes y = LaneMath.Load(sums, i);
            if (irDrop)
                y = WithIrDrop(y, LaneMath.Load(_work.Magnitudes, i), LaneMath.Load(_work.Positioned, i), region.Rows);
            if (noisy)
            {
                PhiloxWords<Vector512<uint>> words = draws.Words((uint)pass, region.FirstColumn + i);
                if (_preset.ReadNoise != ReadNoiseKind.None)
                {
                    Lanes spread = pcmRead ? Vector512.Sqrt(LaneMath.Load(_work.Squares, i)) : Vector512.Create(norm);
                    y = LaneMath.Fma(_preset.ReadNoiseScale * spread, LaneMath.Normal(words.W1), y);
                }
                y = LaneMath.Fma(Vector512.Create(_preset.OutputNoise), LaneMath.Normal(words.W0), y);
            }
            if (adc.IsOn)
            {
                uint clips = Quantize(ref y, adc, maxCode, step) & LanesBelow(region.Columns - i);
                if (clips != 0)
                    clipped += Mark(clips, region.FirstColumn + i, saturated);
            }
            LaneMath.Store(y, sums, i);
        }
        return clipped;
    }

    /// <summary>10. y b n, times column scale, times GDC alpha, plus bias.</summary>
    private void Rescale(in Region region, int v, in DigitalStage digital, Span<float> y)
    {
        ReadOnlySpan<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(region.Columns));
        ReadOnlySpan<float> scale = !digital.Scale.IsEmpty ? digital.Scale
            : State.Scale.AsSpan(region.FirstRow * State.Columns + region.FirstColumn, region.Columns);
        float inputScale = _work.InputScale[v];
        for (int i = 0; i < y.Length; i += LaneMath.Width)
        {
            Lanes result = LaneMath.Load(sums, i) * inputScale * LaneMath.Load(scale, i) * State.Alpha;
            if (!digital.Bias.IsEmpty)
                result += LaneMath.Load(digital.Bias, i);
            LaneMath.Store(result, y, i);
        }
    }

    /// <summary>IR drop along an output line, after aihwkit: a and c of the line's total current, the drop of what its far inputs add.</summary>
    private Lanes WithIrDrop(Lanes y, Lanes magnitudes, Lanes positioned, int inputs)
    {
        Lanes a = magnitudes * (inputs / 5.7143e5f);
        Lanes c = a * LaneMath.Fma(a, LaneMath.Fma(a, Vector512.Create(0.05f), -0.2f), 0.5f);
        return y - _preset.IrDrop * c * positioned;
    }

    private void SumForIrDrop(in Region region, ReadOnlySpan<float> driven)
    {
        Span<float> inputs = _work.Inputs.AsSpan(0, region.Rows);
        for (int j = 0; j < inputs.Length; j++)
            inputs[j] = MathF.Abs(driven[j]);
        SumColumns<Magnitude>(region, 1, inputs, _work.Magnitudes);
        for (int j = 0; j < inputs.Length; j++)
        {
            float fromEnd = 1 - j / (float)region.Rows;
            inputs[j] = driven[j] * (1 - fromEnd * fromEnd);
        }
        SumColumns<Signed>(region, 1, inputs, _work.Positioned);
    }

    private void SumSquares(in Region region, ReadOnlySpan<float> driven)
    {
        Span<float> inputs = _work.Inputs.AsSpan(0, region.Rows);
        for (int j = 0; j < inputs.Length; j++)
            inputs[j] = driven[j] * driven[j];
        SumColumns<Magnitude>(region, 1, inputs, _work.Squares);
    }

    private void SumColumns<TForm>(in Region region, int vectors, ReadOnlySpan<float> x, Span<float> sums) where TForm : struct, IWeightForm =>
        ColumnSums.Compute<TForm>(
            State.Weights.AsSpan(region.FirstRow * State.Columns + region.FirstColumn), State.Columns,
            region.Rows, region.Columns, vectors, x, sums, Workspace.RoundUp(region.Columns));

    /// <summary>Rounds to steps and clips to the bound; a bit for each lane whose code lay beyond the largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Quantize(ref Lanes values, Converter converter, int maxCode, float step)
    {
        Lanes codes = LaneMath.RoundEven(values / step);
        values = LaneMath.Clamp(codes * step, -converter.Bound, converter.Bound);
        return (uint)Vector512.GreaterThan(Vector512.Abs(codes), Vector512.Create((float)maxCode)).ExtractMostSignificantBits();
    }

    private static int Mark(uint lanes, int firstColumn, Span<uint> saturated)
    {
        if (!saturated.IsEmpty)
            for (uint rest = lanes; rest != 0; rest &= rest - 1)
            {
                int column = firstColumn + BitOperations.TrailingZeroCount(rest);
                saturated[column / 32] |= 1u << (column % 32);
            }
        return BitOperations.PopCount(lanes);
    }

    private static uint LanesBelow(int count) => count >= LaneMath.Width ? 0xFFFFu : (1u << count) - 1;

    private static Span<float> Vector(float[] all, int v, int length) => all.AsSpan(v * length, length);

    /// <summary>max |x|; infinite or NaN if any is. The bits of magnitudes order like integers, NaN last.</summary>
    private static float MaxMagnitude(ReadOnlySpan<float> x)
    {
        Vector512<int> max = Vector512<int>.Zero;
        for (int i = 0; i < x.Length; i += LaneMath.Width)
            max = Vector512.Max(max, Vector512.Abs(LaneMath.Load(x, i)).AsInt32());
        int most = 0;
        for (int lane = 0; lane < LaneMath.Width; lane++)
            most = Math.Max(most, max[lane]);
        return BitConverter.Int32BitsToSingle(most);
    }

    private static float Norm(ReadOnlySpan<float> x)
    {
        float sum = 0;
        foreach (float value in x)
            sum = MathF.FusedMultiplyAdd(value, value, sum);
        return MathF.Sqrt(sum);
    }
}
