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
        var entries = region.Entries.Select((at, index) => new RegionEntry(region, index, at.Pc, at.StallVector)).ToArray();
        foreach (var entry in entries)
        {
            var point = At(entry.Pc);
            if (entry.Index == 0 || point.Find(entry.StallVector, region.Mode, region.IsBridge) is null) point.Entries.Add(entry);
        }

        TranslatedInstructions += region.Length;
        foreach (var granule in GranulesOf(region)) (_regionsByGranule[granule] ??= []).Add(region);
        return entries[0];
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
        var begin = (first - Code.Memory.Base) >> MemoryRegion.GranuleShift;
        var end = (last - Code.Memory.Base) >> MemoryRegion.GranuleShift;
        for (var granule = begin; granule <= end; granule++)
        {
            if (_regionsByGranule[granule] is not { } regions) continue;
            for (var n = regions.Count - 1; n >= 0; n--)
            {
                if (n < regions.Count && regions[n].Ranges.Any(r => r.First <= last && first <= r.Last)) Invalidate(regions[n]);
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
        foreach (var granule in GranulesOf(region)) _regionsByGranule[granule]!.Remove(region);
        region.Discard();
    }

    private IEnumerable<uint> GranulesOf(CodeRegion region) => region.Ranges
        .SelectMany(r => Granules((r.First - Code.Memory.Base) >> MemoryRegion.GranuleShift, (r.Last - Code.Memory.Base) >> MemoryRegion.GranuleShift))
        .Distinct();

    private static IEnumerable<uint> Granules(uint first, uint last)
    {
        for (var granule = first; granule <= last; granule++) yield return granule;
    }
}
