using System.Diagnostics;
using System.Globalization;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Snapshots;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Sandbox;
using AhwaLora.Runs.Settings;
using AhwaLora.Runs.Tiles;
using AhwaLora.Runs.Traces;
using Decoder = AhwaLora.Machine.Isa.Decoder;

namespace AhwaLora.Runs.Programs;

/// <summary>Exit statuses of <c>ahwalora run</c>, besides the guest's own.</summary>
public static class ExitStatus
{
    /// <summary>The guest's exit code as a process can return it: the low byte, but never 0 for a failure.</summary>
    public static int OfGuest(int code) => code == 0 ? 0 : (code & 0xff) is var low && low != 0 ? low : 0xff;

    /// <summary>The guest succeeded, but its cycles differ from the baseline.</summary>
    public const int BaselineDiffers = 1;

    /// <summary>The guest succeeded, but there are races between its harts.</summary>
    public const int Races = 1;

    /// <summary>A limit was reached.</summary>
    public const int Limit = 124;

    /// <summary>Wrong usage, file or configuration.</summary>
    public const int Usage = 125;

    /// <summary>The guest cannot go on.</summary>
    public const int Stuck = 126;
}

/// <summary>A program in a machine, from its files to its exit status.</summary>
public sealed class ProgramRun : IDisposable
{
    private readonly SandboxHost _host;
    private readonly RunRequest _request;
    private readonly List<IProbe> _probes = [];
    private readonly List<SettingText> _notes = [];
    private readonly Dictionary<uint, SourceLine?> _lineOf = [];
    private SourceLines? _lines;
    private StackGuard? _guard;
    private bool _hasNoLines;
    private TimelineRecorder? _timeline;

    /// <summary>Builds the machine and loads the program.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed.</exception>
    public ProgramRun(RunRequest request)
    {
        _request = request;
        foreach (var path in request.Outputs) AtomicFile.CheckPlace(path);
        OutputDirectory.CheckPlace(request.TileStatePath);
        Image = ElfImage.Load(request.ElfPath);
        Symbols = new SymbolMap(Image);
        if (request.SignaturePath is not null) _ = SignatureRange();
        var platform = request.Platform;
        if (request.Harts is not null && platform.Clusters.Count > 1)
        {
            throw new SettingException($"the {RunSettings.Platform} has {platform.Clusters.Count} clusters; set the harts of each cluster in the file, and leave out the number of harts");
        }

        if (request.Harts is { } harts) platform = platform with { Harts = harts };
        if (request.Isa is { } isa) platform = platform with { Isa = isa };
        else if (request.Options.Timing.Isa is { } own && platform.Isa == PlatformDescription.DefaultIsa) platform = platform with { Isa = own };
        _host = new SandboxHost(request.Console, [Path.GetFileName(request.ElfPath), .. request.Arguments], request.SandboxPath);
        try
        {
            Machine = new EmulatedMachine(platform, request.Options, request.WrapHost?.Invoke(_host) ?? _host);
            Warning = ProgramLoader.Load(Machine, Image);
            foreach (var tile in request.Tiles) tile.Program(Machine);
            if (request.RestorePath is { } snapshot) SnapshotStore.Restore(Machine, Image, snapshot);
            foreach (var (hart, cycle) in request.StartCycles.Take(platform.TotalHarts).Index()) Machine.DelayStart(hart, cycle);
            AttachObservers(request);
            foreach (var dump in request.Dumps) _ = DumpedBytes(dump);
        }
        catch
        {
            _host.Dispose();
            throw;
        }
    }

    /// <summary>Runs a program on both engines side by side (<see cref="Lockstep"/>), and always closes the files of both runs.</summary>
    /// <returns>The first difference; or null, and how both runs ended.</returns>
    /// <exception cref="UserErrorException">A file is missing or malformed.</exception>
    public static (string? Difference, RunResult? Result) InLockstep(RunRequest request)
    {
        var runs = new List<ProgramRun>();
        try
        {
            var lockstep = new Lockstep(engine =>
            {
                runs.Add(new ProgramRun(request with { Options = request.Options with { Engine = engine } }));
                return runs[^1].Machine;
            });
            return (lockstep.FindDifference(request.Limits), lockstep.Result);
        }
        finally
        {
            foreach (var run in runs) run.Dispose();
        }
    }

    /// <summary>The program.</summary>
    public ElfImage Image { get; }

    /// <summary>The machine.</summary>
    public EmulatedMachine Machine { get; }

    /// <summary>A note for the user before the run, in one line; null for none.</summary>
    public SettingText? Warning { get; }

    /// <summary>Cycles by code; null if not asked for.</summary>
    public CauseProfile? Profile { get; private set; }

    /// <summary>The baseline; null if not asked for.</summary>
    public BaselineCheck? Baseline { get; private set; }

    /// <summary>How it ended; null before <see cref="Execute"/>.</summary>
    public RunResult? Result { get; private set; }

    /// <summary>Host time of the run.</summary>
    public TimeSpan HostTime { get; private set; }

    /// <summary>Runs to the end and writes the files that were asked for.</summary>
    /// <returns>The exit status.</returns>
    public int Execute()
    {
        var clock = Stopwatch.StartNew();
        var result = _request.LogPath is { } log ? RunLogged(log) : RunAll();
        HostTime = clock.Elapsed;
        Result = result;
        if (_request.SignaturePath is { } signature) WriteSignature(signature);
        foreach (var dump in _request.Dumps) AtomicFile.Write(dump.Path, stream => stream.Write(DumpedBytes(dump)));
        FinishProfile();
        if (_request.TileStatePath is { } directory) TileState.Write(directory, Machine);
        if (_timeline is not null) WriteTrace(_request.TracePath!, _timeline);
        if (_request.StatisticsPath is { } statistics) AtomicFile.WriteText(statistics, Statistics.ToJson(this));
        Baseline?.Finish(result, LineOf);
        var status = result.Reason switch
        {
            ExitReason.Exit => ExitStatus.OfGuest(result.Code),
            ExitReason.CycleLimit or ExitReason.InstructionLimit => ExitStatus.Limit,
            _ => ExitStatus.Stuck,
        };
        return status == 0 && Baseline?.Comparison?.IsEqual == false ? ExitStatus.BaselineDiffers : status;
    }

    /// <summary>Notes for the user after the run, other than why it ended.</summary>
    public IReadOnlyList<SettingText> Notes => _notes;

    /// <summary>A store below a stack, in one line; null if there was none, or if the program's stacks have no guards.</summary>
    public SettingText? StackOverflow => _guard?.Describe();

    /// <summary>The program's functions.</summary>
    public SymbolMap Symbols { get; }

    /// <summary>The source lines of the profiled code.</summary>
    public SourceLines SourceLines() => _lines ??= Profiling.SourceLines.Read(Image.Path, Profile?.Pcs.Concat(Profile.Symbols.Symbols.Select(s => s.Value)) ?? []);

    /// <summary>The source line of an instruction, or null. Once the tool that reads them has failed, it is not asked again.</summary>
    public SourceLine? LineOf(uint pc)
    {
        if (_hasNoLines || _lineOf.TryGetValue(pc, out var known)) return _lineOf.GetValueOrDefault(pc);
        var lines = Profiling.SourceLines.Read(Image.Path, [pc]);
        _hasNoLines = lines.IsToolAtFault;
        return _lineOf[pc] = lines.Of(pc);
    }

    /// <summary>Function and offset of an instruction; null if no symbol tells.</summary>
    public string? FunctionAt(uint pc)
    {
        var isCode = Image.Segments.Any(segment => pc - segment.Address < segment.Size);
        return isCode && Symbols.IndexOf(pc) >= 0 ? Symbols.Describe(pc) : null;
    }

    /// <summary>The registers of the hart whose trap ended the run, as they were at the trap, a line per row; empty if no trap did.</summary>
    public IReadOnlyList<string> TrapRegisters => Result is { } result ? new RunEnd(this, result).Registers() : [];

    /// <summary>Closes the files that the guest has open.</summary>
    public void Dispose() => _host.Dispose();

    private void WriteTrace(string path, TimelineRecorder timeline)
    {
        var program = Path.GetFileName(Image.Path);
        _request.WriteTrace(RunTrace.Of(program, Machine, timeline, ("program", program)), path);
    }

    private RunResult RunLogged(string path)
    {
        RunResult result = default;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, bufferSize: 1 << 16, leaveOpen: true);
            Machine.Attach(ProbeList.Of([.. _probes, new CommitLog(writer)]));
            result = RunAll();
        });
        return result;
    }

    private RunResult RunAll()
    {
        try
        {
            if (_request.Save is { } save) SaveOnTheWay(save);
            return Machine.Run(_request.Limits);
        }
        catch (Exception e) when (_request.RestorePath is not null && SnapshotFile.IsContradiction(e))
        {
            throw new UserErrorException($"{_request.RestorePath}: is damaged: the run cannot go on from it; save it again", e);
        }
    }

    private void AttachObservers(RunRequest request)
    {
        _guard = StackGuard.Of(Machine, StackMap.Of(Image));
        if (request.Profile is not null) _probes.Add(Profile = new CauseProfile(Machine, Symbols));
        if (request.Baseline is not null) Baseline = new BaselineCheck(request.Baseline, Machine, Path.GetFileName(Image.Path), Symbols);
        if (Baseline?.Probe is { } probe) _probes.Add(probe);
        if (request.Observe?.Invoke(Machine, Image) is { } observer) _probes.Add(observer);
        Machine.Attach(ProbeList.Of(_probes));
        if (request.TracePath is not null) _timeline = new TimelineRecorder(Machine);
    }

    private void FinishProfile()
    {
        if (Profile is not { } profile) return;
        profile.Finish();
        if (_request.Profile!.FoldedPath is { } folded) AtomicFile.WriteText(folded, writer => FoldedStacks.Write(profile, writer));
        if (_request.Profile.CallgrindPath is not { } callgrind) return;
        AtomicFile.WriteText(callgrind, writer => Callgrind.Write(profile, SourceLines(), Image.Path, writer));
        if (SourceLines().Problem is { } problem) _notes.Add(new($"{callgrind}: {problem}"));
    }

    /// <summary>One line that says why the run ended, if the guest did not end it, or ended it by a trap; else null.</summary>
    public SettingText? Explain() => Result is { } result ? new RunEnd(this, result).Explain(_request.Limits) : null;

    /// <summary>Runs to the point of the snapshot and saves it. The run then goes on as if it had not been stopped.</summary>
    private void SaveOnTheWay(SaveRequest save)
    {
        void StopAtRegion(Hart hart, uint id)
        {
            if (save.Region is null || save.Region == id) Machine.RequestStop();
        }

        if (save.Cycle is null) Machine.Regions.Begun += StopAtRegion;
        var limit = _request.Limits with { MaxCycles = Math.Min(save.Cycle ?? ulong.MaxValue, _request.Limits.MaxCycles) };
        var result = Machine.Run(limit);
        Machine.Regions.Begun -= StopAtRegion;

        var isThere = save.Cycle is null ? result.Reason == ExitReason.Stopped : result.Reason == ExitReason.CycleLimit && limit.MaxCycles == save.Cycle;
        if (!isThere)
        {
            _notes.Add(new($"{RunSettings.Save} {save.Path}: nothing was saved, because the run ended at cycle {Machine.Cycles} before that point"));
            return;
        }

        SnapshotStore.Save(Machine, Image, save.Path);
        if (_host.OpenFiles != 0) _notes.Add(new($"{RunSettings.Save} {save.Path}: the guest's {_host.OpenFiles} open files are not part of the snapshot"));
    }

    private (uint Begin, uint End) SignatureRange()
    {
        if (!Image.TryGetSymbol("begin_signature", out var begin) || !Image.TryGetSymbol("end_signature", out var end))
        {
            throw new SettingException($"{Image.Path}: {RunSettings.Signature} needs the symbols begin_signature and end_signature, which the program does not have");
        }

        return end.Value >= begin.Value
            ? (begin.Value, end.Value)
            : throw new UserErrorException($"{Image.Path}: end_signature (0x{end.Value:x8}) lies before begin_signature (0x{begin.Value:x8})");
    }

    private void WriteSignature(string path)
    {
        var (begin, end) = SignatureRange();
        var text = new StringBuilder();
        for (var address = begin; address < end; address += 4)
        {
            if (!Machine.Harts[0].Space.Peek(address, 4, 0, out var word)) throw new UserErrorException($"{Image.Path}: the signature at 0x{address:x8} lies outside memory");
            text.Append(CultureInfo.InvariantCulture, $"{word:x8}\n");
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    private byte[] DumpedBytes(DumpRequest dump)
    {
        if (dump.Hart >= Machine.Harts.Count) throw new SettingException(SettingFault.Of(RunSettings.Dump, null, $"there is no hart {dump.Hart}; the platform has {Machine.Harts.Count}"));
        var bytes = Machine.Harts[dump.Hart].Space.ReadBlock(dump.Address, dump.Bytes);
        return bytes.Length == dump.Bytes ? bytes.ToArray() : throw new SettingException(SettingFault.Of(RunSettings.Dump, null, $"0x{dump.Address:x8} with {dump.Bytes} bytes is not all in one memory"));
    }
}
