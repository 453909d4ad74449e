namespace AhwaLora.Machine.Order;

/// <summary>Why a run ended.</summary>
public enum ExitReason
{
    /// <summary>The guest ended it, with an exit code.</summary>
    Exit,

    /// <summary>The limit of cycles was reached.</summary>
    CycleLimit,

    /// <summary>The limit of instructions was reached.</summary>
    InstructionLimit,

    /// <summary>
    /// Every hart that has not ended waits, and nothing is due that would wake one. For a program on its own that is a
    /// deadlock; a service waits so for its host, which gives it work and wakes it (<see cref="EmulatedMachine.WakeHarts"/>).
    /// </summary>
    AllWaiting,

    /// <summary>A hart's trap handler traps on its own first instruction.</summary>
    TrapLoop,

    /// <summary>A probe stopped a hart.</summary>
    Stopped,
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Code">The guest's exit code, if it gave one.</param>
/// <param name="Hart">The hart that ended it, or -1.</param>
public readonly record struct RunResult(ExitReason Reason, int Code, int Hart);
