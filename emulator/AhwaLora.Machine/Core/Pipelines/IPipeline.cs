using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Where a load or store goes, as far as its timing is concerned.</summary>
/// <param name="Address">Byte address.</param>
/// <param name="ExtraCycles">Cycles beyond a single-cycle memory's.</param>
/// <param name="Arbitrated">True if the access needs a grant: of a bank in exact contention, or of a device.</param>
public readonly record struct MemoryTarget(uint Address, uint ExtraCycles, bool Arbitrated);

/// <summary>
/// When instructions issue. An engine drives one pipeline per hart: <see cref="Issue"/> for each instruction in
/// program order, again after each grant it asked for, then the semantics, then <see cref="Complete"/>.
/// Implementations are structs over a state object, so that an engine specialised on one inlines it.
/// </summary>
public interface IPipeline
{
    /// <summary>Local time, in cycles: before an instruction issues the earliest cycle it can, after that its cycle of issue (what a read of mcycle sees).</summary>
    ulong Time { get; }

    /// <summary>
    /// Offers an instruction with the values of rs1 and rs2. True when it has issued. False when the hart first
    /// needs a grant for the access at <see cref="RequestAddress"/>, in cycle <see cref="RequestTime"/> or later:
    /// call <see cref="Grant"/>, then offer the same instruction again.
    /// </summary>
    bool Issue(in Instruction instruction, uint a, uint b, in MemoryTarget target);

    /// <summary>The cycle in which the hart first asks for the access that needs a grant.</summary>
    ulong RequestTime { get; }

    /// <summary>The address it asks for.</summary>
    uint RequestAddress { get; }

    /// <summary>The access is granted in cycle <paramref name="time"/>; the cycles waited are charged to <paramref name="cause"/>.</summary>
    void Grant(ulong time, Cause cause);

    /// <summary>The instruction is done; <paramref name="redirected"/> if the next one is not the one after it in memory (taken branch, jump, mret).</summary>
    void Complete(in Instruction instruction, bool redirected);

    /// <summary>The instruction last offered trapped, or an interrupt was taken before it; the handler is fetched.</summary>
    void Trap(bool interrupt);

    /// <summary>The hart stands still until <paramref name="time"/>.</summary>
    void Idle(ulong time, Cause cause);
}
