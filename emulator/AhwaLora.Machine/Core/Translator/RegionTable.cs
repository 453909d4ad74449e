using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Execution;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>An address that control has reached: how often, and which regions start there.</summary>
internal sealed class EntryPoint
{
    /// <summary>Times that control was transferred here and found no region.</summary>
    public int Heat;

    /// <summary>Times that control continued from here, in the middle of a block, and found no bridge.</summary>
    public int BridgeHeat;

    /// <summary>Times that code translated from here was discarded.</summary>
    public int Discards;

    /// <summary>Times that a region compiled from here was translated again with what it had shown.</summary>
    public int Lessons;

    /// <summary>The entries of regions here, for different stall vectors and floating-point modes.</summary>
    public readonly List<RegionEntry> Entries = [];

    /// <summary>The entry for a state, or null if there is none.</summary>
    public RegionEntry? Find(int vector, FloatMode mode, bool isBridge)
    {
        foreach (var entry in Entries)
        {
            if (entry.Suits(vector, mode, isBridge)) return entry;
        }

        return null;
    }
}

/// <summary>The translated code of one memory, shared by the harts that see it. A store into the code discards it.</summary>
internal sealed class RegionTable
{
    private const int SlotsPerGranule = (1 << MemoryRegion.GranuleShift) / 2;

    private readonly EntryPoint?[]?[] _entries;
    private readonly List<CodeRegion>?[] _regionsByGranule;

    /// <summary>A table for the code in <paramref name="code"/>'s memory.</summary>
    public RegionTable(CodeCache code)
    {
        Code = code;
        _entries = new EntryPoint?[]?[code.Memory.Watches.Length];
        _regionsByGranule = new List<CodeRegion>?[code.Memory.Watches.Length];
        code.Invalidated += OnInvalidated;
    }

    /// <summary>The decoded code.</summary>
    public CodeCache Code { get; }

    /// <summary>What past runs of the code have shown.</summary>
    public BranchHistory History { get; } = new();

    /// <summary>Number of states in which blocks of paced regions were entered since everything was last discarded.</summary>
    public int States { get; set; }

    /// <summary>Instructions translated and not discarded.</summary>
    public int TranslatedInstructions { get; private set; }

    /// <summary>The regions that are translated and not discarded.</summary>
    public IEnumerable<CodeRegion> Regions => _regionsByGranule.SelectMany(r => r ?? []).Distinct();

    /// <summary>The entry at <paramref name="pc"/>, which lies in this memory.</summary>
    public EntryPoint At(uint pc)
    {
        var offset = pc - Code.Memory.Base;
        var granule = _entries[offset >> MemoryRegion.GranuleShift] ??= new EntryPoint?[SlotsPerGranule];
        return granule[(offset >> 1) & (SlotsPerGranule - 1)] ??= new EntryPoint();
    }

    /// <summary>Adds a region. From now on it can be entered wherever no other region can. Returns its first entry.</summary>
    public RegionEntry Add(CodeRegion region)
    {
        RegionEntry? first = null;
        for (var index = 0; index < region.Entries.Length; index++)
        {
            var at = region.Entries[index];
            var entry = new RegionEntry(region, index, at.Pc, at.StallVector);
            first ??= entry;
            var point = At(entry.Pc);
            if (entry.Index == 0 || point.Find(entry.StallVector, region.Mode, region.IsBridge) is null) point.Entries.Add(entry);
        }

        TranslatedInstructions += region.Length;
        foreach (var range in region.Ranges)
        {
            for (var granule = GranuleOf(range.First); granule <= GranuleOf(range.Last); granule++)
            {
                // Ranges are in order: one that begins in the granule in which the last one ended finds the region there.
                var regions = _regionsByGranule[granule] ??= [];
                if (regions.Count == 0 || regions[^1] != region) regions.Add(region);
            }
        }

        return first!;
    }

    /// <summary>Discards everything; translation starts again with the code that is hot now.</summary>
    public void Clear()
    {
        foreach (var regions in _regionsByGranule)
        {
            while (regions is { Count: > 0 }) Discard(regions[^1]);
        }

        Array.Clear(_entries);
        States = 0;
    }

    /// <summary>Discards a region that can now be translated better; its address stays hot.</summary>
    public void Retranslate(CodeRegion region, int heat)
    {
        Discard(region);
        var point = At(region.Entries[0].Pc);
        point.Heat = heat;
        point.Lessons++;
    }

    private void OnInvalidated(uint first, uint last)
    {
        for (var granule = GranuleOf(first); granule <= GranuleOf(last); granule++)
        {
            if (_regionsByGranule[granule] is not { } regions) continue;
            for (var n = regions.Count - 1; n >= 0; n--)
            {
                if (n < regions.Count && Overlaps(regions[n], first, last)) Invalidate(regions[n]);
            }
        }
    }

    private void Invalidate(CodeRegion region)
    {
        Discard(region);
        var point = At(region.Entries[0].Pc);
        point.Discards++;
        point.Heat = point.BridgeHeat = 0;
    }

    private void Discard(CodeRegion region)
    {
        foreach (var (pc, _) in region.Entries) At(pc).Entries.RemoveAll(e => e.Region == region);
        TranslatedInstructions -= region.Length;
        foreach (var range in region.Ranges)
        {
            for (var granule = GranuleOf(range.First); granule <= GranuleOf(range.Last); granule++) _regionsByGranule[granule]!.Remove(region);
        }

        region.Discard();
    }

    private uint GranuleOf(uint address) => (address - Code.Memory.Base) >> MemoryRegion.GranuleShift;

    private static bool Overlaps(CodeRegion region, uint first, uint last)
    {
        foreach (var range in region.Ranges)
        {
            if (range.First <= last && first <= range.Last) return true;
        }

        return false;
    }
}
