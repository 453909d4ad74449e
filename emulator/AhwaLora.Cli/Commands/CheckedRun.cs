using AhwaLora.Debug.Races;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Observe;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary><c>run --check</c>: races between harts, and stacks that are too small.</summary>
internal sealed class CheckedRun
{
    // tohost and fromhost have 64 bits each.
    private const uint HostWordBytes = 8;

    private readonly RaceCheck _races;
    private readonly StackCheck? _stacks;

    /// <summary>The checks of a machine that has yet to run a program.</summary>
    public CheckedRun(EmulatedMachine machine, ElfImage image)
    {
        _races = new RaceCheck(machine, [.. HostWords(image)]);
        if (StackMap.Of(image) is { } stacks) _stacks = new StackCheck(machine, stacks);
    }

    /// <summary>What must see the run.</summary>
    public IProbe? Probe => ProbeList.Of(_races, _stacks);

    /// <summary>Prints what was found, and what was checked.</summary>
    /// <returns>The exit status: the run's, or <see cref="ExitStatus.Races"/> if it was 0 and something was found.</returns>
    public int Report(ProgramRun run, int status)
    {
        var stacks = _stacks?.Lines(pc => Place(run, pc)) ?? [];
        var lines = SourceLines.Read(run.Image.Path, _races.Races.SelectMany(r => new[] { r.First.Pc, r.Second.Pc }).Distinct());
        var races = RaceReport.Lines(_races, pc => lines.Of(pc)?.ToString());
        if (lines.Problem is { } problem) Console.Error.WriteLine(problem);
        foreach (var line in stacks.Concat(races)) Console.Error.WriteLine(line);
        Console.Error.WriteLine(FormattableString.Invariant($"{(races.Count == 0 ? "no races" : races.Count == 1 ? "1 race" : $"{races.Count} races")} in {string.Join(", ", _races.CheckedMemories)}{Unchecked}"));
        return status == 0 && races.Count + stacks.Count != 0 ? ExitStatus.Races : status;
    }

    private string Unchecked => _races.PrivateMemories is { Count: not 0 } names ? $" (each hart has its own {string.Join(", ", names)}, not checked)" : "";

    private static string Place(ProgramRun run, uint pc) =>
        $"in {run.FunctionAt(pc) ?? "code without a symbol"}{(run.LineOf(pc) is { } line ? $", {line}" : "")} (pc 0x{pc:x8})";

    private static IEnumerable<(uint Address, uint Bytes)> HostWords(ElfImage image)
    {
        foreach (var name in new[] { "tohost", "fromhost" })
        {
            if (image.TryGetSymbol(name, out var symbol)) yield return (symbol.Value, HostWordBytes);
        }
    }
}
