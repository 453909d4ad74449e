using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

public sealed partial class Crossbar
{
    // A column of zeros is mapped as if its largest weight were this (aihwkit's zero clip).
    private const float SmallestMaximum = 1e-7f;

    /// <summary>
    /// Programs a region, reads it for the first time and resets the tile's age. Cells outside keep their own age.
    /// GDC must be measured anew.
    /// </summary>
    /// <param name="region">Where.</param>
    /// <param name="weights">Dense [out, in], that is [region.Columns, region.Rows].</param>
    /// <param name="scale">
    /// The weight mapped to g_max, one a column; larger ones are clipped. Empty: the largest magnitude of the region's
    /// column or of the region, as the preset says. Give it to program a matrix by stripes of rows.
    /// </param>
    /// <exception cref="ArgumentException">Region outside the tile, wrong length, a weight or scale that is NaN or infinite.</exception>
    public void Program(Region region, ReadOnlySpan<float> weights, ReadOnlySpan<float> scale = default)
    {
        Check(region);
        if (weights.Length != region.Rows * region.Columns)
            ThrowLength($"weights of {region}", weights.Length, region.Rows * region.Columns);
        if (!scale.IsEmpty && scale.Length != region.Columns)
            ThrowLength($"scales of {region}", scale.Length, region.Columns);
        RejectNonFinite(region, weights);
        foreach (float s in scale)
            if (!(s > 0 && float.IsFinite(s)))
                throw new ArgumentException($"column scale {s}; expected a positive number");

        MapWeights(region, weights, scale.IsEmpty ? Maxima(region, weights) : scale);
        ResetAge(region);
        ProgramDevices(region, TakeEvent());
        if (Options.Mapping == DeviceMapping.AihwkitCompatible && !_model.IsNoiseless)
            RemapFolded(region);
        ReadDevices(region, TakeEvent());
        State.ReferenceResponse = 0;
        State.Alpha = 1;
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
        ReadDevices(Whole, TakeEvent());
    }

    private static void RejectNonFinite(in Region region, ReadOnlySpan<float> weights)
    {
        for (int i = 0; i < weights.Length; i++)
            if (!float.IsFinite(weights[i]))
                throw new ArgumentException($"weight [out {i / region.Rows}, in {i % region.Rows}] is {weights[i]}; expected a finite number");
    }

    private float[] Maxima(in Region region, ReadOnlySpan<float> weights)
    {
        var maxima = new float[region.Columns];
        for (int column = 0; column < region.Columns; column++)
        {
            float max = SmallestMaximum;
            foreach (float w in weights.Slice(column * region.Rows, region.Rows))
                max = Math.Max(max, Math.Abs(w));
            maxima[column] = max;
        }
        if (_preset.Scaling == WeightScaling.PerTile)
            Array.Fill(maxima, maxima.Max());
        return maxima;
    }

    /// <summary>Targets g+ = clamp(s w, 0, g_max) and g- = clamp(-s w, 0, g_max), s = g_max / scale, and the weights they stand for.</summary>
    private void MapWeights(in Region region, ReadOnlySpan<float> weights, ReadOnlySpan<float> scale)
    {
        bool normalized = _preset.NormalizesWeights;
        float gMax = _model.GMaxMicroSiemens;
        for (int row = 0; row < region.Rows; row++)
        {
            int cell = (region.FirstRow + row) * State.Columns + region.FirstColumn;
            for (int column = 0; column < region.Columns; column++, cell++)
            {
                float unit = normalized ? 1 : scale[column];
                float ratio = Math.Clamp(weights[column * region.Rows + row] / scale[column], -1f, 1f);
                State.Plus.Target[cell] = Math.Max(ratio, 0f) * gMax;
                State.Minus.Target[cell] = Math.Max(-ratio, 0f) * gMax;
                State.Weights[cell] = normalized ? ratio : Math.Clamp(weights[column * region.Rows + row], -unit, unit);
                State.WeightPerMicroSiemens[cell] = unit / gMax;
                State.Scale[cell] = normalized ? scale[column] : 1;
            }
        }
    }

    private void ResetAge(in Region region)
    {
        if (State.AgeSeconds > 0)
            foreach (ref float older in State.OlderBySeconds.AsSpan())
                older += (float)State.AgeSeconds;
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
            State.OlderBySeconds.AsSpan(row * State.Columns + region.FirstColumn, region.Columns).Clear();
        State.AgeSeconds = 0;
    }

    private void ProgramDevices(in Region region, Draws draws)
    {
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
        {
            PlaneRow plus = new(State.Plus, State, region, row), minus = new(State.Minus, State, region, row);
            if (_model.IsNoiseless)
            {
                plus.KeepTargets();
                minus.KeepTargets();
                continue;
            }
            for (int i = 0; i < region.Columns; i += LaneMath.Width)
            {
                PhiloxWords<Vector512<uint>> words = draws.Words((uint)row, region.FirstColumn + i);
                plus.Program(_model, i, words.W0, words.W2);
                minus.Program(_model, i, words.W1, words.W3);
            }
        }
    }

    private void ReadDevices(in Region region, Draws draws)
    {
        if (_model.IsNoiseless)
            return;
        Lanes age = Vector512.Create((float)State.AgeSeconds);
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
        {
            PlaneRow plus = new(State.Plus, State, region, row), minus = new(State.Minus, State, region, row);
            int first = row * State.Columns + region.FirstColumn;
            Span<float> weights = State.Weights.AsSpan(first, region.Columns);
            ReadOnlySpan<float> unit = State.WeightPerMicroSiemens.AsSpan(first, region.Columns);
            ReadOnlySpan<float> olderBy = State.OlderBySeconds.AsSpan(first, region.Columns);
            for (int i = 0; i < region.Columns; i += LaneMath.Width)
            {
                Lanes cellAge = age + LaneMath.Load(olderBy, i);
                Lanes driftTime = _model.DriftTime(cellAge), growth = _model.ReadNoiseGrowth(cellAge);
                PhiloxWords<Vector512<uint>> words = draws.Words((uint)row, region.FirstColumn + i);
                Lanes gPlus = plus.Read(_model, i, driftTime, growth, words.W0);
                Lanes gMinus = minus.Read(_model, i, driftTime, growth, words.W1);
                LaneMath.Store((gPlus - gMinus) * LaneMath.Load(unit, i), weights, i);
            }
        }
    }

    /// <summary>aihwkit keeps one noisy weight for each pair, and maps it with its new maximum when it comes to drift.</summary>
    private void RemapFolded(in Region region)
    {
        float[] plus = State.Plus.Programmed, minus = State.Minus.Programmed;
        var maxima = new float[region.Columns];
        for (int column = 0; column < region.Columns; column++)
            for (int row = 0; row < region.Rows; row++)
            {
                int cell = (region.FirstRow + row) * State.Columns + region.FirstColumn + column;
                maxima[column] = Math.Max(maxima[column], Math.Abs(plus[cell] - minus[cell]));
            }
        if (_preset.Scaling == WeightScaling.PerTile)
            Array.Fill(maxima, maxima.Max());

        float gMax = _model.GMaxMicroSiemens;
        for (int row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
            for (int column = 0; column < region.Columns; column++)
            {
                int cell = row * State.Columns + region.FirstColumn + column;
                float noisyMaximum = Math.Max(maxima[column], SmallestMaximum * gMax);
                float difference = (plus[cell] - minus[cell]) * (gMax / noisyMaximum);
                plus[cell] = Math.Max(difference, 0f);
                minus[cell] = Math.Max(-difference, 0f);
                State.WeightPerMicroSiemens[cell] *= noisyMaximum / gMax;
            }
    }

    /// <summary>A region's part of one row of one device plane.</summary>
    private readonly ref struct PlaneRow(DevicePlane plane, CrossbarState state, in Region region, int row)
    {
        private readonly Span<float> _target = plane.Target.AsSpan(row * state.Columns + region.FirstColumn, region.Columns);
        private readonly Span<float> _programmed = plane.Programmed.AsSpan(row * state.Columns + region.FirstColumn, region.Columns);
        private readonly Span<float> _exponent = plane.DriftExponent.AsSpan(row * state.Columns + region.FirstColumn, region.Columns);
        private readonly Span<float> _read = plane.Read.AsSpan(row * state.Columns + region.FirstColumn, region.Columns);

        public void KeepTargets()
        {
            _target.CopyTo(_programmed);
            _target.CopyTo(_read);
        }

        public void Program(DeviceModel model, int at, Vector512<uint> noiseWord, Vector512<uint> exponentWord)
        {
            Lanes target = LaneMath.Load(_target, at);
            LaneMath.Store(model.Program(target, LaneMath.Normal(noiseWord)), _programmed, at);
            LaneMath.Store(model.DriftExponent(target, LaneMath.Normal(exponentWord)), _exponent, at);
        }

        public Lanes Read(DeviceModel model, int at, Lanes driftTime, Lanes growth, Vector512<uint> noiseWord)
        {
            Lanes programmed = LaneMath.Load(_programmed, at);
            Lanes drifted = DeviceModel.Drift(programmed, LaneMath.Load(_exponent, at), driftTime);
            Lanes read = model.Read(programmed, drifted, growth, LaneMath.Normal(noiseWord));
            LaneMath.Store(read, _read, at);
            return read;
        }
    }
}
