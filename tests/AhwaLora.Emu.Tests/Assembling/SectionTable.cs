namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>The sections of the source and which of them statements go to.</summary>
internal sealed class SectionTable
{
    private readonly List<Section> _all = [];
    private readonly Stack<Section> _pushed = new();

    /// <summary>Begins in .text.</summary>
    public SectionTable()
    {
        Current = Find(".text", null);
        Previous = Current;
        Find(".data", null);
        Find(".bss", null);
    }

    /// <summary>In the order of their first mention.</summary>
    public IReadOnlyList<Section> All => _all;

    /// <summary>The one that statements go to.</summary>
    public Section Current { get; private set; }

    private Section Previous { get; set; }

    /// <summary>Goes on in a section.</summary>
    /// <param name="name">Its name, which tells its kind if <paramref name="flags"/> are not given.</param>
    /// <param name="flags">As in <c>.section .tohost, "aw"</c>.</param>
    public void Switch(string name, string? flags = null) => (Previous, Current) = (Current, Find(name, flags));

    /// <summary>Goes on in a section, until <see cref="Pop"/>.</summary>
    public void Push(string name, string? flags)
    {
        _pushed.Push(Current);
        Switch(name, flags);
    }

    /// <summary>Goes on in the section before the last <see cref="Push"/>.</summary>
    public void Pop() => Current = _pushed.Count != 0 ? _pushed.Pop() : throw new AssemblerException(".popsection without .pushsection");

    /// <summary>Goes on in the section before the last <see cref="Switch"/>.</summary>
    public void Return() => (Previous, Current) = (Current, Previous);

    private Section Find(string name, string? flags)
    {
        if (_all.Find(s => s.Name == name) is { } known) return known;
        var isCode = flags?.Contains('x', StringComparison.Ordinal) ?? IsKind(name, ".text");
        var section = new Section(name, isCode, IsKind(name, ".bss") || IsKind(name, ".sbss"));
        _all.Add(section);
        return section;
    }

    /// <summary>True for <paramref name="kind"/> and its parts, as .text.init is one of .text.</summary>
    public static bool IsKind(string name, string kind) => name == kind || name.StartsWith(kind + ".", StringComparison.Ordinal);
}
