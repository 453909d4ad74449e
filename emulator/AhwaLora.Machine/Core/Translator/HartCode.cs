using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The code that a hart sees, as its translator asks for it: what is translated where control comes to, what has become
/// hot, and what a region's exits have taught.
/// </summary>
internal sealed class HartCode
{
    private const int NeverHot = int.MinValue / 2;

    /// <summary>Translated instructions at which everything is discarded: a bound on memory, seldom reached.</summary>
    private const int CodeLimit = 200_000;

    /// <summary>Times an exit is taken before its region learns from it, and before the region is translated again with that.</summary>
    private const int FirstLesson = 16, LessonAfter = 128;

    private readonly Hart _hart;
    private readonly IReadOnlyList<RegionTable> _tables;
    private readonly int _hotThreshold;
    private readonly Action<RegionTable>? _asked;

    /// <summary>The code of a hart.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="tables">Translated code of each memory that it sees.</param>
    /// <param name="hotThreshold">Times that control comes to an address before it is translated from there.</param>
    /// <param name="asked">Called each time the translator asks for code; may discard any. Null for nobody.</param>
    public HartCode(Hart hart, IEnumerable<RegionTable> tables, int hotThreshold, Action<RegionTable>? asked)
    {
        _hart = hart;
        _tables = [.. tables];
        _hotThreshold = hotThreshold;
        _asked = asked;
        Table = _tables[0];
    }

    /// <summary>The code of the memory that control was in last.</summary>
    public RegionTable Table { get; private set; }

    /// <summary>What is known of an address; null outside memory.</summary>
    public EntryPoint? PointAt(uint pc)
    {
        if (!Table.Code.Memory.Contains(pc, 2) && !SelectTable(pc)) return null;
        _asked?.Invoke(Table);
        return Table.At(pc);
    }

    /// <summary>Times to come to a place before it is translated: code that has changed before has to run longer.</summary>
    public int ThresholdOf(EntryPoint point) => _hotThreshold << Math.Min(point.Discards, 6);

    /// <summary>Translates what is planned from a place; null, from now on, if there is nothing to translate.</summary>
    /// <param name="point">The place.</param>
    /// <param name="plan">What is to be one region.</param>
    /// <param name="exactAlignment">True if a misaligned access takes other cycles than an aligned one.</param>
    public RegionEntry? Translate(EntryPoint point, RegionPlan plan, bool exactAlignment)
    {
        if (plan.Nodes.Count == 0)
        {
            // Nothing here can be translated (a CSR access, say): not worth another plan each time it gets warm.
            point.Heat = point.BridgeHeat = NeverHot;
            return null;
        }

        if (Table.TranslatedInstructions > CodeLimit) Table.Clear();
        var entry = Table.Add(RegionCompiler.Compile(plan, _hart.Space, _hart.Features, exactAlignment));
        _asked?.Invoke(Table);
        return entry;
    }

    /// <summary>An exit is taken: true if its region is to <see cref="Learn"/> from it.</summary>
    public static bool IsLesson(RegionExit exit) => exit.Taken < LessonAfter && ++exit.Taken >= FirstLesson;

    /// <summary>An exit is taken often: its region may do better with what it has shown.</summary>
    /// <param name="region">The region.</param>
    /// <param name="exit">Its exit.</param>
    /// <param name="pc">Where that led to.</param>
    public void Learn(CodeRegion region, RegionExit exit, uint pc)
    {
        // Regions follow each other across memories without asking for code, so the one selected last may be another's.
        if (!region.IsValid || !SelectTable(region.Entries[0].Pc)) return;
        if (exit.Kind == ExitKind.Indirect) exit.IsNews |= Table.History.Add(exit.Pc, pc);
        if (exit.Kind == ExitKind.Interpret) exit.IsNews |= LearnMemory(pc);
        if (exit.Taken == LessonAfter && exit.IsNews) Table.Retranslate(region, _hotThreshold);
        _asked?.Invoke(Table);
    }

    private bool LearnMemory(uint pc)
    {
        if (!Table.Code.Memory.Contains(pc, 4)) return false;
        var i = Table.Code.Fetch(pc);
        if (i.Shape is not (Shape.Load or Shape.Store)) return false;
        var memories = _hart.Space.Memories;
        for (var m = 0; m < memories.Count; m++)
        {
            if (memories[m].Contains(_hart.X[i.Rs1] + (uint)i.Imm, (uint)i.Row.Width)) return Table.History.AddMemory(pc, m);
        }

        return false;
    }

    private bool SelectTable(uint pc)
    {
        foreach (var table in _tables)
        {
            if (!table.Code.Memory.Contains(pc, 2)) continue;
            Table = table;
            return true;
        }

        return false;
    }
}
