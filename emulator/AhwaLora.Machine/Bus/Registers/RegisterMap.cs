namespace AhwaLora.Machine.Bus.Registers;

/// <summary>What software may do with a register.</summary>
public enum RegisterAccess
{
    /// <summary>A read returns what was written.</summary>
    ReadWrite,

    /// <summary>Writes are ignored.</summary>
    ReadOnly,

    /// <summary>A read returns 0.</summary>
    WriteOnly,

    /// <summary>A 1 written clears the bit.</summary>
    WriteOneToClear,

    /// <summary>A read has a side effect: it locks, launches, waits or takes something.</summary>
    ReadActs,
}

/// <summary>Bits of a register.</summary>
/// <param name="Name">As in the generated header.</param>
/// <param name="High">Highest bit.</param>
/// <param name="Low">Lowest bit.</param>
/// <param name="Meaning">One line for the documentation.</param>
public sealed record RegisterField(string Name, int High, int Low, string Meaning)
{
    /// <summary>The field's bits in place.</summary>
    public uint Mask => (uint)((1UL << (High - Low + 1)) - 1) << Low;
}

/// <summary>A register, or a row of equal ones.</summary>
/// <param name="Offset">Bytes from the block's base.</param>
/// <param name="Name">As in the generated header.</param>
/// <param name="Access">What software may do.</param>
/// <param name="Meaning">One line for the documentation.</param>
/// <param name="Count">Number of equal registers in the row.</param>
/// <param name="Bytes">4, or a multiple for a row of words, low word first; 1 for byte-wide devices.</param>
/// <param name="Stride">Bytes from one to the next.</param>
public sealed record Register(uint Offset, string Name, RegisterAccess Access, string Meaning, int Count = 1, int Bytes = 4, uint Stride = 4)
{
    /// <summary>Its fields; empty if the register is one number.</summary>
    public IReadOnlyList<RegisterField> Fields { get; init; } = [];
}

/// <summary>
/// The registers of a block, as its datasheet lists them: the one source of the device, the firmware's
/// header and the documentation.
/// </summary>
/// <param name="Name">Upper-case prefix in the header: <c>DMA</c>.</param>
/// <param name="Size">Bytes of address space.</param>
/// <param name="Meaning">One line for the documentation.</param>
/// <param name="Registers">In order of offset.</param>
/// <param name="Constants">Named values that go with the block: error causes, commands.</param>
public sealed record RegisterMap(string Name, uint Size, string Meaning, IReadOnlyList<Register> Registers, IReadOnlyList<RegisterConstant> Constants)
{
    /// <summary>The register that covers <paramref name="offset"/>, and its index in a row; null if there is none.</summary>
    public (Register Register, int Index)? Find(uint offset)
    {
        foreach (var register in Registers)
        {
            if (offset < register.Offset) continue;
            var index = (offset - register.Offset) / register.Stride;
            if (index < register.Count && offset - register.Offset - index * register.Stride < register.Bytes) return (register, (int)index);
        }

        return null;
    }
}

/// <summary>A named value.</summary>
public sealed record RegisterConstant(string Name, uint Value, string Meaning);
