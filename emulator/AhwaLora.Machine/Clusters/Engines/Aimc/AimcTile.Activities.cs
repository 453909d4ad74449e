using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

// What the tile reports of its jobs and stages, for timelines and debuggers. It creates nothing if nobody asks.
public sealed partial class AimcTile
{
    /// <summary>The jobs that are triggered and not finished, in their order.</summary>
    public IEnumerable<AimcJob> PendingJobs
    {
        get
        {
            for (var job = _finished + 1; HasReached(_triggered, job); job++) yield return JobOf(job);
        }
    }

    /// <summary>The number and the tag of the job that finished last; null if none has finished since the last clear.</summary>
    public (uint Number, uint Tag)? LastFinished => _finished == 0 ? null : (_finished, _finishedTag);

    /// <summary>The job of the vector whose integration began last; null if none has begun since the last clear.</summary>
    public AimcJob? LastIntegrated => _integrateStarted == 0 ? null : JobOf(_jobOf[(_integrateStarted - 1) % MaxInFlight]);

    /// <inheritdoc/>
    public int ServedHart => _outFinished == 0 ? -1 : ContextOfJob(_jobOf[(_outFinished - 1) % MaxInFlight]).Owner;

    private AimcJob JobOf(uint number) =>
        new(number, ContextOfJob(number).Tag, ContextOfJob(number).Owner, _inStarted != 0 && HasReached(_jobOf[(_inStarted - 1) % MaxInFlight], number));

    private void TellOfVector(string stage, ulong flight, ulong begin, ulong end) =>
        _masters.Observer?.Acted(Name, Vector(stage, stage, flight, begin, end));

    /// <summary>Reports an integration, pass by pass. The passes after the first come from bound management.</summary>
    private void TellOfPasses(ulong flight, ulong end)
    {
        if (_masters.Observer is not { } observer) return;
        var cycles = ContextOfJob(_jobOf[flight]).IntegrateCycles;
        for (var pass = _passes; pass > 0; pass--)
        {
            var begin = end - pass * cycles;
            observer.Acted(Name, Vector("integrate", pass == _passes ? "integrate" : "bound-management pass", flight, begin, begin + cycles));
        }
    }

    private void TellOfJob(AimcTileContext job, ulong end)
    {
        if (_masters.Observer is not { } observer) return;
        observer.Acted(Name, new Activity($"context {Array.IndexOf(_contexts, job)}", $"job {_finished}", job.TriggeredAt, end,
            new("tag", job.Tag), new("vectors", job.Vectors), new("rows", job.Rows), new("columns", job.Columns), new("hart", (ulong)job.Owner)));
    }

    private void TellOfOperation(ulong begin) =>
        _masters.Observer?.Acted(Name, new Activity("operations", _operation == Operation.Programming ? "program" : "calibrate", begin, _operationEnd));

    private Activity Vector(string lane, string name, ulong flight, ulong begin, ulong end)
    {
        var job = _jobOf[flight];
        return new Activity(lane, name, begin, end, new("job", job), new("tag", ContextOfJob(job).Tag), new("vector", _vectorOf[flight]));
    }
}
