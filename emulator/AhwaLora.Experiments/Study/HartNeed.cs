using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Study;

/// <summary>The number of harts that keeps the overhead within the published best case.</summary>
/// <param name="Best">The point with the least overhead at the smallest sufficient number of harts; if no number is sufficient, the point with the least overhead of all.</param>
public sealed record HartNeed(SweepRow Best)
{
    private const double MostMultiplyAddsPerCycle = 24.0 / (24 + 10);

    /// <summary>False if no number of harts up to the maximum is sufficient.</summary>
    public bool IsMet => Best.OverheadPercent <= Published.LeastOverheadPercent;

    /// <summary>
    /// Tries every number of harts in turn, with every strategy and chunk of <paramref name="candidates"/>. It starts at the smallest number
    /// that could be sufficient: the kernels' largest register block, 6 tokens by 4 columns, takes 10 loads for its 24 multiply-adds.
    /// </summary>
    /// <param name="candidates">Points of one shape and integration time, with any number of harts.</param>
    /// <param name="rows">The rows of points measured so far.</param>
    /// <param name="measure">Measures points.</param>
    /// <param name="progress">Called with the numbers of harts tried so far, and the most there are to try.</param>
    public static HartNeed Find(IReadOnlyList<SweepPoint> candidates, IReadOnlyList<SweepRow> rows, Func<IEnumerable<SweepPoint>, IReadOnlyList<SweepRow>> measure, Action<int, int>? progress = null)
    {
        var most = PlatformRules.MaximumHarts;
        var budget = rows.Max(r => r.TileAloneCycles) * (1 + Published.LeastOverheadPercent / 100);
        var least = Math.Clamp((int)Math.Ceiling(candidates[0].Shape.AdapterMultiplyAdds / (MostMultiplyAddsPerCycle * budget)), 1, most);
        var best = rows.MinBy(r => r.OverheadPercent)!;
        for (var harts = least; harts <= most; harts++)
        {
            progress?.Invoke(harts - least, most - least + 1);
            var here = measure(candidates.Select(p => p with { Harts = harts }).Distinct()).MinBy(r => r.OverheadPercent)!;
            if (here.OverheadPercent < best.OverheadPercent) best = here;
            if (here.OverheadPercent > Published.LeastOverheadPercent) continue;
            best = here;
            break;
        }

        progress?.Invoke(most - least + 1, most - least + 1);
        return new HartNeed(best);
    }
}
