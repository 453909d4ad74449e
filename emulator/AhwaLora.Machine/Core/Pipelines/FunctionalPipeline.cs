using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>State of <see cref="FunctionalPipeline"/>.</summary>
public sealed class FunctionalState : IStateful
{
    /// <summary>Cycles since reset.</summary>
    public ulong Time;

    /// <summary>Address of the access that waits for its grant.</summary>
    public uint RequestAddress;

    /// <summary>True if that access has its grant.</summary>
    public bool IsGranted;

    /// <summary>Cycles by cause.</summary>
    public readonly CauseCounters Causes = new();

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Reached(ref Time);
        state.Field(ref RequestAddress);
        state.Field(ref IsGranted);
        state.Array(Causes.Cycles);
    }
}

/// <summary>Profile <c>functional</c>: one cycle per instruction, plus the cycles that an access or a sleep waits.</summary>
public readonly struct FunctionalPipeline(FunctionalState state) : IPipeline
{
    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public ulong RequestTime => state.Time;

    /// <inheritdoc/>
    public uint RequestAddress => state.RequestAddress;

    /// <inheritdoc/>
    public bool Issue(in Instruction instruction, uint a, uint b, in MemoryTarget target)
    {
        if (!target.Arbitrated || state.IsGranted) return true;
        state.RequestAddress = target.Address;
        return false;
    }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        Idle(time, cause);
        state.IsGranted = true;
    }

    /// <inheritdoc/>
    public void Complete(in Instruction instruction, bool redirected)
    {
        state.IsGranted = false;
        state.Time++;
        state.Causes.Cycles[(int)Cause.Issue]++;
    }

    /// <inheritdoc/>
    public void Trap(bool interrupt)
    {
        state.IsGranted = false;
        state.Time++;
        state.Causes.Add(Cause.Trap, 1);
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        if (time <= state.Time) return;
        state.Causes.Add(cause, time - state.Time);
        state.Time = time;
    }
}
