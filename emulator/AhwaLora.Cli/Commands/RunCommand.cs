using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Cli.Wording;
using AhwaLora.Common.Files;
using AhwaLora.Debug.Races;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Reports;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;
using AhwaLora.Runs.Tiles;

namespace AhwaLora.Cli.Commands;

/// <summary><c>run ELF [-- ARG...]</c>: runs firmware on a machine.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> Elf = new("ELF") { Description = "RV32 executable, linked for the platform's memory (RAM at 0x80000000)." };
    private static readonly Argument<string[]> Arguments = new("ARG") { Description = "Arguments for the guest, after --.", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<ulong?> MaxCycles = new("--max-cycles") { Description = "Stop after that many cycles, with exit status 124.", HelpName = "N" };
    private static readonly Option<ulong?> MaxInstructions = new("--max-instructions") { Description = "Stop after that many instructions of all harts, with exit status 124.", HelpName = "N" };
    private static readonly Option<string?> Sandbox = new("--sandbox") { Description = "Directory whose files the guest may use; none without it.", HelpName = "DIR" };
    private static readonly Option<string?> UartInput = new("--uart-input") { Description = "What the UART receives; - for standard input, read to its end before the run.", HelpName = "FILE" };
    private static readonly Option<string?> Signature = new("--signature") { Description = "Write the words between begin_signature and end_signature.", HelpName = "FILE" };
    private static readonly Option<string?> Log = new("--log") { Description = "Write a commit log in the format of Spike's --log-commits.", HelpName = "FILE" };
    private static readonly Option<string?> Stats = new("--stats") { Description = "Write statistics as JSON.", HelpName = "FILE" };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Write who did what when: a page if FILE ends with .html, else for ui.perfetto.dev and chrome://tracing; - for standard output.", HelpName = "FILE" };
    private static readonly Option<string[]> Dump = new("--dump") { Description = "Write memory after the run, raw; may be given several times.", HelpName = "[hartN@]ADDRESS:BYTES:FILE" };
    private static readonly Option<string?> Save = new("--save") { Description = "Save a snapshot as soon as a hart reaches the cycle, or has begun the region, and go on.", HelpName = "FILE@CYCLE|@region[N]" };
    private static readonly Option<string?> Restore = new("--restore") { Description = "Begin with a snapshot of the same program, platform and options.", HelpName = "FILE" };
    private static readonly Option<string?> Gdb = new("--gdb") { Description = "Wait for GDB before the first instruction; port 0 takes a free one.", HelpName = "[HOST:]PORT" };
    private static readonly Option<int> History = new Option<int>("--history") { Description = "With --gdb: memory for going back, in MiB.", DefaultValueFactory = _ => 256, HelpName = "MIB" }.Within(0, GdbRun.MaxHistoryMebibytes);
    private static readonly Option<bool> InLockstep = new("--lockstep") { Description = "Run translator and interpreter side by side; exit status 1 and a description if they differ." };
    private static readonly Option<string[]> Tile = new("--tile") { Description = "Program tile N with a matrix [out, in] of a .npy or .safetensors file; may be given several times.", HelpName = "N=FILE[:TENSOR]" };
    private static readonly Option<string?> TileStateDirectory = new("--tile-state") { Description = "Write what the tiles hold after the run: conductances as .npy, ages and counters as JSON.", HelpName = "DIR" };
    private static readonly Option<bool> Check = new("--check") { Description = "Report accesses of the TCDM that race, with exit status 1 if the guest ended well." };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "No summary line." };

    /// <summary>Options that need a single run which ends by itself.</summary>
    private static readonly Option[] OfOneRun = [Signature, Log, Stats, Trace, Dump, TileStateDirectory, Save, Check, .. ProfilingArguments.All];

    public static Command Create()
    {
        var command = new Command("run", "Run an executable; the exit status is the guest's, or 124 limit, 125 usage, 126 stuck.") { Elf, Arguments };
        MachineArguments.AddTo(command);
        ProfilingArguments.AddTo(command);
        foreach (var option in new Option[] { MaxCycles, MaxInstructions, Sandbox, UartInput, Signature, Log, Stats, Trace, Dump, Tile, TileStateDirectory, Save, Restore, Gdb, History, Check, InLockstep, Quiet }) command.Add(option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Refuse(parsed, Gdb, [.. OfOneRun, MaxCycles, MaxInstructions, InLockstep]);
        Refuse(parsed, InLockstep, [.. OfOneRun, MachineArguments.Engine]);
        Refuse(parsed, ProfilingArguments.JitterRuns, [Check, .. ProfilingArguments.Tables]);
        if (parsed.IsGiven(History) && !parsed.IsGiven(Gdb)) throw new UserErrorException($"{History.Name} needs {Gdb.Name}");
        var request = Request(parsed, PlatformFile.Load(parsed.GetValue(MachineArguments.Platform)));
        if (parsed.GetValue(Gdb) is { } endPoint) return GdbRun.Execute(request, endPoint, parsed.GetValue(History));
        if (parsed.GetValue(InLockstep)) return RunInLockstep(request);
        if (ProfilingArguments.Runs(parsed) is { } runs)
        {
            var (varied, spreads) = Jitter.Run(request, runs);
            Jitter.Write(spreads, Console.Out);
            return varied;
        }

        RaceCheck? races = null;
        if (parsed.GetValue(Check)) request = request with { Observe = machine => races = new RaceCheck(machine) };
        using var run = new ProgramRun(request);
        if (run.Warning is { } warning) Console.Error.WriteLine($"ahwalora: {warning.Word(parsed)}");
        var status = run.Execute();
        ProfilingArguments.Print(parsed, run);
        if (run.Note is { } note) Console.Error.WriteLine($"ahwalora: {note.Word(parsed)}");
        if (run.Explain() is { } explanation) Console.Error.WriteLine($"ahwalora: {explanation.Word(parsed)}");
        if (!parsed.GetValue(Quiet)) Console.Error.WriteLine(Summary(run));
        return races is null ? status : Report(races, run, status);
    }

    /// <summary>Refuses options that have no effect in a mode.</summary>
    private static void Refuse(ParseResult parsed, Option mode, IEnumerable<Option> options)
    {
        if (parsed.IsGiven(mode) && options.FirstOrDefault(parsed.IsGiven) is { } option) throw new UserErrorException($"{option.Name} has no effect beside {mode.Name}: leave one of them out");
    }

    private static RunRequest Request(ParseResult parsed, PlatformDescription platform) => new()
    {
        ElfPath = parsed.GetValue(Elf)!,
        Arguments = parsed.GetValue(Arguments) ?? [],
        Platform = platform,
        Harts = parsed.GetValue(MachineArguments.Harts),
        Isa = parsed.GetValue(MachineArguments.Isa),
        Options = MachineArguments.Options(parsed, platform) with { UartInput = parsed.GetValue(UartInput) is { } input ? BytesOf(input) : default },
        Limits = new RunLimits(parsed.GetValue(MaxCycles) ?? ulong.MaxValue, parsed.GetValue(MaxInstructions) ?? ulong.MaxValue),
        SandboxPath = parsed.GetValue(Sandbox),
        Console = new GuestConsole(StandardStreams.Input, StandardStreams.Output, StandardStreams.Error),
        SignaturePath = parsed.GetValue(Signature),
        LogPath = parsed.GetValue(Log),
        StatisticsPath = parsed.GetValue(Stats),
        TracePath = parsed.GetValue(Trace),
        WriteTrace = TracePage.Write,
        Dumps = [.. (parsed.GetValue(Dump) ?? []).Select(DumpRequest.Parse)],
        Tiles = [.. (parsed.GetValue(Tile) ?? []).Select(TileRequest.Parse)],
        TileStatePath = parsed.GetValue(TileStateDirectory),
        Save = parsed.GetValue(Save) is { } save ? SaveRequest.Parse(save) : null,
        RestorePath = parsed.GetValue(Restore),
        Profile = ProfilingArguments.Profile(parsed),
        Baseline = ProfilingArguments.BaselineOf(parsed),
    };

    private static byte[] BytesOf(string path)
    {
        if (path != "-") return InputFile.Read(path, File.ReadAllBytes);
        using var bytes = new MemoryStream();
        using var standard = StandardStreams.Input;
        try
        {
            standard.CopyTo(bytes);
        }
        catch (IOException e)
        {
            throw new UserErrorException($"standard input cannot be read ({e.Message.TrimEnd('.')})", e);
        }

        return bytes.ToArray();
    }

    /// <summary>Runs in lockstep, without the guest's console, because the two runs would share it.</summary>
    private static int RunInLockstep(RunRequest request)
    {
        var silent = request with { Console = new GuestConsole(Stream.Null, Stream.Null, Stream.Null) };
        var (difference, result) = ProgramRun.InLockstep(silent);
        Console.Error.WriteLine(difference is null ? $"engines agree: {ExitReasonNames.OfProgram(result!.Value.Reason)}" : $"ahwalora: {difference}");
        return difference is null ? 0 : 1;
    }

    private static int Report(RaceCheck races, ProgramRun run, int status)
    {
        var lines = SourceLines.Read(run.Image.Path, races.Races.SelectMany(r => new[] { r.First.Pc, r.Second.Pc }).Distinct());
        var report = RaceReport.Lines(races, pc => lines.Of(pc)?.ToString());
        foreach (var line in report) Console.Error.WriteLine(line);
        var findings = run.Machine.Devices.SelectMany(mapping => mapping.Device.Findings.Select(finding => $"{mapping.Device.Name}: {finding}")).ToList();
        foreach (var finding in findings) Console.Error.WriteLine(finding);
        Console.Error.WriteLine(report.Count == 0 ? "no races" : FormattableString.Invariant($"{report.Count} races"));
        return status == 0 && report.Count + findings.Count != 0 ? ExitStatus.Races : status;
    }

    private static string Summary(ProgramRun run)
    {
        var mips = run.Machine.RetiredInstructions / 1e6 / Math.Max(1e-9, run.HostTime.TotalSeconds);
        return FormattableString.Invariant(
            $"[{ExitReasonNames.OfProgram(run.Result!.Value.Reason)}] {run.Machine.RetiredInstructions:N0} instructions, {run.Machine.Cycles:N0} cycles, {run.HostTime.TotalSeconds:F2} s, {mips:F1} MIPS");
    }
}
