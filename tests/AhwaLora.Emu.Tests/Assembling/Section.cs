namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>A section of the source.</summary>
internal sealed class Section(string name, bool isCode, bool isZero)
{
    /// <summary>As <c>.text.init</c>.</summary>
    public string Name { get; } = name;

    /// <summary>True if it holds instructions.</summary>
    public bool IsCode { get; } = isCode;

    /// <summary>True if it holds zeros only, by its kind: the file need not hold them.</summary>
    public bool IsZero { get; } = isZero;

    /// <summary>What its statements put there.</summary>
    public List<Fragment> Fragments { get; } = [];

    /// <summary>The multiple on which it has to begin.</summary>
    public uint Alignment { get; set; } = isCode ? 4u : 1u;

    /// <summary>Its first address.</summary>
    public uint Address { get; private set; }

    /// <summary>The address after its last.</summary>
    public uint End { get; private set; }

    /// <summary>True once it has a place.</summary>
    public bool IsPlaced { get; private set; }

    /// <summary>Address of a fragment, or of the section's end.</summary>
    public uint AddressOf(int fragment) => fragment < Fragments.Count ? Fragments[fragment].Address : End;

    /// <summary>Puts it at the first address from <paramref name="address"/> on that suits it.</summary>
    public void Place(uint address)
    {
        Address = End = AlignUp(address, Alignment);
        foreach (var fragment in Fragments)
        {
            fragment.Address = End;
            End += fragment.Size;
        }

        IsPlaced = true;
    }

    /// <summary>Lets fragments take more bytes if they must; true if one did, so that everything has to be placed again.</summary>
    public bool Grow()
    {
        var grew = false;
        foreach (var fragment in Fragments) grew |= AssemblerException.At(fragment.Line, fragment.Grow);
        return grew;
    }

    /// <summary>Writes its bytes into those of the section of the file, which begins at <paramref name="address"/>.</summary>
    public void Emit(uint address, byte[] contents)
    {
        foreach (var fragment in Fragments)
        {
            AssemblerException.At(fragment.Line, () =>
            {
                fragment.Emit(contents.AsSpan((int)(fragment.Address - address), (int)fragment.Size));
                return true;
            });
        }
    }

    /// <summary>The first multiple of <paramref name="alignment"/> from <paramref name="address"/> on.</summary>
    public static uint AlignUp(uint address, uint alignment) => (address + alignment - 1) / alignment * alignment;
}

/// <summary>A section of the executable: sections of the source one after the other.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">In their order.</param>
/// <param name="Address">First address.</param>
/// <param name="Size">Bytes in memory.</param>
internal sealed record OutputSection(string Name, IReadOnlyList<Section> Inputs, uint Address, uint Size)
{
    /// <summary>True if it holds instructions.</summary>
    public bool IsCode => Inputs.Any(s => s.IsCode);

    /// <summary>True if it holds zeros only, by its kind.</summary>
    public bool IsZero => Inputs.All(s => s.IsZero);

    /// <summary>Its bytes.</summary>
    public byte[] Contents()
    {
        var contents = new byte[Size];
        foreach (var input in Inputs) input.Emit(Address, contents);
        return contents;
    }
}
