namespace AhwaLora.Analog.Crossbar;

/// <summary>A GDC measurement: the response R, and the MVMs it cost.</summary>
public readonly record struct GdcReading(float Response, MvmResult Cost);

// Global drift compensation (Joshi et al., Nature Communications 2020; aihwkit's GlobalDriftCompensation): one factor
// for all columns, from what the tile answers to every input line alone, through its real, noisy converters.
public sealed partial class CrossbarArray
{
    private const float SmallestResponse = 1e-4f;

    /// <summary>
    /// R = max(1e-4, mean |MVM(one-hot)|) over all input lines of a region, before column scale, alpha and bias.
    /// Takes region.Rows events and as many MVMs' time.
    /// </summary>
    public GdcReading MeasureResponse(in CrossbarPart region)
    {
        Check(region);
        if (Options.TimingOnly)
            return new(SmallestResponse, new MvmResult { Passes = region.Rows });
        var x = new float[MaxTogether * region.Rows];
        double sum = 0;
        MvmResult cost = default;
        for (int first = 0; first < region.Rows; first += MaxTogether)
        {
            Span<MvmResult> results = _work.Results.AsSpan(0, Math.Min(MaxTogether, region.Rows - first));
            Array.Clear(x);
            for (int v = 0; v < results.Length; v++)
                x[v * region.Rows + first + v] = 1;
            Integrate(region, x.AsSpan(0, results.Length * region.Rows), results, default);
            for (int v = 0; v < results.Length; v++)
            {
                foreach (float y in Vector(_work.Sums, v, Workspace.RoundUp(region.Columns))[..region.Columns])
                    sum += Math.Abs(y * _work.InputScale[v]);
                cost += results[v];
            }
        }
        return new(Math.Max(SmallestResponse, (float)(sum / ((double)region.Rows * region.Columns))), cost);
    }

    /// <summary>Takes the response of now as R_0, to be done right after programming, and sets alpha to 1.</summary>
    public GdcReading MeasureReference(in CrossbarPart region)
    {
        GdcReading reading = MeasureResponse(region);
        State.ReferenceResponse = reading.Response;
        State.Alpha = 1;
        return reading;
    }

    /// <summary>Measures the response of now and sets alpha = R_0 / R.</summary>
    /// <exception cref="InvalidOperationException">No reference was measured since programming.</exception>
    public GdcReading Calibrate(in CrossbarPart region)
    {
        if (State.ReferenceResponse == 0)
            throw new InvalidOperationException("no reference response; expected MeasureReference after programming");
        GdcReading reading = MeasureResponse(region);
        State.Alpha = State.ReferenceResponse / reading.Response;
        return reading;
    }
}
