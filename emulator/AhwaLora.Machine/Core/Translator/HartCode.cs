using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The code that a hart sees, as its translator needs it: the translation at an address, the addresses that have become
/// hot, and what a region's exits have shown.
/// </summary>
internal sealed class HartCode
{
    private const int NeverHot = int.MinValue / 2;

    /// <summary>Number of translated instructions at which all translations are discarded: a bound on memory, seldom reached.</summary>
    private const int CodeLimit = 200_000;

    /// <summary>Times an exit is taken before its region learns from it, and before the region is translated again with what it learned.</summary>
    private const int FirstLesson = 16, LessonAfter = 128;

    private readonly Hart _hart;
    private readonly IReadOnlyList<RegionTable> _tables;
    private readonly int _hotThreshold;
    private readonly Action<RegionTable>? _asked;

    /// <summary>The code of a hart.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="tables">Translated code of each memory that it sees.</param>
    /// <param name="hotThreshold">Times that control comes to an address before it is translated from there.</param>
    /// <param name="asked">Called each time the translator asks for code; it may discard any code. Null if there is no such call.</param>
    public HartCode(Hart hart, IEnumerable<RegionTable> tables, int hotThreshold, Action<RegionTable>? asked)
    {
        _hart = hart;
        _tables = [.. tables];
        _hotThreshold = hotThreshold;
        _asked = asked;
        Table = _tables[0];
    }

    /// <summary>The code of the memory that the hart executed last.</summary>
    public RegionTable Table { get; private set; }

    /// <summary>What is known of an address; null outside memory.</summary>
    public EntryPoint? PointAt(uint pc)
    {
        if (!Table.Code.Memory.Contains(pc, 2) && !SelectTable(pc)) return null;
        _asked?.Invoke(Table);
        return Table.At(pc);
    }

    /// <summary>Times that control reaches an address before it is translated. Code that has changed before must be reached more often.</summary>
    public int ThresholdOf(EntryPoint point) => _hotThreshold << Math.Min(point.Discards, 6);

    /// <summary>Translates the plan made at an address. If nothing can be translated there, the result is null, now and in future.</summary>
    /// <param name="point">The address.</param>
    /// <param name="plan">The code to translate as one region.</param>
    /// <param name="exactAlignment">True if a misaligned access takes a different number of cycles from an aligned one.</param>
    public RegionEntry? Translate(EntryPoint point, RegionPlan plan, bool exactAlignment)
    {
        if (plan.Nodes.Count == 0)
        {
            // Nothing here can be translated (for example a CSR access): do not plan it again each time it becomes hot.
            point.Heat = point.BridgeHeat = NeverHot;
            return null;
        }

        if (Table.TranslatedInstructions > CodeLimit) Table.Clear();
        var entry = Table.Add(RegionCompiler.Compile(plan, _hart.Space, _hart.Features, exactAlignment));
        _asked?.Invoke(Table);
        return entry;
    }

    /// <summary>Counts an exit that is taken. True if its region must <see cref="Learn"/> from it.</summary>
    public static bool IsLesson(RegionExit exit) => exit.Taken < LessonAfter && ++exit.Taken >= FirstLesson;

    /// <summary>Called if an exit is taken often: a new translation may use what the exit has shown.</summary>
    /// <param name="region">The region.</param>
    /// <param name="exit">The exit.</param>
    /// <param name="pc">The address that it led to.</param>
    public void Learn(CodeRegion region, RegionExit exit, uint pc)
    {
        // Regions follow each other across memories without asking for code, so the table selected last may be another memory's.
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
