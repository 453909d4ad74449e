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
    /// All harts that have not ended wait, and no event is due that would wake one. For a program on its own that is a
    /// deadlock. A service waits in this way for its host, which gives it work and wakes it (<see cref="EmulatedMachine.WakeHarts"/>).
    /// </summary>
    AllWaiting,

    /// <summary>The first instruction of a hart's trap handler traps.</summary>
    TrapLoop,

    /// <summary>A hart waits for a stream that has no job, or for an FP side that has stopped.</summary>
    FloatHang,

    /// <summary>A probe stopped a hart.</summary>
    Stopped,
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Code">The guest's exit code, if it gave one.</param>
/// <param name="Hart">The hart that ended it, or -1.</param>
public readonly record struct RunResult(ExitReason Reason, int Code, int Hart);
