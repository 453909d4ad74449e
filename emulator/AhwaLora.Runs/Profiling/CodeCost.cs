using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Runs.Profiling;

/// <summary>The cost of some code: an instruction, a function or a source line.</summary>
public sealed class CodeCost
{
    /// <summary>Instructions retired.</summary>
    public ulong Instructions;

    /// <summary>Cycles, by <see cref="Cause"/>.</summary>
    public readonly ulong[] Causes = new ulong[CauseCounters.Count];

    /// <summary>All cycles.</summary>
    public ulong Cycles => Causes.Aggregate(0UL, (sum, cycles) => sum + cycles);

    /// <summary>Adds the cost of other code.</summary>
    public void Add(CodeCost other)
    {
        Instructions += other.Instructions;
        for (var n = 0; n < Causes.Length; n++) Causes[n] += other.Causes[n];
    }
}
