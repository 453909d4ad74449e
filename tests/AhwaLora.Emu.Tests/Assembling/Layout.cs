namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>
/// Puts sections into memory as tests/programs/isa/link.ld does: code at the reset vector, data on the page after it, zeros,
/// and tohost. Instructions whose targets turn out to be too far for their short forms grow until all fit.
/// </summary>
internal sealed class Layout
{
    private const uint CodeBase = 0x8000_0000, Page = 4096, TohostAlignment = 64;

    /// <summary>The sections of the file, in the order of their parts.</summary>
    private static readonly (string Name, string[] Kinds)[] Parts =
    [
        (".text", [".text.init"]),
        (".text", [".text"]),
        (".data", [".data", ".rodata", ".sdata"]),
        (".bss", [".bss", ".sbss"]),
        (".tohost", [".tohost"]),
    ];

    private readonly List<(string Name, List<Section> Inputs)> _outputs = [];
    private readonly uint? _dataBase;

    /// <summary>Places <paramref name="sections"/>.</summary>
    /// <exception cref="AssemblerException">A section has no place here, or an instruction does not reach its target.</exception>
    public Layout(IReadOnlyList<Section> sections, uint? dataBase)
    {
        _dataBase = dataBase;
        foreach (var section in sections)
        {
            if (PartOf(section) < 0) throw new AssemblerException($"section {section.Name} has no place");
        }

        foreach (var name in Parts.Select(part => part.Name).Distinct())
        {
            _outputs.Add((name, [.. sections.Where(s => Parts[PartOf(s)].Name == name).OrderBy(PartOf)]));
        }

        do Place();
        while (sections.Aggregate(false, (grew, section) => section.Grow() || grew));
        Sections = [.. _outputs.Where(o => o.Inputs.Exists(s => s.End != s.Address)).Select(Output)];
    }

    /// <summary>The sections of the file that hold anything, by address.</summary>
    public IReadOnlyList<OutputSection> Sections { get; }

    private static int PartOf(Section section) => Array.FindIndex(Parts, part => part.Kinds.Any(kind => SectionTable.IsKind(section.Name, kind)));

    private void Place()
    {
        var address = CodeBase;
        foreach (var (name, inputs) in _outputs)
        {
            if (name == ".data") address = _dataBase ?? Section.AlignUp(address, Page);
            if (name == ".tohost") address = Section.AlignUp(address, TohostAlignment);
            foreach (var input in inputs)
            {
                input.Place(address);
                address = input.End;
            }
        }
    }

    private static OutputSection Output((string Name, List<Section> Inputs) output)
    {
        var inputs = output.Inputs.FindAll(s => s.End != s.Address);
        return new OutputSection(output.Name, inputs, inputs[0].Address, inputs[^1].End - inputs[0].Address);
    }
}
