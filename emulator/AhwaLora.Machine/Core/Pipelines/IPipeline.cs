using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>The destination of a load or store, as its timing sees it.</summary>
/// <param name="Address">Byte address.</param>
/// <param name="ExtraCycles">Cycles in addition to those of a single-cycle memory.</param>
/// <param name="Arbitrated">True if the access needs a grant, from a device or, under exact contention, from a bank.</param>
public readonly record struct MemoryTarget(uint Address, uint ExtraCycles, bool Arbitrated);

/// <summary>
/// When instructions issue. An engine drives one pipeline per hart: <see cref="Issue"/> for each instruction in
/// program order, again after each grant it asked for, then the semantics, then <see cref="Complete"/>.
/// Implementations are structs over a state object, so that an engine specialised on one inlines it.
/// </summary>
public interface IPipeline
{
    /// <summary>Local time, in cycles. Before an instruction issues: the earliest cycle in which it can. After that: its cycle of issue, which a read of mcycle returns.</summary>
    ulong Time { get; }

    /// <summary>
    /// Offers an instruction with the values of rs1 and rs2. True if it has issued. False if the hart first
    /// needs a grant for the access at <see cref="RequestAddress"/>, in cycle <see cref="RequestTime"/> or later:
    /// call <see cref="Grant"/>, then offer the same instruction again.
    /// </summary>
    bool Issue(in Instruction instruction, uint a, uint b, in MemoryTarget target);

    /// <summary>The cycle in which the hart first asks for the access that needs a grant.</summary>
    ulong RequestTime { get; }

    /// <summary>The address of that access.</summary>
    uint RequestAddress { get; }

    /// <summary>The access is granted in cycle <paramref name="time"/>; the cycles waited are charged to <paramref name="cause"/>.</summary>
    void Grant(ulong time, Cause cause);

    /// <summary>The instruction is done; <paramref name="redirected"/> is true if the next one does not follow it in memory (taken branch, jump, mret).</summary>
    void Complete(in Instruction instruction, bool redirected);

    /// <summary>The instruction last offered trapped, or an interrupt was taken before it; the handler is fetched.</summary>
    void Trap(bool interrupt);

    /// <summary>The hart waits until <paramref name="time"/>.</summary>
    void Idle(ulong time, Cause cause);
}
