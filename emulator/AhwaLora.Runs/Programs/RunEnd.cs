using System.Globalization;
using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Programs;

/// <summary>How a run ended, in words: which limit, what each hart waits for, or which trap, with function and source line.</summary>
internal sealed class RunEnd(ProgramRun run, RunResult result)
{
    private const int MostGroups = 8, RegistersPerRow = 4;

    private EmulatedMachine Machine => run.Machine;

    /// <summary>One line; null if the guest ended the run by itself.</summary>
    public SettingText? Explain(RunLimits limits) => result.Reason switch
    {
        ExitReason.CycleLimit => new($"stopped after {limits.MaxCycles} cycles ({RunSettings.MaxCycles}); hart 0 {Place(Machine.Harts[0].Pc, 0)}"),
        ExitReason.InstructionLimit => new($"stopped after {limits.MaxInstructions} instructions ({RunSettings.MaxInstructions}); hart 0 {Place(Machine.Harts[0].Pc, 0)}"),
        ExitReason.AllWaiting => new($"{DescribeDeadlock()}"),
        ExitReason.FloatHang => new($"hart {result.Hart} waits for ever {Place(Machine.Harts[result.Hart].Pc, result.Hart)}: a stream has no job, or the FP side has stopped; set the stream up first"),
        ExitReason.TrapLoop => new($"{DescribeTrapLoop(Machine.Harts[result.Hart])}"),
        ExitReason.Exit when Trapped is { } hart => new($"exit code {result.Code} from a trap handler: {DescribeTrap(hart)}"),
        _ => null,
    };

    /// <summary>The registers of the hart whose trap ended the run, as they were at the trap; empty if no trap did.</summary>
    public IReadOnlyList<string> Registers()
    {
        if ((result.Reason == ExitReason.TrapLoop ? Machine.Harts[result.Hart] : Trapped) is not { } hart) return [];
        var registers = hart.TrapX.Select((value, n) => string.Create(CultureInfo.InvariantCulture, $"{AhwaLora.Machine.Isa.Registers.AbiNames[n],-4} {value:x8}"));
        return [$"registers of hart {hart.Id} at the trap:", .. registers.Chunk(RegistersPerRow).Select(row => "  " + string.Join("   ", row))];
    }

    /// <summary>The hart that ended the run in the handler of a trap that is a fault; null if none did.</summary>
    private Hart? Trapped
    {
        get
        {
            if (result is not { Reason: ExitReason.Exit, Code: not 0 }) return null;
            var hart = Machine.Harts[result.Hart];
            var isCall = (TrapCause)hart.Mcause is TrapCause.EnvironmentCallFromUser or TrapCause.EnvironmentCallFromMachine;
            return hart.IsInTrap && !isCall ? hart : null;
        }
    }

    private string DescribeDeadlock()
    {
        // Harts that wait for the same thing at the same place are told of once.
        var groups = Machine.Harts.Where(hart => hart.State != HartState.Ended).GroupBy(hart => (What: Waits(hart), hart.Pc)).ToList();
        var told = groups.Take(MostGroups).Select(group => $"{NamesOf([.. group.Select(hart => hart.Id)])} {group.Key.What} {Place(group.Key.Pc, group.First().Id)}");
        var more = groups.Skip(MostGroups).Sum(group => group.Count());
        var why = string.Join("; ", Machine.Devices.Select(mapping => mapping.Device.Stuck).OfType<string>().DefaultIfEmpty("nothing is due that would wake one"));
        return $"no hart can go on: {string.Join("; ", told)}{(more == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; and {more} more"))}; {why}";
    }

    /// <summary>A hart, or each of several; runs of numbers are given by their ends.</summary>
    private static string NamesOf(int[] harts)
    {
        if (harts is [var only]) return string.Create(CultureInfo.InvariantCulture, $"hart {only}");
        return $"each of harts {HartRows.Ranges(harts)}";
    }

    private static string Waits(Hart hart) => hart switch
    {
        { State: HartState.WaitingForInterrupt } => "sleeps in wfi",
        { Pending.IsActive: false } => "waits at the barrier CSR",
        { Pending.Address: var address } => hart.Space.FindDevice(address, 4) is { } mapping
            ? $"{mapping.Device.DescribeWait(address - mapping.Base)} ({mapping.Device.Name} at 0x{address:x8})"
            : $"waits for an answer at 0x{address:x8}",
    };

    private string DescribeTrap(Hart hart)
    {
        var (pc, cause, value) = hart.Mcause >> 31 != 0 ? new TrapRecord(hart.Mepc, hart.Mcause, hart.Mtval) : hart.LastTrap;
        return $"hart {hart.Id} trapped {Place(pc, hart.Id)}: {TrapNames.Of(cause)}, mtval 0x{value:x8}";
    }

    private string DescribeTrapLoop(Hart hart) => $"{DescribeTrap(hart)}; "
        + $"its trap handler at 0x{hart.Mepc:x8} cannot run ({TrapNames.Of(hart.Mcause)}): set mtvec to a handler in memory";

    private string Place(uint pc, int hart)
    {
        var function = run.FunctionAt(pc) is { } name ? $" in {name}" : "";
        var line = run.LineOf(pc) is { } known ? $", {known}" : "";
        return $"at pc 0x{pc:x8}{function}{line} ({Disassemble(Machine.Harts[hart], pc)})";
    }

    private string Disassemble(Hart hart, uint pc)
    {
        if (!hart.Space.Peek(pc, 4, hart.Time, out var word) || hart.Space.FindMemory(pc, 4) is null) return "not in memory";
        return Disassembler.Format(new Decoder(PlatformRules.ParseIsa(Machine.Platform.Isa)).Decode(word), pc);
    }
}
