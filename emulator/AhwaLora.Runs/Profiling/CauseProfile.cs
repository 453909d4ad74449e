using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Profiling;

/// <summary>
/// Every cycle of every hart, by the instruction that spent it: the instruction's waiting, its issue, and the cycles that
/// the pipeline loses after it. Sleep is charged to the wfi, trap entry to the instruction that trapped or was interrupted. The
/// cycles of a hart's instructions add up to the hart's.
/// </summary>
public sealed class CauseProfile : IProbe
{
    private readonly HartProfile[] _harts;

    /// <summary>A profile of a machine that has yet to run; attach it, and call <see cref="Finish"/> after the run.</summary>
    public CauseProfile(EmulatedMachine machine, SymbolMap symbols)
    {
        Symbols = symbols;
        _harts = [.. machine.Harts.Select(hart => new HartProfile(hart, machine.CausesOf(hart.Id), symbols))];
    }

    /// <summary>The program's functions.</summary>
    public SymbolMap Symbols { get; }

    /// <summary>Profiles of the harts, by mhartid.</summary>
    public IReadOnlyList<HartProfile> Harts => _harts;

    /// <summary>Every instruction that spent a cycle.</summary>
    public IEnumerable<uint> Pcs => _harts.SelectMany(h => h.Costs).Select(c => c.Pc).Distinct();

    /// <summary>Charges cycles of instructions that had not completed at the end of the run.</summary>
    public void Finish()
    {
        foreach (var hart in _harts) hart.Finish();
    }

    /// <summary>The cost of the code of all harts, summed by a key of the instruction's address, in descending order.</summary>
    public IReadOnlyList<(TKey Key, CodeCost Cost)> SumBy<TKey>(Func<uint, TKey> key)
        where TKey : notnull => SumBy(_harts.SelectMany(h => h.Costs), key);

    /// <summary>The cost of code, summed by a key of the instruction's address, in descending order.</summary>
    public static IReadOnlyList<(TKey Key, CodeCost Cost)> SumBy<TKey>(IEnumerable<(uint Pc, CodeCost Cost)> costs, Func<uint, TKey> key)
        where TKey : notnull
    {
        var sums = new Dictionary<TKey, CodeCost>();
        foreach (var (pc, cost) in costs)
        {
            var name = key(pc);
            if (!sums.TryGetValue(name, out var sum)) sums[name] = sum = new CodeCost();
            sum.Add(cost);
        }

        return [.. sums.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Value.Cycles)];
    }

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction) => _harts[hart.Id].Retired(pc, instruction);

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc) => _harts[hart.Id].Trapped(pc);
}
