using AhwaLora.Emu.Engines.Translator;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu;

/// <summary>Which engine executes the harts.</summary>
public enum EngineKind
{
    /// <summary>The fastest one the host supports.</summary>
    Auto,

    /// <summary>One instruction after the other.</summary>
    Interpreter,

    /// <summary>Regions of code translated to .NET methods.</summary>
    Translator,
}

/// <summary>How accesses to banked memory are ordered.</summary>
public enum Contention
{
    /// <summary>No bank conflicts; harts run ahead to their next interaction.</summary>
    None,

    /// <summary>Every access waits for its bank's grant, cycle by cycle.</summary>
    Exact,
}

/// <summary>How a platform is run.</summary>
public sealed record MachineOptions
{
    /// <summary>Engine.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>Times that control comes to an address before the translator translates from there. Changes speed only.</summary>
    public int HotThreshold { get; init; } = 1024;

    /// <summary>Bank conflicts.</summary>
    public Contention Contention { get; init; } = Contention.None;

    /// <summary>What an instruction costs.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Functional;

    /// <summary>True to emulate misaligned accesses of memory, false to trap; null takes the timing profile's word.</summary>
    public bool? EmulateMisaligned { get; init; }

    /// <summary>Seed of everything random in the machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the UART receives, byte by byte as the guest takes it.</summary>
    public ReadOnlyMemory<byte> UartInput { get; init; }

    /// <summary>Where code and data lie for whatever asks for the place of an address. Changes cycles only.</summary>
    public Placement Placement { get; init; }

    /// <summary>Called each time a translator asks for code, and may discard any of it: for tests.</summary>
    internal Action<RegionTable>? CodeAsked { get; init; }
}

/// <summary>
/// Bytes, multiples of 4, by which all code and all data lie higher than their addresses say, as instruction memory, its
/// cache, banks and address queues see them: a program linked elsewhere, without being linked again.
/// </summary>
public readonly record struct Placement(uint Code, uint Data);

/// <summary>When to stop a run that does not end by itself.</summary>
/// <param name="MaxCycles">Cycles of machine time.</param>
/// <param name="MaxInstructions">Instructions of all harts together.</param>
public readonly record struct RunLimits(ulong MaxCycles, ulong MaxInstructions)
{
    /// <summary>Stop when it is another hart's turn; null for no such limit.</summary>
    public int? OnlyHart { get; init; }

    /// <summary>Stop once that hart has retired so many instructions; null for no such limit.</summary>
    public (int Hart, ulong Retired)? OneHart { get; init; }

    /// <summary>No limit.</summary>
    public static RunLimits None { get; } = new(ulong.MaxValue, ulong.MaxValue);
}

/// <summary>Why a run ended.</summary>
public enum ExitReason
{
    /// <summary>The guest ended it, with an exit code.</summary>
    Exit,

    /// <summary>The limit of cycles was reached.</summary>
    CycleLimit,

    /// <summary>The limit of instructions was reached.</summary>
    InstructionLimit,

    /// <summary>Every hart that has not ended waits for something that cannot happen.</summary>
    Deadlock,

    /// <summary>A hart's trap handler traps on its own first instruction.</summary>
    TrapLoop,

    /// <summary>A probe stopped a hart.</summary>
    Stopped,
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Code">The guest's exit code, where it gave one.</param>
/// <param name="Hart">The hart that ended it, or -1.</param>
public readonly record struct RunResult(ExitReason Reason, int Code, int Hart);

/// <summary>
/// A place in the machine's order of execution: each instruction, trap and device event adds one to one of the counts,
/// so a position names one state of a run.
/// </summary>
/// <param name="Retired">Instructions of all harts.</param>
/// <param name="Traps">Traps and interrupts of all harts.</param>
/// <param name="DeviceEvents">Events of devices, and rounds of the banks.</param>
public readonly record struct MachinePosition(ulong Retired, ulong Traps, ulong DeviceEvents) : IComparable<MachinePosition>
{
    private ulong Sum => Retired + Traps + DeviceEvents;

    /// <summary>
    /// Earlier and later in the machine's order. Within one run the sum of the counts says it all; positions of different
    /// runs with the same sum are told apart by the counts, so that only equal positions compare as equal.
    /// </summary>
    /// <param name="other">The other position.</param>
    public int CompareTo(MachinePosition other) => (Sum, Retired, Traps).CompareTo((other.Sum, other.Retired, other.Traps));

#pragma warning disable CS1591 // Earlier and later in the machine's order.
    public static bool operator <(MachinePosition a, MachinePosition b) => a.CompareTo(b) < 0;

    public static bool operator >(MachinePosition a, MachinePosition b) => a.CompareTo(b) > 0;

    public static bool operator <=(MachinePosition a, MachinePosition b) => a.CompareTo(b) <= 0;

    public static bool operator >=(MachinePosition a, MachinePosition b) => a.CompareTo(b) >= 0;
#pragma warning restore CS1591
}
