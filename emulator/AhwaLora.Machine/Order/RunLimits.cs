namespace AhwaLora.Machine.Order;

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
