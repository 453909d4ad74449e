namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// What past runs of regions have shown about the code of a memory, for the next translation: where indirect jumps led, and
/// which loads and stores access more than one memory. It decides what is translated, never what the code does.
/// </summary>
internal sealed class BranchHistory
{
    private const int MostTargets = 8;

    private readonly Dictionary<uint, List<uint>> _targets = [];
    private readonly Dictionary<uint, int> _memories = [];

    /// <summary>Addresses that the indirect jump at <paramref name="pc"/> has led to.</summary>
    public IReadOnlyList<uint> TargetsOf(uint pc) => _targets.GetValueOrDefault(pc) ?? (IReadOnlyList<uint>)[];

    /// <summary>True if the load or store at <paramref name="pc"/> accesses several memories.</summary>
    public bool Wanders(uint pc) => _memories.ContainsKey(pc);

    /// <summary>The memory that the load or store at <paramref name="pc"/> accessed when another was expected, if it ever did.</summary>
    public int? MemoryAt(uint pc) => _memories.TryGetValue(pc, out var memory) ? memory : null;

    /// <summary>Records that the load or store at <paramref name="pc"/> accessed a memory that was not expected; true if that is new. The first such memory is kept.</summary>
    public bool AddMemory(uint pc, int memory) => _memories.TryAdd(pc, memory);

    /// <summary>Records that the indirect jump at <paramref name="pc"/> led to <paramref name="target"/>; true if that is new.</summary>
    public bool Add(uint pc, uint target)
    {
        if (!_targets.TryGetValue(pc, out var targets)) _targets.Add(pc, targets = []);
        if (targets.Count >= MostTargets || targets.Contains(target)) return false;
        targets.Add(target);
        return true;
    }
}
