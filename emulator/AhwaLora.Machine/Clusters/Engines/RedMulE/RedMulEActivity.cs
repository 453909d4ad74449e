namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>Why a job never ends.</summary>
public enum RedMulEHang
{
    /// <summary>It ends.</summary>
    None,

    /// <summary>A size is 0, or the format is not FP16.</summary>
    Unsupported,

    /// <summary>The engine hangs at its shape.</summary>
    Shape,

    /// <summary>It was queued after a job of another shape, whose sizes it runs with, or MACFG was not written for it.</summary>
    OtherShape,

    /// <summary>MACFG was written within 35 cycles of the write before it.</summary>
    SizesWhileComputing,
}

/// <summary>A job, as reports and the debugger show it.</summary>
/// <param name="Shape">What it computes.</param>
/// <param name="IsRunning">True until its event, so for ever if it hangs.</param>
/// <param name="Hang">Why it never ends.</param>
/// <param name="TriggeredAt">The cycle in which it was triggered or, if it was queued, in which the engine became free.</param>
/// <param name="EndedAt">The cycle of its event, if it has ended.</param>
public sealed record RedMulEActivity(RedMulEShape Shape, bool IsRunning, RedMulEHang Hang, ulong TriggeredAt, ulong EndedAt)
{
    /// <summary>Loads granted.</summary>
    public ulong Reads { get; init; }

    /// <summary>Stores granted.</summary>
    public ulong Writes { get; init; }

    /// <summary>Cycles in which an access was denied.</summary>
    public ulong Denied { get; init; }

    /// <summary>True if no SOFT_CLEAR came between the job before and this one.</summary>
    public bool IsUncleared { get; init; }

    /// <summary>What it waits for in this cycle; null if it moves, or if that is not followed.</summary>
    public string? Stall { get; init; }
}
