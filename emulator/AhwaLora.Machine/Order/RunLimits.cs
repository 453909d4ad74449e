namespace AhwaLora.Machine.Order;

/// <summary>When to stop a run that does not end by itself.</summary>
/// <param name="MaxCycles">Limit on machine time, in cycles.</param>
/// <param name="MaxInstructions">Limit on the retired instructions of all harts together.</param>
public readonly record struct RunLimits(ulong MaxCycles, ulong MaxInstructions)
{
    /// <summary>The only hart to run: the run stops when it is another hart's turn. Null for no such limit.</summary>
    public int? OnlyHart { get; init; }

    /// <summary>The run stops when this hart has retired this many instructions; null for no such limit.</summary>
    public (int Hart, ulong Retired)? OneHart { get; init; }

    /// <summary>No limit.</summary>
    public static RunLimits None { get; } = new(ulong.MaxValue, ulong.MaxValue);
}
