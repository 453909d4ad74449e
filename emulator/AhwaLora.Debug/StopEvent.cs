namespace AhwaLora.Debug;

/// <summary>Why the machine has stopped.</summary>
public enum StopKind
{
    /// <summary>A step is done.</summary>
    Step,

    /// <summary>Before the instruction at a software breakpoint.</summary>
    SoftwareBreakpoint,

    /// <summary>Before the instruction at a hardware breakpoint.</summary>
    HardwareBreakpoint,

    /// <summary>An access writes watched bytes. Going forward, the machine stands before the access; going back, after it.</summary>
    WriteWatchpoint,

    /// <summary>An access reads watched bytes.</summary>
    ReadWatchpoint,

    /// <summary>An access reads or writes bytes that are watched for both.</summary>
    AccessWatchpoint,

    /// <summary>An event that the user switched on with <c>monitor break-on</c>.</summary>
    Event,

    /// <summary>The user interrupted.</summary>
    Interrupt,

    /// <summary>Going back has reached the start of history.</summary>
    HistoryBegin,

    /// <summary>The guest has ended the run.</summary>
    Exit,

    /// <summary>The harts that may run all wait, and nothing is due that would wake one.</summary>
    AllWaiting,

    /// <summary>A hart's trap handler traps.</summary>
    TrapLoop,

    /// <summary>A limit of the run is reached, which ends it.</summary>
    Limit,
}

/// <summary>Why the machine has stopped, with the hart and further details.</summary>
/// <param name="Kind">Reason.</param>
/// <param name="Hart">The hart it happened to.</param>
/// <param name="Address">The first watched byte that the access touches.</param>
/// <param name="Code">The guest's exit code.</param>
/// <param name="Text">A line for the user; null for none.</param>
public sealed record StopEvent(StopKind Kind, int Hart, uint Address = 0, int Code = 0, string? Text = null);

/// <summary>Kinds of watchpoint: one bit for reads and one for writes.</summary>
[Flags]
public enum WatchKind
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>Writes.</summary>
    Write = 1,

    /// <summary>Reads.</summary>
    Read = 2,

    /// <summary>Both.</summary>
    Access = 3,
}

/// <summary>Bytes to be watched.</summary>
public readonly record struct Watchpoint(uint Address, uint Bytes, WatchKind Kind)
{
    /// <summary>True if an access overlaps them.</summary>
    public bool Overlaps(uint address, uint bytes) => address - Address < Bytes || Address - address < bytes;
}

/// <summary>What a hart is to do when the machine goes on.</summary>
public enum HartOrder
{
    /// <summary>Do not run.</summary>
    Hold,

    /// <summary>Run.</summary>
    Go,

    /// <summary>Stop the machine after one instruction or trap.</summary>
    Step,
}

/// <summary>A command to one hart.</summary>
/// <param name="Order">What to do.</param>
/// <param name="RangeStart">A step goes on while pc lies in [start, end).</param>
/// <param name="RangeEnd">End of that range.</param>
public readonly record struct HartCommand(HartOrder Order, uint RangeStart = 0, uint RangeEnd = 0);
