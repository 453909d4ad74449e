using System.Diagnostics;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>How often control must reach an address before it is decoded, and compiled.</summary>
/// <param name="Decode">Times before its block is decoded.</param>
/// <param name="Compile">Times before the region there is compiled; if they are not more, nothing is decoded.</param>
internal readonly record struct HeatThresholds(int Decode, int Compile)
{
    /// <summary>
    /// Those for code that shares banks. Its blocks end at each access, so that they are too short to be worth decoding; and compiled
    /// code saves several times as much per instruction, since the interpreter would ask the pipeline twice for each access.
    /// </summary>
    public HeatThresholds WithBanks => new((Compile + 3) / 4, (Compile + 3) / 4);
}

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
    private readonly HeatThresholds _thresholds;
    private readonly TranslationCounts _counts;
    private readonly Action<RegionTable>? _asked;

    /// <summary>The code of a hart.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="tables">Translated code of each memory that it sees.</param>
    /// <param name="thresholds">Times that control comes to an address before it is translated from there.</param>
    /// <param name="counts">Counts what is translated.</param>
    /// <param name="asked">Called each time the translator asks for code; it may discard any code. Null if there is no such call.</param>
    public HartCode(Hart hart, IEnumerable<RegionTable> tables, HeatThresholds thresholds, TranslationCounts counts, Action<RegionTable>? asked)
    {
        _hart = hart;
        _tables = [.. tables];
        _thresholds = thresholds;
        _counts = counts;
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
    public int ThresholdOf(EntryPoint point) => After(point, Math.Min(_thresholds.Decode, _thresholds.Compile));

    /// <summary>True if the block at an address is decoded first, because it is not yet known whether the code there is worth compiling.</summary>
    public bool DecodesFirst(EntryPoint point) => Math.Max(point.Heat, point.BridgeHeat) <= After(point, _thresholds.Compile);

    /// <summary>Discards a decoded region that is worth compiling; it is compiled when control comes there next.</summary>
    public void Discard(EntryPoint point, CodeRegion region)
    {
        Table.Retranslate(region, After(point, _thresholds.Compile));
        point.Lessons--;
    }

    private static int After(EntryPoint point, int threshold) => (int)Math.Min((long)threshold << Math.Min(point.Discards, 6), int.MaxValue / 2);

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
        var region = plan.IsBlock ? Decode(point, plan, exactAlignment) : Compile(plan, exactAlignment);
        region.LessonAfter = LessonAfter << 3 * Math.Min(point.Lessons, 6);
        var entry = Table.Add(region);
        _asked?.Invoke(Table);
        return entry;
    }

    private CodeRegion Decode(EntryPoint point, RegionPlan plan, bool exactAlignment)
    {
        _counts.Decoded++;
        return DecodedCode.Decode(plan, _hart, exactAlignment, plan.IsBridge ? int.MaxValue : After(point, _thresholds.Compile) - _thresholds.Decode);
    }

    private CodeRegion Compile(RegionPlan plan, bool exactAlignment)
    {
        var begin = Stopwatch.GetTimestamp();
        var region = RegionCompiler.Compile(plan, _hart.Space, _hart.Features, exactAlignment);
        _counts.CompileTime += Stopwatch.GetElapsedTime(begin);
        if (region.IsReused) _counts.Reused++;
        else _counts.Compiled++;
        return region;
    }

    /// <summary>Counts an exit that is taken. True if its region must <see cref="Learn"/> from it.</summary>
    public static bool IsLesson(CodeRegion region, RegionExit exit) => exit.Taken < region.LessonAfter && ++exit.Taken >= FirstLesson;

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
        var isUseful = exit.IsNews && !(region.IsDecoded && exit.Kind == ExitKind.Indirect);
        if (isUseful && exit.Taken == region.LessonAfter)
        {
            Table.Retranslate(region, After(Table.At(region.Entries[0].Pc), region.IsDecoded ? _thresholds.Decode : _thresholds.Compile));
        }

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
