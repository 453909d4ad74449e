using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Baselines;

/// <summary>A baseline that a run is compared with, or that is made from it.</summary>
public sealed record BaselineRequest
{
    /// <summary>Path of the baseline; its trace is <c>PATH.trace</c>.</summary>
    public required string Path { get; init; }

    /// <summary>True to write it instead of comparing.</summary>
    public bool Update { get; init; }

    /// <summary>How much figures may differ, in percent; 0 for not at all.</summary>
    public double TolerancePercent { get; init; }

    /// <summary>File for the comparison as JUnit XML, for CI servers; null for none.</summary>
    public string? JUnitPath { get; init; }

    /// <summary>File for the comparison in Markdown, for pull requests; null for none.</summary>
    public string? MarkdownPath { get; init; }
}

/// <summary>Writes a run's baseline, or compares the run with it.</summary>
public sealed class BaselineCheck
{
    private readonly BaselineRequest _request;
    private readonly EmulatedMachine _machine;
    private readonly string _program;
    private readonly Baseline? _before;
    private readonly TraceRecorder? _recorder;
    private readonly TraceComparer? _comparer;

    /// <summary>Reads the baseline of a machine that has yet to run.</summary>
    /// <exception cref="UserErrorException">It does not exist, is malformed, or belongs to another machine.</exception>
    public BaselineCheck(BaselineRequest request, EmulatedMachine machine, string program, SymbolMap symbols)
    {
        (_request, _machine, _program) = (request, machine, OneLine.Of(program));
        if (request.Update)
        {
            _recorder = new TraceRecorder(machine, symbols);
            return;
        }

        _before = Baseline.Load(request.Path);
        _before.CheckComparable(request.Path, machine);
        var trace = RetireTrace.Load(TracePath);
        if (trace?.BelongsTo(_before) == true) _comparer = new TraceComparer(trace, machine, symbols);
        else TraceProblem = trace is null ? $"no trace {TracePath}: the first diverging instruction is not known" : $"{TracePath} belongs to another run: the first diverging instruction is not known";
    }

    /// <summary>The probe that must see the run; null for none.</summary>
    public IProbe? Probe => _recorder is not null ? _recorder : _comparer;

    /// <summary>Why diverging instructions are not known, in one line; null if they are known.</summary>
    public string? TraceProblem { get; }

    /// <summary>The result; null if a baseline was written.</summary>
    public BaselineComparison? Comparison { get; private set; }

    private string TracePath => _request.Path + ".trace";

    /// <summary>Writes or compares the baseline after the run.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public void Finish(RunResult result, Func<uint, SourceLine?> lineOf)
    {
        var after = Baseline.Of(_machine, _program, result);
        if (_before is null)
        {
            // A baseline without its trace, or with another run's, would compare without finding where runs part.
            AtomicFile.WriteAll((TracePath, _recorder!.Save), (_request.Path, stream => stream.Write(Encoding.UTF8.GetBytes(after.ToJson()))));
            return;
        }

        _comparer?.Finish();
        Comparison = BaselineComparison.Of(_before, after, _request.TolerancePercent, _comparer?.Divergences ?? []) with
        {
            Seconds = after.Scopes.ToDictionary(scope => scope.Name, scope => scope.Cycles / (_machine.Platform.ClockMhz * 1e6)),
        };
        var report = new BaselineReport(Comparison, _program, lineOf);
        if (_request.JUnitPath is { } junit) AtomicFile.WriteText(junit, report.ToJUnit());
        if (_request.MarkdownPath is { } markdown) AtomicFile.WriteText(markdown, report.ToMarkdown());
    }
}
