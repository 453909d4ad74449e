using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Profiling;

/// <summary>One hart's part of a <see cref="CauseProfile"/>.</summary>
public sealed class HartProfile
{
    private readonly Hart _hart;
    private readonly CauseCounters _causes;
    private readonly ulong[] _seen = new ulong[CauseCounters.Count];
    private readonly PcTable<Entry?> _entries = new();
    private readonly SymbolMap _symbols;
    private Entry? _last;

    internal HartProfile(Hart hart, CauseCounters causes, SymbolMap symbols)
    {
        _hart = hart;
        _causes = causes;
        _symbols = symbols;
        Calls = new CallStack(symbols, causes);
        causes.Cycles.CopyTo(_seen, 0);
    }

    /// <summary>Cost and facts of one instruction.</summary>
    private sealed class Entry(int function)
    {
        public readonly int Function = function;
        public readonly CodeCost Cost = new();
    }

    /// <summary>The calls of the hart.</summary>
    public CallStack Calls { get; }

    /// <summary>The cost of each instruction, in order of address.</summary>
    public IEnumerable<(uint Pc, CodeCost Cost)> Costs => _entries.Entries.Where(e => e.Value is not null).Select(e => (e.Pc, e.Value!.Cost));

    internal void Retired(uint pc, in Instruction instruction)
    {
        var entry = EntryAt(pc);
        entry.Cost.Instructions++;
        Charge(entry);
        Calls.Retired(_hart, pc, instruction);
        _last = entry;
    }

    internal void Trapped(uint pc)
    {
        Charge(EntryAt(pc));
        Calls.Trapped(_hart, pc);
    }

    internal void Finish()
    {
        if (_causes.Total != _seen.Aggregate(0UL, (sum, cycles) => sum + cycles)) Charge(EntryAt(_hart.Pc));
        Calls.Finish();
    }

    private Entry EntryAt(uint pc)
    {
        ref var entry = ref _entries[pc];
        return entry ??= new Entry(_symbols.IndexOf(pc));
    }

    private void Charge(Entry entry)
    {
        var cycles = 0UL;
        for (var n = 0; n < _seen.Length; n++)
        {
            var spent = _causes.Cycles[n] - _seen[n];
            if (spent == 0) continue;
            _seen[n] += spent;
            var payer = n == (int)Cause.Wfi ? _last ?? entry : entry;
            payer.Cost.Causes[n] += spent;
            cycles += spent;
        }

        Calls.Spend(entry.Function, cycles);
    }
}
