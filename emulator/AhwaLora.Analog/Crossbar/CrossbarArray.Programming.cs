using System.Runtime.Intrinsics;
using AhwaLora.Analog.Memristors;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Crossbar;

public sealed partial class CrossbarArray
{
    // A column of zeros is mapped as if its largest weight were this (aihwkit's zero clip).
    private const float SmallestMaximum = 1e-7f;

    /// <summary>
    /// Programs a region, reads it for the first time and resets the tile's age. Cells outside go on ageing.
    /// GDC must be measured anew.
    /// </summary>
    /// <param name="region">Where.</param>
    /// <param name="weights">Dense [out, in], that is [region.Columns, region.Rows]; empty where the tile keeps time only.</param>
    /// <param name="scale">
    /// The weight mapped to g_max, one a column; larger ones are clipped. Empty: the largest magnitude of the region's
    /// column or of the region, as the preset says. Give it to program a matrix by stripes of rows.
    /// </param>
    /// <exception cref="ArgumentException">CrossbarPart outside the tile, wrong length, a weight or scale that is NaN or infinite.</exception>
    public void Program(CrossbarPart region, ReadOnlySpan<float> weights, ReadOnlySpan<float> scale = default)
    {
        Check(region);
        if (weights.Length != region.Rows * region.Columns && !(Options.TimingOnly && weights.IsEmpty))
            ThrowLength($"weights of {region}", weights.Length, region.Rows * region.Columns);
        if (!scale.IsEmpty && scale.Length != region.Columns)
            ThrowLength($"scales of {region}", scale.Length, region.Columns);
        RejectNonFinite(region, weights);
        foreach (float s in scale)
            if (!(s > 0 && float.IsFinite(s)))
                throw new ArgumentException($"column scale {s}; expected a positive number");

        if (Options.TimingOnly)
            return;
        float[] full = scale.IsEmpty ? Maxima(region, weights) : scale.ToArray();
        Transpose(region, weights);
        ProgramDevices(region, full, TakeEvent());
        Programming programming = Record(region, full);
        if (Options.Mapping == DeviceMapping.AihwkitCompatible && !_noiseless)
            RemapFolded(programming);
        ReadDevices(programming, TakeEvent());
    }

    /// <summary>
    /// Evaluates the tile at an age: drift since programming, and one draw of read noise that stays until the next
    /// evaluation. Any age may follow any other; drift always starts from the programmed conductance.
    /// </summary>
    /// <param name="seconds">Seconds since the last programming.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative, NaN or infinite age.</exception>
    public void SetAge(double seconds)
    {
        if (!(seconds >= 0 && double.IsFinite(seconds)))
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "expected an age of zero or more seconds");
        State.AgeSeconds = seconds;
        Draws draws = TakeEvent();
        foreach (Programming programming in State.Programmings)
            ReadDevices(programming, draws);
    }

    /// <summary>
    /// <see cref="SetAge"/>, with the drift compensation of an earlier age taken back: alpha is 1 until it is measured at the
    /// new age, and outputs keep their drift if it is not.
    /// </summary>
    /// <param name="seconds">Seconds since the last programming.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative, NaN or infinite age.</exception>
    public void SetAgeUncompensated(double seconds)
    {
        SetAge(seconds);
        State.Alpha = 1;
    }

    private static void RejectNonFinite(in CrossbarPart region, ReadOnlySpan<float> weights)
    {
        if (float.IsFinite(LaneMath.MaxMagnitude(weights)))
            return;
        int i = 0;
        while (float.IsFinite(weights[i]))
            i++;
        throw new ArgumentException($"weight [out {i / region.Rows}, in {i % region.Rows}] is {weights[i]}; expected a finite number");
    }

    private float[] Maxima(in CrossbarPart region, ReadOnlySpan<float> weights)
    {
        var maxima = new float[region.Columns];
        for (int column = 0; column < region.Columns; column++)
            maxima[column] = Math.Max(LaneMath.MaxMagnitude(weights.Slice(column * region.Rows, region.Rows)), SmallestMaximum);
        if (_preset.Scaling == WeightScaling.PerTile)
            Array.Fill(maxima, maxima.Max());
        return maxima;
    }

    /// <summary>Enters the programming as the newest: the others stay as old as they are.</summary>
    private Programming Record(CrossbarPart region, float[] full)
    {
        List<Programming> all = State.Programmings;
        all.RemoveAll(older => region.Covers(older.Region));
        for (int i = 0; i < all.Count; i++)
            all[i] = all[i] with { OlderBySeconds = all[i].OlderBySeconds + State.AgeSeconds };
        float[] ones = new float[region.Columns];
        Array.Fill(ones, 1);
        (float[] scale, float[] unit) = _preset.NormalizesWeights ? (full, ones) : (ones, full);
        Programming newest = new(region, scale, Array.ConvertAll(unit, u => u / _model.GMaxMicroSiemens), 0);
        all.Add(newest);
        State.AgeSeconds = 0;
        State.ReferenceResponse = 0;
        State.Alpha = 1;
        return newest;
    }

    /// <summary>[out, in] to [row, column], in squares whose lines stay in the cache.</summary>
    private void Transpose(in CrossbarPart region, ReadOnlySpan<float> weights)
    {
        const int Side = 16;
        for (int row0 = 0; row0 < region.Rows; row0 += Side)
            for (int column0 = 0; column0 < region.Columns; column0 += Side)
                for (int row = row0; row < Math.Min(row0 + Side, region.Rows); row++)
                {
                    int cell = (region.FirstRow + row) * State.Columns + region.FirstColumn;
                    for (int column = column0; column < Math.Min(column0 + Side, region.Columns); column++)
                        State.Weights[cell + column] = weights[column * region.Rows + row];
                }
    }

    /// <summary>
    /// From weights in <see cref="CrossbarState.Weights"/> to targets g+ = clamp(s w, 0, g_max) and g- = clamp(-s w, 0, g_max),
    /// s = g_max / full, and what the devices make of them.
    /// </summary>
    private void ProgramDevices(in CrossbarPart region, ReadOnlySpan<float> full, in Draws draws)
    {
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
        {
            int cell = row * State.Columns + region.FirstColumn;
            DeviceRow plus = new(State.Plus, cell, region.Columns), minus = new(State.Minus, cell, region.Columns);
            Span<float> weights = State.Weights.AsSpan(cell, region.Columns);
            for (int i = 0; i < region.Columns; i += LaneMath.Width)
            {
                Lanes fullScale = LaneMath.Max(LaneMath.Load(full, i), SmallestMaximum); // lanes beyond the end divide too
                Lanes weight = LaneMath.Load(weights, i), ratio = LaneMath.Clamp(weight / fullScale, -1, 1);
                Lanes target = ratio * _model.GMaxMicroSiemens;
                Lanes targetPlus = LaneMath.Max(target, 0), targetMinus = LaneMath.Max(-target, 0);
                if (_noiseless)
                {
                    plus.Keep(i, targetPlus);
                    minus.Keep(i, targetMinus);
                    // Not by way of the conductances: without noise the tile holds its weights to the last bit.
                    Lanes kept = _preset.NormalizesWeights ? ratio : Vector256.Min(Vector256.Max(weight, -fullScale), fullScale);
                    LaneMath.Store(kept, weights, i);
                    continue;
                }
                PhiloxWords<Vector256<uint>> words = draws.Cells(row, region.FirstColumn + i);
                (Lanes noisePlus, Lanes noiseMinus) = LaneMath.Normals(words.W0, words.W1);
                (Lanes exponentPlus, Lanes exponentMinus) = LaneMath.Normals(words.W2, words.W3);
                plus.Program(_model, i, targetPlus, noisePlus, exponentPlus);
                minus.Program(_model, i, targetMinus, noiseMinus, exponentMinus);
            }
        }
    }

    private void ReadDevices(Programming programming, in Draws draws)
    {
        if (_noiseless)
            return;
        CrossbarPart region = programming.Region;
        Lanes age = Vector256.Create((float)(State.AgeSeconds + programming.OlderBySeconds));
        Lanes driftTime = _model.DriftTime(age), growth = _model.ReadNoiseGrowth(age);
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
        {
            int cell = row * State.Columns + region.FirstColumn;
            DeviceRow plus = new(State.Plus, cell, region.Columns), minus = new(State.Minus, cell, region.Columns);
            Span<float> weights = State.Weights.AsSpan(cell, region.Columns);
            for (int i = 0; i < region.Columns; i += LaneMath.Width)
            {
                PhiloxWords<Vector256<uint>> words = draws.Cells(row, region.FirstColumn + i);
                (Lanes noisePlus, Lanes noiseMinus) = LaneMath.Normals(words.W0, words.W1);
                Lanes gPlus = plus.Read(_model, i, driftTime, growth, noisePlus);
                Lanes gMinus = minus.Read(_model, i, driftTime, growth, noiseMinus);
                LaneMath.Store((gPlus - gMinus) * LaneMath.Load(programming.WeightPerMicroSiemens, i), weights, i);
            }
        }
    }

    /// <summary>
    /// aihwkit keeps one noisy weight for each pair, and maps the largest of the tile to g_max when it comes to drift: one
    /// maximum for all columns, whatever their scales (its SinglePairConductanceConverter).
    /// </summary>
    private void RemapFolded(Programming programming)
    {
        CrossbarPart region = programming.Region;
        float[] plus = State.Plus.Programmed, minus = State.Minus.Programmed;
        float gMax = _model.GMaxMicroSiemens, largest = SmallestMaximum * gMax;
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
            for (int column = region.FirstColumn; column < region.FirstColumn + region.Columns; column++)
            {
                int cell = row * State.Columns + column;
                largest = Math.Max(largest, Math.Abs(plus[cell] - minus[cell]));
            }

        float stretch = gMax / largest;
        for (int column = 0; column < region.Columns; column++)
            programming.WeightPerMicroSiemens[column] /= stretch;
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
            for (int column = region.FirstColumn; column < region.FirstColumn + region.Columns; column++)
            {
                int cell = row * State.Columns + column;
                float difference = (plus[cell] - minus[cell]) * stretch;
                plus[cell] = Math.Max(difference, 0f);
                minus[cell] = Math.Max(-difference, 0f);
            }
    }

    /// <summary>Neighbouring devices of one plane, handled eight at a time.</summary>
    private readonly ref struct DeviceRow(DevicePlane plane, int first, int count)
    {
        private readonly Span<float> _target = plane.Target.AsSpan(first, count);
        private readonly Span<float> _programmed = plane.Programmed.AsSpan(first, count);
        private readonly Span<float> _exponent = plane.DriftExponent.AsSpan(first, count);
        private readonly Span<float> _read = plane.Read.AsSpan(first, count);

        public void Keep(int at, Lanes target)
        {
            LaneMath.Store(target, _target, at);
            LaneMath.Store(target, _programmed, at);
            LaneMath.Store(target, _read, at);
        }

        public void Program(DeviceModel model, int at, Lanes target, Lanes noise, Lanes exponentNoise)
        {
            (Lanes programmed, Lanes exponent) = model.Program(target, noise, exponentNoise);
            LaneMath.Store(target, _target, at);
            LaneMath.Store(programmed, _programmed, at);
            LaneMath.Store(exponent, _exponent, at);
        }

        public Lanes Read(DeviceModel model, int at, Lanes driftTime, Lanes growth, Lanes noise)
        {
            Lanes programmed = LaneMath.Load(_programmed, at);
            Lanes drifted = driftTime == Lanes.Zero ? programmed // the first read: e^0 is 1
                : DeviceModel.Drift(programmed, LaneMath.Load(_exponent, at), driftTime);
            Lanes read = model.Read(programmed, drifted, growth, noise);
            LaneMath.Store(read, _read, at);
            return read;
        }
    }
}
