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
    /// Programs a part, reads it for the first time and sets the tile's age to 0. Cells outside the part go on ageing.
    /// GDC must be measured again.
    /// </summary>
    /// <param name="part">Rows and columns.</param>
    /// <param name="weights">Dense [out, in], that is [part.Columns, part.Rows]; empty if the tile only keeps time.</param>
    /// <param name="scale">
    /// The weight that is mapped to g_max, one per column; larger ones are clipped. Empty: the largest magnitude of the part's
    /// column or of the whole part, as the preset says. Give it to program a matrix in stripes of rows.
    /// </param>
    /// <exception cref="ArgumentException">The part is not inside the tile, a span has the wrong length, or a weight or scale is NaN or infinite.</exception>
    public void Program(CrossbarPart part, ReadOnlySpan<float> weights, ReadOnlySpan<float> scale = default)
    {
        Check(part);
        if (weights.Length != part.Rows * part.Columns && !(Options.TimingOnly && weights.IsEmpty))
            ThrowLength($"weights of {part}", weights.Length, part.Rows * part.Columns);
        if (!scale.IsEmpty && scale.Length != part.Columns)
            ThrowLength($"scales of {part}", scale.Length, part.Columns);
        RejectNonFinite(part, weights);
        foreach (float s in scale)
            if (!(s > 0 && float.IsFinite(s)))
                throw new ArgumentException($"column scale is {s}; expected a positive number");

        if (Options.TimingOnly)
            return;
        float[] full = scale.IsEmpty ? Maxima(part, weights) : scale.ToArray();
        Transpose(part, weights);
        ProgramDevices(part, full, TakeEvent());
        Programming programming = Record(part, full);
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
    /// <see cref="SetAge"/>, with the drift compensation of an earlier age removed: alpha is 1 until it is measured at the
    /// new age. If it is not measured, the outputs keep their drift.
    /// </summary>
    /// <param name="seconds">Seconds since the last programming.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative, NaN or infinite age.</exception>
    public void SetAgeUncompensated(double seconds)
    {
        SetAge(seconds);
        State.Alpha = 1;
    }

    private static void RejectNonFinite(in CrossbarPart part, ReadOnlySpan<float> weights)
    {
        if (float.IsFinite(LaneMath.MaxMagnitude(weights)))
            return;
        int i = 0;
        while (float.IsFinite(weights[i]))
            i++;
        throw new ArgumentException($"weight [out {i / part.Rows}, in {i % part.Rows}] is {weights[i]}; expected a finite number");
    }

    private float[] Maxima(in CrossbarPart part, ReadOnlySpan<float> weights)
    {
        var maxima = new float[part.Columns];
        for (int column = 0; column < part.Columns; column++)
            maxima[column] = Math.Max(LaneMath.MaxMagnitude(weights.Slice(column * part.Rows, part.Rows)), SmallestMaximum);
        if (_preset.Scaling == WeightScaling.PerTile)
            Array.Fill(maxima, maxima.Max());
        return maxima;
    }

    /// <summary>Adds the programming as the newest; the others keep their ages.</summary>
    private Programming Record(CrossbarPart part, float[] full)
    {
        List<Programming> all = State.Programmings;
        all.RemoveAll(older => part.Covers(older.Part));
        for (int i = 0; i < all.Count; i++)
            all[i] = all[i] with { OlderBySeconds = all[i].OlderBySeconds + State.AgeSeconds };
        float[] ones = new float[part.Columns];
        Array.Fill(ones, 1);
        (float[] scale, float[] unit) = _preset.NormalizesWeights ? (full, ones) : (ones, full);
        Programming newest = new(part, scale, Array.ConvertAll(unit, u => u / _model.GMaxMicroSiemens), 0);
        all.Add(newest);
        State.AgeSeconds = 0;
        State.ReferenceResponse = 0;
        State.Alpha = 1;
        return newest;
    }

    /// <summary>[out, in] to [row, column], in square blocks that stay in the cache.</summary>
    private void Transpose(in CrossbarPart part, ReadOnlySpan<float> weights)
    {
        const int Side = 16;
        for (int row0 = 0; row0 < part.Rows; row0 += Side)
            for (int column0 = 0; column0 < part.Columns; column0 += Side)
                for (int row = row0; row < Math.Min(row0 + Side, part.Rows); row++)
                {
                    int cell = (part.FirstRow + row) * State.Columns + part.FirstColumn;
                    for (int column = column0; column < Math.Min(column0 + Side, part.Columns); column++)
                        State.Weights[cell + column] = weights[column * part.Rows + row];
                }
    }

    /// <summary>
    /// From weights in <see cref="CrossbarState.Weights"/> to targets g+ = clamp(s w, 0, g_max) and g- = clamp(-s w, 0, g_max),
    /// s = g_max / full, and what the devices make of them.
    /// </summary>
    private void ProgramDevices(in CrossbarPart part, ReadOnlySpan<float> full, in Draws draws)
    {
        for (int row = part.FirstRow; row < part.FirstRow + part.Rows; row++)
        {
            int cell = row * State.Columns + part.FirstColumn;
            DeviceRow plus = new(State.Plus, cell, part.Columns), minus = new(State.Minus, cell, part.Columns);
            Span<float> weights = State.Weights.AsSpan(cell, part.Columns);
            for (int i = 0; i < part.Columns; i += LaneMath.Width)
            {
                Lanes fullScale = LaneMath.Max(LaneMath.Load(full, i), SmallestMaximum); // lanes beyond the end divide, too
                Lanes weight = LaneMath.Load(weights, i), ratio = LaneMath.Clamp(weight / fullScale, -1, 1);
                Lanes target = ratio * _model.GMaxMicroSiemens;
                Lanes targetPlus = LaneMath.Max(target, 0), targetMinus = LaneMath.Max(-target, 0);
                if (_noiseless)
                {
                    plus.Keep(i, targetPlus);
                    minus.Keep(i, targetMinus);
                    // The weights do not pass through conductances: without noise the tile keeps them to the last bit.
                    Lanes kept = _preset.NormalizesWeights ? ratio : Vector256.Min(Vector256.Max(weight, -fullScale), fullScale);
                    LaneMath.Store(kept, weights, i);
                    continue;
                }
                PhiloxWords<Vector256<uint>> words = draws.Cells(row, part.FirstColumn + i);
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
        CrossbarPart part = programming.Part;
        Lanes age = Vector256.Create((float)(State.AgeSeconds + programming.OlderBySeconds));
        Lanes driftTime = _model.DriftTime(age), growth = _model.ReadNoiseGrowth(age);
        for (int row = part.FirstRow; row < part.FirstRow + part.Rows; row++)
        {
            int cell = row * State.Columns + part.FirstColumn;
            DeviceRow plus = new(State.Plus, cell, part.Columns), minus = new(State.Minus, cell, part.Columns);
            Span<float> weights = State.Weights.AsSpan(cell, part.Columns);
            for (int i = 0; i < part.Columns; i += LaneMath.Width)
            {
                PhiloxWords<Vector256<uint>> words = draws.Cells(row, part.FirstColumn + i);
                (Lanes noisePlus, Lanes noiseMinus) = LaneMath.Normals(words.W0, words.W1);
                Lanes gPlus = plus.Read(_model, i, driftTime, growth, noisePlus);
                Lanes gMinus = minus.Read(_model, i, driftTime, growth, noiseMinus);
                LaneMath.Store((gPlus - gMinus) * LaneMath.Load(programming.WeightPerMicroSiemens, i), weights, i);
            }
        }
    }

    /// <summary>
    /// aihwkit keeps one noisy weight for each pair, and maps the largest of the tile to g_max before drift: one
    /// maximum for all columns, whatever their scales (its SinglePairConductanceConverter).
    /// </summary>
    private void RemapFolded(Programming programming)
    {
        CrossbarPart part = programming.Part;
        float[] plus = State.Plus.Programmed, minus = State.Minus.Programmed;
        float gMax = _model.GMaxMicroSiemens, largest = SmallestMaximum * gMax;
        for (int row = part.FirstRow; row < part.FirstRow + part.Rows; row++)
            for (int column = part.FirstColumn; column < part.FirstColumn + part.Columns; column++)
            {
                int cell = row * State.Columns + column;
                largest = Math.Max(largest, Math.Abs(plus[cell] - minus[cell]));
            }

        float stretch = gMax / largest;
        for (int column = 0; column < part.Columns; column++)
            programming.WeightPerMicroSiemens[column] /= stretch;
        for (int row = part.FirstRow; row < part.FirstRow + part.Rows; row++)
            for (int column = part.FirstColumn; column < part.FirstColumn + part.Columns; column++)
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
