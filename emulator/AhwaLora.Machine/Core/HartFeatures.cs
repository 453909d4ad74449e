using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core;

/// <summary>The optional features that a hart implements.</summary>
public sealed record HartFeatures
{
    /// <summary>RV32IMF_Zicsr_Zifencei with machine mode.</summary>
    public const Extension DefaultExtensions =
        Extension.I | Extension.M | Extension.F | Extension.Zicsr | Extension.Zifencei | Extension.Privileged;

    /// <summary>Enabled extensions.</summary>
    public Extension Extensions { get; init; } = DefaultExtensions;

    /// <summary>True for user mode in addition to machine mode.</summary>
    public bool HasUserMode { get; init; }

    /// <summary>Physical memory protection, 16 entries.</summary>
    public bool HasPmp { get; init; }

    /// <summary>True if misaligned loads and stores of memory succeed; false if they trap.</summary>
    public bool EmulatesMisaligned { get; init; } = true;

    /// <summary>Source of the time CSR; null if there is none (a read is then illegal).</summary>
    public ITimeSource? TimeSource { get; init; }

    /// <summary>Source of hardware event counts for mhpmcounters; null if nothing is counted.</summary>
    public IEventSource? Events { get; init; }

    /// <summary>FLEN: the bits of an f register.</summary>
    public int FloatBits => (Extensions & Extension.D) != 0 ? 64 : 32;

    /// <summary>Alignment of instructions in bytes: 2 with C, else 4.</summary>
    public uint InstructionAlignment => (Extensions & Extension.C) != 0 ? 2u : 4u;
}

/// <summary>Events that mhpmcounters can count, by the codes of mhpmevent.</summary>
public interface IEventSource
{
    /// <summary>
    /// Occurrences of event <paramref name="code"/> on <paramref name="hart"/>; 0 for a code that does not exist. Some are
    /// counted only while a counter of the hart selects them, so only differences are meaningful.
    /// </summary>
    ulong Count(Hart hart, uint code);

    /// <summary>True if the code selects an event; 0 selects none.</summary>
    bool Exists(uint code);

    /// <summary>A counter of <paramref name="hart"/> now selects another event (<see cref="Hart.Mhpmevent"/>).</summary>
    void SelectionChanged(Hart hart);
}
