using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Baselines;

/// <summary>A baseline to compare a run with, or to make of it.</summary>
public sealed record BaselineRequest
{
    /// <summary>The baseline; its trace lies beside it, as <c>PATH.trace</c>.</summary>
    public required string Path { get; init; }

    /// <summary>True to write it instead of comparing.</summary>
    public bool Update { get; init; }

    /// <summary>How far figures may differ, in percent; 0 for not at all.</summary>
    public double TolerancePercent { get; init; }

    /// <summary>Where to write the comparison as JUnit XML, for CI servers.</summary>
    public string? JUnitPath { get; init; }

    /// <summary>Where to write the comparison in Markdown, for pull requests.</summary>
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
    /// <exception cref="UserErrorException">It is not there, malformed, or of another machine.</exception>
    public BaselineCheck(BaselineRequest request, EmulatedMachine machine, string program, SymbolMap symbols)
    {
        (_request, _machine, _program) = (request, machine, program);
        if (request.Update)
        {
            _recorder = new TraceRecorder(machine, symbols);
            return;
        }

        _before = Baseline.Load(request.Path);
        _before.CheckComparable(request.Path, machine);
        var trace = RetireTrace.Load(TracePath);
        if (trace?.BelongsTo(_before) == true) _comparer = new TraceComparer(trace, machine, symbols);
        else TraceProblem = trace is null ? $"no trace {TracePath}: the first diverging instruction is not known" : $"{TracePath} is of another run: the first diverging instruction is not known";
    }

    /// <summary>What has to see the run.</summary>
    public IProbe? Probe => _recorder is not null ? _recorder : _comparer;

    /// <summary>Why diverging instructions are not known, in a line, or null.</summary>
    public string? TraceProblem { get; }

    /// <summary>The result; null where a baseline was written.</summary>
    public BaselineComparison? Comparison { get; private set; }

    private string TracePath => _request.Path + ".trace";

    /// <summary>Writes or compares, behind the run.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public void Finish(RunResult result, Func<uint, SourceLine?> lineOf)
    {
        var after = Baseline.Of(_machine, _program, result);
        if (_before is null)
        {
            AtomicFile.WriteText(_request.Path, after.ToJson());
            AtomicFile.Write(TracePath, _recorder!.Save);
            return;
        }

        _comparer?.Finish();
        Comparison = BaselineComparison.Of(_before, after, _request.TolerancePercent, _comparer?.Divergences ?? []);
        var report = new BaselineReport(Comparison, _program, lineOf);
        if (_request.JUnitPath is { } junit) AtomicFile.WriteText(junit, report.ToJUnit());
        if (_request.MarkdownPath is { } markdown) AtomicFile.WriteText(markdown, report.ToMarkdown());
    }
}
