using System.CommandLine;
using System.CommandLine.Parsing;
using AhwaLora.Cli.Terminal;
using AhwaLora.Cli.Wording;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Reports;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;
using AhwaLora.Runs.Tiles;

namespace AhwaLora.Cli.Commands;

/// <summary><c>run ELF [ARG...] [-- ARG...]</c>: runs firmware on a machine.</summary>
internal static class RunCommand
{
    private const long MostUartBytes = 64L << 20;

    private static readonly Argument<string> Elf = new("ELF") { Description = "RV32 executable, linked for the platform's memory (RAM at 0x80000000)." };
    private static readonly Argument<string[]> Arguments = new("ARG") { Description = "Arguments for the guest; those that look like options go after --.", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<ulong?> MaxCycles = new("--max-cycles") { Description = "Stop after N cycles, with exit status 124.", HelpName = "N" };
    private static readonly Option<ulong?> MaxInstructions = new("--max-instructions") { Description = "Stop after N instructions of all harts together, with exit status 124.", HelpName = "N" };
    private static readonly Option<string?> Sandbox = new("--sandbox") { Description = "Directory with the files that the guest may use; by default it may use none.", HelpName = "DIR" };
    private static readonly Option<string?> UartInput = new("--uart-input") { Description = "File with the bytes that the UART receives; - for standard input, which is read to its end before the run.", HelpName = "FILE" };
    private static readonly Option<string?> Signature = new("--signature") { Description = "Write the words between begin_signature and end_signature.", HelpName = "FILE" };
    private static readonly Option<string?> Log = new("--log") { Description = "Write a commit log in the format of Spike's --log-commits.", HelpName = "FILE" };
    private static readonly Option<string?> Stats = new("--stats") { Description = "Write statistics as JSON.", HelpName = "FILE" };
    private static readonly Option<string?> Trace = new("--trace")
    {
        Description = "Write a timeline of harts and devices: a page if FILE ends with .html, otherwise a trace for ui.perfetto.dev and chrome://tracing; - for standard output.",
        HelpName = "FILE",
    };
    private static readonly Option<string[]> Dump = new("--dump") { Description = "Write memory after the run, raw; may be given several times.", HelpName = "[hartN@]ADDRESS:BYTES:FILE" };
    private static readonly Option<string?> Save = new("--save") { Description = "Save a snapshot as soon as a hart reaches the cycle or has begun the region, then go on.", HelpName = "FILE@CYCLE|@region[N]" };
    private static readonly Option<string?> Restore = new("--restore") { Description = "Start from a snapshot of the same program, platform and options.", HelpName = "FILE" };
    private static readonly Option<string?> Gdb = new("--gdb") { Description = "Wait for GDB before the first instruction; port 0 takes a free one.", HelpName = "[HOST:]PORT" };
    private static readonly Option<int> History = new Option<int>("--history") { Description = "With --gdb: memory for reverse execution, in MiB.", DefaultValueFactory = _ => 256, HelpName = "MIB" }.Within(0, GdbRun.MaxHistoryMebibytes);
    private static readonly Option<bool> GdbWrite = new("--gdb-write") { Description = "With --gdb: let the debugger write files (monitor snapshot save)." };
    private static readonly Option<bool> InLockstep = new("--lockstep") { Description = "Run translator and interpreter side by side; exit status 1 and a description if they differ." };
    private static readonly Option<string[]> Tile = new("--tile") { Description = "Program tile N with a matrix [out, in] of a .npy or .safetensors file; may be given several times.", HelpName = "N=FILE[:TENSOR]" };
    private static readonly Option<string?> TileStateDirectory = new("--tile-state") { Description = "Write what the tiles hold after the run: conductances as .npy, ages and counters as JSON.", HelpName = "DIR" };
    private static readonly Option<bool> Check = new("--check") { Description = "Report races in the memories that harts share, and stacks that are too small; exit status 1 if the guest ended well." };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Print no summary line and no registers." };

    /// <summary>Options that need a single run which ends by itself.</summary>
    private static readonly Option[] OfOneRun = [Signature, Log, Stats, Trace, Dump, TileStateDirectory, Save, Check, .. ProfilingArguments.All];

    public static Command Create()
    {
        var command = new Command("run", "Run an executable; the exit status is the guest's, or 124 limit, 125 usage, 126 stuck.") { Elf, Arguments };
        MachineArguments.AddTo(command);
        ProfilingArguments.AddTo(command);
        foreach (var option in new Option[]
        {
            MaxCycles, MaxInstructions, Sandbox, UartInput, Signature, Log, Stats, Trace, Dump, Tile, TileStateDirectory, Save, Restore,
            Gdb, History, GdbWrite, Check, InLockstep, Quiet,
        })
        {
            command.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    /// <summary>The tokens that belong to the guest.</summary>
    public static IEnumerable<Token> GuestArguments(ParseResult parsed) => parsed.GetResult(Arguments)?.Tokens ?? [];

    /// <summary>What to do with an argument for the guest that looks like an option; empty for other commands.</summary>
    public static string AdviceOn(ParseResult parsed) => parsed.GetResult(Elf) is { Tokens.Count: 1 } ? "; if it is for the guest, put -- before it" : "";

    private static int Run(ParseResult parsed)
    {
        Refuse(parsed, Gdb, [.. OfOneRun, InLockstep]);
        Refuse(parsed, InLockstep, [.. OfOneRun, MachineArguments.Engine]);
        Refuse(parsed, ProfilingArguments.JitterRuns, [Check, .. ProfilingArguments.Tables]);
        foreach (var option in new Option[] { History, GdbWrite })
        {
            if (parsed.IsGiven(option) && !parsed.IsGiven(Gdb)) throw new UserErrorException($"{option.Name} needs {Gdb.Name}");
        }

        var request = Request(parsed, PlatformFile.Load(parsed.GetValue(MachineArguments.Platform)));
        if (parsed.GetValue(Gdb) is { } endPoint) return GdbRun.Execute(request, endPoint, parsed.GetValue(History), parsed.GetValue(GdbWrite));
        if (parsed.GetValue(InLockstep)) return RunInLockstep(request);
        if (ProfilingArguments.Runs(parsed) is { } runs)
        {
            var (varied, spreads) = Jitter.Run(request, runs);
            Jitter.Write(spreads, Console.Out);
            return varied;
        }

        CheckedRun? check = null;
        if (parsed.GetValue(Check)) request = request with { Observe = (machine, image) => (check = new CheckedRun(machine, image)).Probe };
        using var run = new ProgramRun(request);
        if (run.Warning is { } warning) Console.Error.WriteLine($"ahwalora: {warning.Word(parsed)}");
        var status = run.Execute();
        ProfilingArguments.Print(parsed, run);
        foreach (var note in run.Notes) Error($"{note.Word(parsed)}");
        Explain(parsed, run);
        if (check is null && run.StackOverflow is { } overflow) Error($"{overflow.Word(parsed)}; {Check.Name} names the function");
        if (!parsed.GetValue(Quiet)) Console.Error.WriteLine(Summary(run));
        return check is null ? status : check.Report(run, status);
    }

    /// <summary>Says why the run ended, by the name that the product's own firmware gives the exit code; unless quiet, with the registers of a trap.</summary>
    private static void Explain(ParseResult parsed, ProgramRun run)
    {
        if (FirmwareEnd.Describe(run) is { } name) Error(name);
        if (run.Explain() is { } explanation) Error(explanation.Word(parsed));
        if (parsed.GetValue(Quiet)) return;
        foreach (var line in run.TrapRegisters) Console.Error.WriteLine(line);
    }

    private static void Error(string line) => Console.Error.WriteLine($"ahwalora: {line}");

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
        if (path != "-") return InputFile.Bytes(path, MostUartBytes);
        using var standard = StandardStreams.Input;
        try
        {
            return InputFile.ToEnd("standard input", standard, MostUartBytes);
        }
        catch (IOException e)
        {
            throw new UserErrorException($"standard input cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Runs in lockstep, without the guest's console, because the two runs would share it.</summary>
    private static int RunInLockstep(RunRequest request)
    {
        var silent = request with { Console = new GuestConsole(Stream.Null, Stream.Null, Stream.Null) };
        var (difference, result) = ProgramRun.InLockstep(silent);
        Console.Error.WriteLine(difference is null ? $"engines agree: {ExitReasonNames.OfProgram(result!.Value.Reason)}" : $"ahwalora: {difference}");
        return difference is null ? 0 : 1;
    }

    private static string Summary(ProgramRun run)
    {
        var speed = Output.HostSpeed(run.Machine.RetiredInstructions, run.HostTime.TotalSeconds);
        return FormattableString.Invariant($"[{ExitReasonNames.OfProgram(run.Result!.Value.Reason)}] {run.Machine.RetiredInstructions:N0} instructions, {run.Machine.Cycles:N0} cycles, {speed}");
    }
}
