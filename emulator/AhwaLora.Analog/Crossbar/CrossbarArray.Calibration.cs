namespace AhwaLora.Analog.Crossbar;

/// <summary>A GDC measurement: the response R, and the MVMs it cost.</summary>
public readonly record struct GdcReading(float Response, MvmResult Cost);

// Global drift compensation (Joshi et al., Nature Communications 2020; aihwkit's GlobalDriftCompensation): one factor
// for all columns, measured by driving each input line alone through the tile's noisy converters.
public sealed partial class CrossbarArray
{
    private const float SmallestResponse = 1e-4f;

    /// <summary>
    /// R = max(1e-4, mean |MVM(one-hot)|) over all input lines of a part, before column scale, alpha and bias.
    /// Takes <c>part.Rows</c> events and the time of as many MVMs.
    /// </summary>
    public GdcReading MeasureResponse(in CrossbarPart part)
    {
        Check(part);
        if (Options.TimingOnly)
            return new(SmallestResponse, new MvmResult { Passes = part.Rows });
        var x = new float[MaxTogether * part.Rows];
        double sum = 0;
        MvmResult cost = default;
        for (int first = 0; first < part.Rows; first += MaxTogether)
        {
            Span<MvmResult> results = _work.Results.AsSpan(0, Math.Min(MaxTogether, part.Rows - first));
            Array.Clear(x);
            for (int v = 0; v < results.Length; v++)
                x[v * part.Rows + first + v] = 1;
            Integrate(part, x.AsSpan(0, results.Length * part.Rows), results, default);
            for (int v = 0; v < results.Length; v++)
            {
                foreach (float y in Vector(_work.Sums, v, Workspace.RoundUp(part.Columns))[..part.Columns])
                    sum += Math.Abs(y * _work.InputScale[v]);
                cost += results[v];
            }
        }
        return new(Math.Max(SmallestResponse, (float)(sum / ((double)part.Rows * part.Columns))), cost);
    }

    /// <summary>Measures the present response as R_0 and sets alpha to 1. Call it right after programming.</summary>
    public GdcReading MeasureReference(in CrossbarPart part)
    {
        GdcReading reading = MeasureResponse(part);
        State.ReferenceResponse = reading.Response;
        State.Alpha = 1;
        return reading;
    }

    /// <summary>Measures the present response R and sets alpha = R_0 / R.</summary>
    /// <exception cref="InvalidOperationException">No reference was measured since programming.</exception>
    public GdcReading Calibrate(in CrossbarPart part)
    {
        if (State.ReferenceResponse == 0)
            throw new InvalidOperationException("no reference response was measured; call MeasureReference after programming");
        GdcReading reading = MeasureResponse(part);
        State.Alpha = State.ReferenceResponse / reading.Response;
        return reading;
    }
}
