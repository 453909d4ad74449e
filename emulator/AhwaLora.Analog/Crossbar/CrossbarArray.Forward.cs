using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Crossbar;

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
public sealed partial class CrossbarArray
{
    /// <summary>Vectors taken together through the weights.</summary>
    private const int MaxTogether = 32;

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
        /// <summary>For the further sums of step 6: their inputs, themselves.</summary>
        public readonly float[] Inputs = new float[rows], LineSums = new float[RoundUp(columns)];
        /// <summary>A noise or factor for each line, inputs or outputs.</summary>
        public readonly float[] LineValues = new float[Math.Max(rows, columns)];
        /// <summary>Digital scale of each column.</summary>
        public readonly float[] Scale = new float[columns];
        /// <summary>b n of each vector.</summary>
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
    /// <exception cref="ArgumentException">CrossbarPart outside the tile or a span of the wrong length.</exception>
    public MvmResult Mvm(in CrossbarPart region, ReadOnlySpan<float> x, Span<float> y, in DigitalStage digital = default, Span<uint> saturated = default)
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
    /// <exception cref="ArgumentException">CrossbarPart outside the tile or a span of the wrong length.</exception>
    public void MvmBatch(
        in CrossbarPart region, ReadOnlySpan<float> x, Span<float> y, Span<MvmResult> results,
        in DigitalStage digital = default, Span<uint> saturated = default)
    {
        CheckSpans(region, x.Length, y.Length, results.Length, saturated.Length);
        if (Options.TimingOnly)
        {
            y.Clear();
            results.Fill(new() { Passes = 1 });
            return;
        }
        if (!digital.Bias.IsEmpty && digital.Bias.Length != region.Columns)
            ThrowLength("bias", digital.Bias.Length, region.Columns);
        if (!digital.Scale.IsEmpty && digital.Scale.Length != region.Columns)
            ThrowLength("scale", digital.Scale.Length, region.Columns);

        ReadOnlySpan<float> scale = digital.Scale;
        if (scale.IsEmpty)
        {
            CopyScaleTo(region, _work.Scale.AsSpan(0, region.Columns));
            scale = _work.Scale.AsSpan(0, region.Columns);
        }
        for (int first = 0; first < results.Length; first += MaxTogether)
        {
            Span<MvmResult> together = results.Slice(first, Math.Min(MaxTogether, results.Length - first));
            Integrate(region, x.Slice(first * region.Rows, together.Length * region.Rows), together, saturated);
            for (int v = 0; v < together.Length; v++)
                if (!together[v].NonFiniteInput)
                    Rescale(region, v, scale, digital.Bias, y.Slice((first + v) * region.Columns, region.Columns));
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
    public MvmResult MvmCodes(in CrossbarPart region, ReadOnlySpan<sbyte> x, Span<sbyte> y, Span<uint> saturated = default)
    {
        CheckSpans(region, x.Length, y.Length, 1, saturated.Length);
        if (!HasInt8Codes)
            throw new InvalidOperationException($"preset {_preset.Name} has a DAC of {_preset.Dac.Bits} and an ADC of {_preset.Adc.Bits} bits; int8 codes need 2 to 8");
        if (Options.TimingOnly)
        {
            y.Clear();
            return new() { Passes = 1 };
        }
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

    private void CheckSpans(in CrossbarPart region, int x, int y, int vectors, int saturated)
    {
        Check(region);
        if (x != (long)vectors * region.Rows)
            ThrowLength("inputs", x, (long)vectors * region.Rows);
        if (y != (long)vectors * region.Columns)
            ThrowLength("outputs", y, (long)vectors * region.Columns);
        if (saturated != 0 && saturated < (State.Columns + 31) / 32)
            ThrowLength("saturation bitmap", saturated, (State.Columns + 31) / 32);
    }

    /// <summary>Steps 1 to 9 for up to <see cref="MaxTogether"/> vectors: all first passes together, then each its own re-passes.</summary>
    private void Integrate(in CrossbarPart region, ReadOnlySpan<float> x, Span<MvmResult> results, Span<uint> saturated)
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
    private MvmResult ScaleInput(in CrossbarPart region, int v, ReadOnlySpan<float> x)
    {
        Span<float> scaled = Vector(_work.Scaled, v, region.Rows);
        float max = LaneMath.MaxMagnitude(x);
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
    private int Drive(in CrossbarPart region, int v, in Draws draws, int pass, float b)
    {
        ReadOnlySpan<float> scaled = Vector(_work.Scaled, v, region.Rows);
        Span<float> driven = Vector(_work.Driven, v, region.Rows);
        Quantizer dac = new(_preset.Dac);
        float reduction = 1 / b; // exact: b is a power of two
        int clips = 0;
        for (int i = 0; i < driven.Length; i += LaneMath.Width)
        {
            Lanes x = LaneMath.Load(scaled, i) * reduction;
            if (_preset.Dac.IsOn)
                clips += BitOperations.PopCount(dac.Apply(ref x));
            LaneMath.Store(x, driven, i);
        }
        AddInputNoise(region, v, draws, pass);
        return clips;
    }

    private void AddInputNoise(in CrossbarPart region, int v, in Draws draws, int pass)
    {
        if (_preset.InputNoise > 0)
            AddNoise(_preset.InputNoise, Draws.InputNoise, Vector(_work.Driven, v, region.Rows), draws, pass);
    }

    /// <summary>Steps 6 to 9 for one vector whose first sums are made.</summary>
    private MvmResult ConvertUntilInBounds(in CrossbarPart region, int v, in Draws draws, MvmResult result, Span<uint> saturated)
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
    private int Convert(in CrossbarPart region, int v, in Draws draws, int pass, Span<uint> saturated)
    {
        ReadOnlySpan<float> driven = Vector(_work.Driven, v, region.Rows);
        Span<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(region.Columns))[..region.Columns];
        if (_preset.IrDrop > 0)
            SubtractIrDrop(region, driven, sums);
        if (_preset.ReadNoise != ReadNoiseKind.None)
            AddReadNoise(region, driven, sums, draws, pass);
        if (_preset.OutputNoise > 0)
            AddNoise(_preset.OutputNoise, Draws.OutputNoise, sums, draws, pass);
        if (!_preset.Adc.IsOn)
            return 0;

        int clipped = 0;
        Quantizer adc = new(_preset.Adc);
        for (int i = 0; i < sums.Length; i += LaneMath.Width)
        {
            Lanes y = LaneMath.Load(sums, i);
            uint clips = adc.Apply(ref y);
            LaneMath.Store(y, sums, i);
            if (clips != 0)
                clipped += Mark(clips, region.FirstColumn + i, saturated);
        }
        return clipped;
    }

    /// <summary>10. y b n, times column scale, times GDC alpha, plus bias.</summary>
    private void Rescale(in CrossbarPart region, int v, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, Span<float> y)
    {
        ReadOnlySpan<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(region.Columns));
        float inputScale = _work.InputScale[v];
        for (int i = 0; i < y.Length; i += LaneMath.Width)
        {
            Lanes result = LaneMath.Load(sums, i) * inputScale * LaneMath.Load(scale, i) * State.Alpha;
            if (!bias.IsEmpty)
                result += LaneMath.Load(bias, i);
            LaneMath.Store(result, y, i);
        }
    }

    /// <summary>The scales the weights of a region's first row were mapped with; 0 where nothing was programmed.</summary>
    /// <param name="region">Where.</param>
    /// <param name="scale">One value a column; overwritten.</param>
    public void CopyScaleTo(in CrossbarPart region, Span<float> scale)
    {
        scale.Clear();
        foreach (Programming programming in State.Programmings)
        {
            CrossbarPart there = programming.Region;
            if (region.FirstRow < there.FirstRow || region.FirstRow >= there.FirstRow + there.Rows)
                continue;
            int first = Math.Max(region.FirstColumn, there.FirstColumn);
            int end = Math.Min(region.FirstColumn + region.Columns, there.FirstColumn + there.Columns);
            if (first < end)
                programming.Scale.AsSpan(first - there.FirstColumn, end - first).CopyTo(scale[(first - region.FirstColumn)..]);
        }
    }

    /// <summary>
    /// IR drop along an output line, after aihwkit: a, from the line's total current, gives c; what far inputs add drops most.
    /// </summary>
    private void SubtractIrDrop(in CrossbarPart region, ReadOnlySpan<float> driven, Span<float> sums)
    {
        Span<float> inputs = _work.Inputs.AsSpan(0, region.Rows);
        for (int j = 0; j < inputs.Length; j++)
            inputs[j] = MathF.Abs(driven[j]);
        SumColumns<Magnitude>(region, 1, inputs, _work.LineSums);
        for (int i = 0; i < sums.Length; i++)
        {
            float a = _work.LineSums[i] * (region.Rows / 5.7143e5f);
            _work.LineValues[i] = _preset.IrDrop * (a * (a * (0.05f * a - 0.2f) + 0.5f));
        }
        for (int j = 0; j < inputs.Length; j++)
        {
            float fromEnd = 1 - j / (float)region.Rows;
            inputs[j] = driven[j] * (1 - fromEnd * fromEnd);
        }
        SumColumns<Signed>(region, 1, inputs, _work.LineSums);
        for (int i = 0; i < sums.Length; i++)
            sums[i] -= _work.LineValues[i] * _work.LineSums[i];
    }

    /// <summary>w_noise times sqrt(sum |w_ij| x_j^2), or times ||x||.</summary>
    private void AddReadNoise(in CrossbarPart region, ReadOnlySpan<float> driven, Span<float> sums, in Draws draws, int pass)
    {
        if (_preset.ReadNoise == ReadNoiseKind.Additive)
        {
            AddNoise(_preset.ReadNoiseScale * Norm(driven), Draws.ReadNoise, sums, draws, pass);
            return;
        }
        Span<float> squares = _work.Inputs.AsSpan(0, region.Rows), normals = _work.LineValues.AsSpan(0, sums.Length);
        for (int j = 0; j < squares.Length; j++)
            squares[j] = driven[j] * driven[j];
        SumColumns<Magnitude>(region, 1, squares, _work.LineSums);
        draws.FillNormals(Draws.ReadNoise + (uint)pass, normals);
        for (int i = 0; i < sums.Length; i++)
            sums[i] = MathF.FusedMultiplyAdd(_preset.ReadNoiseScale * MathF.Sqrt(_work.LineSums[i]), normals[i], sums[i]);
    }

    /// <summary>values += deviation xi.</summary>
    private void AddNoise(float deviation, uint kind, Span<float> values, in Draws draws, int pass)
    {
        Span<float> normals = _work.LineValues.AsSpan(0, values.Length);
        draws.FillNormals(kind + (uint)pass, normals);
        Lanes scale = Vector256.Create(deviation);
        for (int i = 0; i < values.Length; i += LaneMath.Width)
            LaneMath.Store(LaneMath.Fma(scale, LaneMath.Load(normals, i), LaneMath.Load(values, i)), values, i);
    }

    private void SumColumns<TForm>(in CrossbarPart region, int vectors, ReadOnlySpan<float> x, Span<float> sums) where TForm : struct, IWeightForm =>
        ColumnSums.Compute<TForm>(
            State.Weights.AsSpan(region.FirstRow * State.Columns + region.FirstColumn), State.Columns,
            region.Rows, region.Columns, vectors, x, sums, Workspace.RoundUp(region.Columns));

    /// <summary>A converter at work on eight values.</summary>
    private readonly struct Quantizer(Converter converter)
    {
        private readonly float _step = converter.Step, _maxCode = converter.MaxCode, _bound = converter.Bound;

        /// <summary>Rounds to steps and clips to the bound; a bit for each lane whose code lay beyond the largest.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Apply(ref Lanes values)
        {
            Lanes codes = LaneMath.RoundEven(values / _step);
            values = LaneMath.Clamp(codes * _step, -_bound, _bound);
            return Vector256.GreaterThan(Vector256.Abs(codes), Vector256.Create(_maxCode)).ExtractMostSignificantBits();
        }
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

    private static Span<float> Vector(float[] all, int v, int length) => all.AsSpan(v * length, length);

    private static float Norm(ReadOnlySpan<float> x)
    {
        float sum = 0;
        foreach (float value in x)
            sum = MathF.FusedMultiplyAdd(value, value, sum);
        return MathF.Sqrt(sum);
    }
}
