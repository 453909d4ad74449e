using System.Globalization;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <content>What the engine tells people: why a job hangs, what went wrong, what it does.</content>
public sealed partial class RedMulE
{
    private const int MostKinds = 256;

    // The jobs that started, one of each kind; a run from a snapshot notes them anew.
    [Unsaved("an onlooker's, which changes nothing")]
    private readonly HashSet<JobKind> _kinds = [];

    /// <summary>What decides whether a job went wrong; <see cref="Before"/> is the shape of the job before if nothing cleared it.</summary>
    private readonly record struct JobKind(RedMulEShape Shape, RedMulEShape? Before, uint EndOfZ);

    /// <inheritdoc/>
    public string? Stuck => _isRunning && _hang != RedMulEHang.None ? DescribeHang() : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Findings => IsHardware ? [.. _kinds.SelectMany(FindingsOf).Distinct()] : [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Describe(ulong time)
    {
        var job = Job;
        if (job is null) return [$"{Title} has had no job"];
        var numbers = string.Create(CultureInfo.InvariantCulture, $"{job.Reads} loads, {job.Writes} stores, {job.Denied} denied cycles");
        if (!job.IsRunning) return [string.Create(CultureInfo.InvariantCulture, $"idle; last job {job.Shape} took {job.EndedAt - job.TriggeredAt} cycles, {numbers}")];
        if (job.Hang != RedMulEHang.None) return [DescribeHang()];
        var since = string.Create(CultureInfo.InvariantCulture, $"runs {job.Shape} on {_options.Array} since cycle {job.TriggeredAt}");
        return job.Stall is { } stall ? [$"{since}; waits for {stall}"] : [since];
    }

    private string DescribeHang() => _hang switch
    {
        RedMulEHang.Unsupported => $"{Title} hangs at {_job.Shape}: {_contexts[_running].Fault}",
        RedMulEHang.OtherShape => $"{Title} hangs at {_job.Shape}: it runs with the sizes of {_sizes}; a queued job needs the shape of the one before",
        RedMulEHang.SizesWhileComputing => $"{Title} hangs at {_job.Shape}: MACFG was written again within {RedMulERegisters.SizeCycles} cycles",
        _ when _isUncleared => $"{Title} hangs at {_job.Shape}: it started without a SOFT_CLEAR after {_before.Shape}",
        _ => ShapeRules.DescribeHang(_options.Array, _job.Shape),
    };

    /// <summary>Notes the job that starts.</summary>
    private void Note()
    {
        if (_kinds.Count < MostKinds && _contexts[_running].Fault is null) _kinds.Add(new JobKind(_job.Shape, _isUncleared ? _before.Shape : null, _job.Z + 2 * (uint)(_job.Shape.M * _job.Shape.K)));
    }

    private IEnumerable<string> FindingsOf(JobKind kind)
    {
        var (shape, array) = (kind.Shape, _options.Array);
        if (kind.Before is { } before) yield return $"{shape} started without a SOFT_CLEAR after {before}: what that job left in the queues may count as operands";
        if (ShapeRules.IsWrong(array, shape)) yield return $"{shape} on {array}: v2.0.4 computes this shape wrongly; {ShapeRules.NearestRight(array, shape)} is right";
        var rows = (array.Length - shape.M % array.Length) % array.Length;
        if (rows == 0 || shape.M < array.Length) yield break;
        var where = string.Create(CultureInfo.InvariantCulture, $"the {2 * rows * shape.K} bytes after row M of Z, from 0x{kind.EndOfZ:x8} on, are overwritten");
        yield return string.Create(CultureInfo.InvariantCulture, $"{shape} on {array}: {where}; leave room for {rows} rows, or take M = {shape.M + rows}");
    }
}
