using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Crossbar;

/// <summary>What happened to one vector in an MVM.</summary>
/// <param name="Passes">Integrations: 1, more by bound management, 0 if the input was all zeros (or refused).</param>
/// <param name="DacClips">Inputs beyond the DAC's bound, over all passes.</param>
/// <param name="AdcSaturations">Outputs beyond the ADC's bound, over all passes.</param>
/// <param name="ClippedOutputs">Outputs beyond the ADC's bound in the last pass: the values that are clipped in the result.</param>
/// <param name="NonFiniteInput">True if the input had a NaN or an infinity: it was refused, and the output was not written.</param>
public readonly record struct MvmResult(int Passes, int DacClips, int AdcSaturations, int ClippedOutputs, bool NonFiniteInput)
{
    /// <summary>The counts of both added up.</summary>
    public static MvmResult operator +(MvmResult a, MvmResult b) => new(
        a.Passes + b.Passes, a.DacClips + b.DacClips, a.AdcSaturations + b.AdcSaturations,
        a.ClippedOutputs + b.ClippedOutputs, a.NonFiniteInput || b.NonFiniteInput);
}

/// <summary>What the digital back end does beyond undoing the input scaling. Default: the tile's own column scales, no bias.</summary>
public readonly ref struct DigitalStage
{
    /// <summary>One scale per column, in place of those the weights were mapped with; empty keeps those.</summary>
    public ReadOnlySpan<float> Scale { get; init; }
    /// <summary>One bias per column; empty for none.</summary>
    public ReadOnlySpan<float> Bias { get; init; }
}

// One MVM in the order of docs/aimc.md; the numbers in comments are its steps.
public sealed partial class CrossbarArray
{
    /// <summary>Number of vectors that share one pass over the weights.</summary>
    private const int MaxTogether = 32;

    private readonly Workspace _work;

    /// <summary>Work space [vector, line], reused by every MVM. It is not part of the state.</summary>
    private sealed class Workspace(int rows, int columns)
    {
        /// <summary>x / n.</summary>
        public readonly float[] Scaled = new float[MaxTogether * rows];
        /// <summary>What the DACs drive.</summary>
        public readonly float[] Driven = new float[MaxTogether * rows];
        /// <summary>Column sums, changed in place by the later steps; columns are rounded up to whole registers.</summary>
        public readonly float[] Sums = new float[MaxTogether * RoundUp(columns)];
        /// <summary>Inputs and results of the additional sums of step 6.</summary>
        public readonly float[] Inputs = new float[rows], LineSums = new float[RoundUp(columns)];
        /// <summary>A noise value or factor per input or output line.</summary>
        public readonly float[] LineValues = new float[Math.Max(rows, columns)];
        /// <summary>Digital scale of each column.</summary>
        public readonly float[] Scale = new float[columns];
        /// <summary>b n per vector.</summary>
        public readonly float[] InputScale = new float[MaxTogether];
        public readonly MvmResult[] Results = new MvmResult[MaxTogether];

        public static int RoundUp(int columns) => (columns + LaneMath.Width - 1) & -LaneMath.Width;
    }

    /// <summary>y = W x over a part, with the converters, noise and drift of the preset and the devices. Takes one event.</summary>
    /// <param name="part">The cells that hold W.</param>
    /// <param name="x">One value per row.</param>
    /// <param name="y">One value per column; overwritten.</param>
    /// <param name="digital">Scale and bias.</param>
    /// <param name="saturated">One bit per column of the whole tile, set if the column saturated in any pass; empty if not wanted.</param>
    /// <exception cref="ArgumentException">The part is not inside the tile, or a span has the wrong length.</exception>
    public MvmResult Mvm(in CrossbarPart part, ReadOnlySpan<float> x, Span<float> y, in DigitalStage digital = default, Span<uint> saturated = default)
    {
        MvmResult result = default;
        MvmBatch(part, x, y, new Span<MvmResult>(ref result), digital, saturated);
        return result;
    }

    /// <summary>One MVM per element of <paramref name="results"/>; the bits are those of single MVMs in that order.</summary>
    /// <param name="part">The cells that hold W.</param>
    /// <param name="x">[vectors, part.Rows], dense.</param>
    /// <param name="y">[vectors, part.Columns], dense; overwritten.</param>
    /// <param name="results">One per vector; overwritten.</param>
    /// <param name="digital">Scale and bias.</param>
    /// <param name="saturated">One bit per column of the whole tile, set if the column saturated in any pass of any vector.</param>
    /// <exception cref="ArgumentException">The part is not inside the tile, or a span has the wrong length.</exception>
    public void MvmBatch(
        in CrossbarPart part, ReadOnlySpan<float> x, Span<float> y, Span<MvmResult> results,
        in DigitalStage digital = default, Span<uint> saturated = default)
    {
        CheckSpans(part, x.Length, y.Length, results.Length, saturated.Length);
        if (Options.TimingOnly)
        {
            y.Clear();
            results.Fill(new() { Passes = 1 });
            return;
        }
        if (!digital.Bias.IsEmpty && digital.Bias.Length != part.Columns)
            ThrowLength("bias", digital.Bias.Length, part.Columns);
        if (!digital.Scale.IsEmpty && digital.Scale.Length != part.Columns)
            ThrowLength("scale", digital.Scale.Length, part.Columns);

        ReadOnlySpan<float> scale = digital.Scale;
        if (scale.IsEmpty)
        {
            CopyScaleTo(part, _work.Scale.AsSpan(0, part.Columns));
            scale = _work.Scale.AsSpan(0, part.Columns);
        }
        for (int first = 0; first < results.Length; first += MaxTogether)
        {
            Span<MvmResult> together = results.Slice(first, Math.Min(MaxTogether, results.Length - first));
            Integrate(part, x.Slice(first * part.Rows, together.Length * part.Rows), together, saturated);
            for (int v = 0; v < together.Length; v++)
                if (!together[v].NonFiniteInput)
                    Rescale(part, v, scale, digital.Bias, y.Slice((first + v) * part.Columns, part.Columns));
        }
    }

    /// <summary>
    /// An MVM from DAC codes to ADC codes: steps 4 to 8 alone, one pass, no scaling. Codes beyond the DAC's largest are
    /// clipped (only -128 can be). Takes one event.
    /// </summary>
    /// <param name="part">The cells that hold W.</param>
    /// <param name="x">One DAC code per row.</param>
    /// <param name="y">One ADC code per column; overwritten.</param>
    /// <param name="saturated">As for <see cref="Mvm"/>.</param>
    /// <exception cref="InvalidOperationException">A converter is off or has more than 8 bits: see <see cref="HasInt8Codes"/>.</exception>
    public MvmResult MvmCodes(in CrossbarPart part, ReadOnlySpan<sbyte> x, Span<sbyte> y, Span<uint> saturated = default)
    {
        CheckSpans(part, x.Length, y.Length, 1, saturated.Length);
        if (!HasInt8Codes)
            throw new InvalidOperationException($"preset {_preset.Name} has a DAC of {_preset.Dac.Bits} and an ADC of {_preset.Adc.Bits} bits; int8 codes need 2 to 8 bits of each");
        if (Options.TimingOnly)
        {
            y.Clear();
            return new() { Passes = 1 };
        }
        Draws draws = TakeEvent();
        int clips = 0, maxCode = _preset.Dac.MaxCode;
        for (int row = 0; row < part.Rows; row++)
        {
            int code = Math.Clamp(x[row], -maxCode, maxCode);
            clips += code != x[row] ? 1 : 0;
            _work.Driven[row] = code * _preset.Dac.Step;
        }
        AddInputNoise(part, 0, draws, pass: 0);
        SumColumns<Signed>(part, 1, _work.Driven, _work.Sums);
        int clipped = Convert(part, 0, draws, pass: 0, saturated);
        for (int column = 0; column < part.Columns; column++)
            y[column] = (sbyte)MathF.Round(_work.Sums[column] / _preset.Adc.Step);
        return new(1, clips, clipped, clipped, false);
    }

    /// <summary>Whether <see cref="MvmCodes"/> can be used.</summary>
    public bool HasInt8Codes => _preset.Dac.FitsInt8 && _preset.Adc.FitsInt8;

    private void CheckSpans(in CrossbarPart part, int x, int y, int vectors, int saturated)
    {
        Check(part);
        if (x != (long)vectors * part.Rows)
            ThrowLength("inputs", x, (long)vectors * part.Rows);
        if (y != (long)vectors * part.Columns)
            ThrowLength("outputs", y, (long)vectors * part.Columns);
        if (saturated != 0 && saturated < (State.Columns + 31) / 32)
            ThrowLength("saturation bitmap", saturated, (State.Columns + 31) / 32);
    }

    /// <summary>Steps 1 to 9 for up to <see cref="MaxTogether"/> vectors: all first passes together, then the repeated passes of each.</summary>
    private void Integrate(in CrossbarPart part, ReadOnlySpan<float> x, Span<MvmResult> results, Span<uint> saturated)
    {
        uint firstEvent = State.NextEvent;
        for (int v = 0; v < results.Length; v++)
        {
            results[v] = ScaleInput(part, v, x.Slice(v * part.Rows, part.Rows));
            Draws draws = TakeEvent();
            if (results[v].Passes > 0)
                results[v] = results[v] with { DacClips = Drive(part, v, draws, pass: 0, b: 1) };
        }
        SumColumns<Signed>(part, results.Length, _work.Driven, _work.Sums);
        for (int v = 0; v < results.Length; v++)
            if (results[v].Passes > 0)
                results[v] = ConvertUntilInBounds(part, v, new(Options.Seed, Options.Tile, firstEvent + (uint)v), results[v], saturated);
    }

    /// <summary>1. x / n, and n; returns a result of 0 passes if there is nothing to integrate.</summary>
    private MvmResult ScaleInput(in CrossbarPart part, int v, ReadOnlySpan<float> x)
    {
        Span<float> scaled = Vector(_work.Scaled, v, part.Rows);
        float max = LaneMath.MaxMagnitude(x);
        float n = _preset.NoiseManagement == NoiseManagement.AbsMax ? max : _preset.InputScale;
        _work.InputScale[v] = n;
        if (!float.IsFinite(max) || n == 0)
        {
            Vector(_work.Driven, v, part.Rows).Clear();
            return new() { NonFiniteInput = !float.IsFinite(max) };
        }
        for (int i = 0; i < scaled.Length; i += LaneMath.Width)
            LaneMath.Store(LaneMath.Load(x, i) / n, scaled, i);
        return new() { Passes = 1 };
    }

    /// <summary>Steps 2 to 4: x' / b through the DAC, plus input noise. Returns how many inputs were clipped.</summary>
    private int Drive(in CrossbarPart part, int v, in Draws draws, int pass, float b)
    {
        ReadOnlySpan<float> scaled = Vector(_work.Scaled, v, part.Rows);
        Span<float> driven = Vector(_work.Driven, v, part.Rows);
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
        AddInputNoise(part, v, draws, pass);
        return clips;
    }

    private void AddInputNoise(in CrossbarPart part, int v, in Draws draws, int pass)
    {
        if (_preset.InputNoise > 0)
            AddNoise(_preset.InputNoise, Draws.InputNoise, Vector(_work.Driven, v, part.Rows), draws, pass);
    }

    /// <summary>Steps 6 to 9 for one vector whose first sums are computed.</summary>
    private MvmResult ConvertUntilInBounds(in CrossbarPart part, int v, in Draws draws, MvmResult result, Span<uint> saturated)
    {
        int clipped = Convert(part, v, draws, 0, saturated);
        int pass = 0, saturations = clipped, dacClips = result.DacClips;
        float b = 1;
        while (clipped > 0 && _preset.BoundManagement == BoundManagement.Iterative && b <= _preset.BoundLimit)
        {
            b *= 2;
            pass++;
            dacClips += Drive(part, v, draws, pass, b);
            SumColumns<Signed>(part, 1, Vector(_work.Driven, v, part.Rows), Vector(_work.Sums, v, Workspace.RoundUp(part.Columns)));
            clipped = Convert(part, v, draws, pass, saturated);
            saturations += clipped;
        }
        _work.InputScale[v] *= b;
        return new(pass + 1, dacClips, saturations, clipped, false);
    }

    /// <summary>Steps 6 to 8, in place on the sums. Returns how many outputs were clipped.</summary>
    private int Convert(in CrossbarPart part, int v, in Draws draws, int pass, Span<uint> saturated)
    {
        ReadOnlySpan<float> driven = Vector(_work.Driven, v, part.Rows);
        Span<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(part.Columns))[..part.Columns];
        if (_preset.IrDrop > 0)
            SubtractIrDrop(part, driven, sums);
        if (_preset.ReadNoise != ReadNoiseKind.None)
            AddReadNoise(part, driven, sums, draws, pass);
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
                clipped += Mark(clips, part.FirstColumn + i, saturated);
        }
        return clipped;
    }

    /// <summary>10. y b n, times column scale, times GDC alpha, plus bias.</summary>
    private void Rescale(in CrossbarPart part, int v, ReadOnlySpan<float> scale, ReadOnlySpan<float> bias, Span<float> y)
    {
        ReadOnlySpan<float> sums = Vector(_work.Sums, v, Workspace.RoundUp(part.Columns));
        float inputScale = _work.InputScale[v];
        for (int i = 0; i < y.Length; i += LaneMath.Width)
        {
            Lanes result = LaneMath.Load(sums, i) * inputScale * LaneMath.Load(scale, i) * State.Alpha;
            if (!bias.IsEmpty)
                result += LaneMath.Load(bias, i);
            LaneMath.Store(result, y, i);
        }
    }

    /// <summary>The scales that the weights of a part's first row were mapped with; 0 if nothing was programmed there.</summary>
    /// <param name="part">Rows and columns.</param>
    /// <param name="scale">One value per column; overwritten.</param>
    public void CopyScaleTo(in CrossbarPart part, Span<float> scale)
    {
        scale.Clear();
        foreach (Programming programming in State.Programmings)
        {
            CrossbarPart there = programming.Part;
            if (part.FirstRow < there.FirstRow || part.FirstRow >= there.FirstRow + there.Rows)
                continue;
            int first = Math.Max(part.FirstColumn, there.FirstColumn);
            int end = Math.Min(part.FirstColumn + part.Columns, there.FirstColumn + there.Columns);
            if (first < end)
                programming.Scale.AsSpan(first - there.FirstColumn, end - first).CopyTo(scale[(first - part.FirstColumn)..]);
        }
    }

    /// <summary>
    /// IR drop along an output line, after aihwkit: the line's total current gives a, and a gives c. The currents of far inputs drop most.
    /// </summary>
    private void SubtractIrDrop(in CrossbarPart part, ReadOnlySpan<float> driven, Span<float> sums)
    {
        Span<float> inputs = _work.Inputs.AsSpan(0, part.Rows);
        for (int j = 0; j < inputs.Length; j++)
            inputs[j] = MathF.Abs(driven[j]);
        SumColumns<Magnitude>(part, 1, inputs, _work.LineSums);
        for (int i = 0; i < sums.Length; i++)
        {
            float a = _work.LineSums[i] * (part.Rows / 5.7143e5f);
            _work.LineValues[i] = _preset.IrDrop * (a * (a * (0.05f * a - 0.2f) + 0.5f));
        }
        for (int j = 0; j < inputs.Length; j++)
        {
            float fromEnd = 1 - j / (float)part.Rows;
            inputs[j] = driven[j] * (1 - fromEnd * fromEnd);
        }
        SumColumns<Signed>(part, 1, inputs, _work.LineSums);
        for (int i = 0; i < sums.Length; i++)
            sums[i] -= _work.LineValues[i] * _work.LineSums[i];
    }

    /// <summary>w_noise times sqrt(sum |w_ij| x_j^2), or times ||x||.</summary>
    private void AddReadNoise(in CrossbarPart part, ReadOnlySpan<float> driven, Span<float> sums, in Draws draws, int pass)
    {
        if (_preset.ReadNoise == ReadNoiseKind.Additive)
        {
            AddNoise(_preset.ReadNoiseScale * Norm(driven), Draws.ReadNoise, sums, draws, pass);
            return;
        }
        Span<float> squares = _work.Inputs.AsSpan(0, part.Rows), normals = _work.LineValues.AsSpan(0, sums.Length);
        for (int j = 0; j < squares.Length; j++)
            squares[j] = driven[j] * driven[j];
        SumColumns<Magnitude>(part, 1, squares, _work.LineSums);
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

    private void SumColumns<TForm>(in CrossbarPart part, int vectors, ReadOnlySpan<float> x, Span<float> sums) where TForm : struct, IWeightForm =>
        ColumnSums.Compute<TForm>(
            State.Weights.AsSpan(part.FirstRow * State.Columns + part.FirstColumn), State.Columns,
            part.Rows, part.Columns, vectors, x, sums, Workspace.RoundUp(part.Columns));

    /// <summary>A converter, applied to eight values at a time.</summary>
    private readonly struct Quantizer(Converter converter)
    {
        private readonly float _step = converter.Step, _maxCode = converter.MaxCode, _bound = converter.Bound;

        /// <summary>Rounds to steps and clips to the bound; returns one bit per lane, set if its code was beyond the largest.</summary>
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
