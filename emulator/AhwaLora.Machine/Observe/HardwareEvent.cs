using System.Collections.Frozen;
using System.Text.Json;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Observe;

/// <summary>What a probe counts for events that nothing else counts.</summary>
internal enum Occurrence
{
    Load, Store, Jump, Branch, TakenBranch, Compressed, BankAccess, FloatOperation, FloatInstruction, Offload,
}

/// <summary>Where an event's count comes from.</summary>
public enum EventSourceKind
{
    /// <summary>The hart's time.</summary>
    Time,

    /// <summary>The hart's retired instructions.</summary>
    Retired,

    /// <summary>Cycles of one cause.</summary>
    Cause,

    /// <summary>A probe: while a counter selects such an event, the hart is interpreted.</summary>
    Probe,
}

/// <summary>An event that mhpmcounters count.</summary>
/// <param name="Code">What firmware writes to mhpmevent.</param>
/// <param name="Name">In the vocabulary of the core it comes from.</param>
/// <param name="Meaning">What is counted.</param>
/// <param name="Kind">Where the count comes from.</param>
/// <param name="Index">The <see cref="Cause"/> or occurrence counted.</param>
public sealed record HardwareEvent(uint Code, string Name, string Meaning, EventSourceKind Kind, int Index)
{
    private const uint SnitchBase = 0x1_0000, CauseBase = 0x2_0000;

    private static readonly FrozenDictionary<uint, HardwareEvent> _byCode = Build().ToFrozenDictionary(e => e.Code);

    /// <summary>All events, by code.</summary>
    public static IReadOnlyList<HardwareEvent> All { get; } = [.. _byCode.Values.OrderBy(e => e.Code)];

    /// <summary>The event of that code, or null.</summary>
    public static HardwareEvent? Find(uint code) => _byCode.GetValueOrDefault(code);

    /// <summary>Where the count comes from, in words.</summary>
    public string Origin => Kind switch
    {
        EventSourceKind.Time => "mcycle",
        EventSourceKind.Retired => "minstret",
        EventSourceKind.Cause => $"cause {JsonNamingPolicy.SnakeCaseLower.ConvertName(((Cause)Index).ToString())}",
        _ => "counted while selected",
    };

    private static IEnumerable<HardwareEvent> Build()
    {
        // CV32E40P user manual, "Performance Counters": one bit per event. Several bits at once select no event here.
        yield return new(1 << 0, "CYCLES", "cycles", EventSourceKind.Time, 0);
        yield return new(1 << 1, "INSTR", "instructions retired", EventSourceKind.Retired, 0);
        yield return new(1 << 2, "LD_STALL", "cycles waiting for a load's result", EventSourceKind.Cause, (int)Cause.LoadUse);
        yield return new(1 << 3, "JMP_STALL", "cycles lost to jumps and taken branches", EventSourceKind.Cause, (int)Cause.JumpBranch);
        yield return new(1 << 4, "IMISS", "cycles waiting for instructions", EventSourceKind.Cause, (int)Cause.InstructionFetch);
        yield return Counted(1 << 5, "LD", "loads", Occurrence.Load);
        yield return Counted(1 << 6, "ST", "stores", Occurrence.Store);
        yield return Counted(1 << 7, "JUMP", "jumps", Occurrence.Jump);
        yield return Counted(1 << 8, "BRANCH", "conditional branches", Occurrence.Branch);
        yield return Counted(1 << 9, "BRANCH_TAKEN", "conditional branches taken", Occurrence.TakenBranch);
        yield return Counted(1 << 10, "COMP_INSTR", "compressed instructions", Occurrence.Compressed);
        yield return new(1 << 13, "APU_CONT", "cycles in which the FPU or its write port was busy", EventSourceKind.Cause, (int)Cause.FpuStructural);
        yield return new(1 << 14, "APU_DEP", "cycles waiting for an FPU result", EventSourceKind.Cause, (int)Cause.FpuDependency);

        // snitch_cluster, "Performance Counters" of the cluster peripherals; here each hart counts its own.
        yield return Counted(SnitchBase + 1, "tcdm_accessed", "loads, stores and atomics of banked memory", Occurrence.BankAccess);
        yield return new(SnitchBase + 2, "tcdm_congested", "cycles in which another master had the bank", EventSourceKind.Cause, (int)Cause.BankConflict);
        yield return Counted(SnitchBase + 3, "issue_fpu", "floating-point operations, without loads and stores", Occurrence.FloatOperation);
        yield return Counted(SnitchBase + 4, "issue_core_to_fpu", "floating-point instructions, loads and stores included", Occurrence.FloatInstruction);
        yield return new(SnitchBase + 5, "retired_instr", "instructions retired", EventSourceKind.Retired, 0);
        yield return Counted(SnitchBase + 6, "retired_load", "loads", Occurrence.Load);
        yield return Counted(SnitchBase + 7, "retired_acc", "instructions for the FPU, the multiplier and the divider", Occurrence.Offload);

        foreach (var cause in Enum.GetValues<Cause>())
        {
            var name = CauseNames.Of(cause);
            yield return new(CauseBase + (uint)cause, $"cause_{name}", $"cycles of cause {name}", EventSourceKind.Cause, (int)cause);
        }
    }

    private static HardwareEvent Counted(uint code, string name, string meaning, Occurrence occurrence) =>
        new(code, name, meaning, EventSourceKind.Probe, (int)occurrence);
}
