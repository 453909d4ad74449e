using System.Reflection.Emit;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Loads and stores of a block through one base register, which does not change between them. One test before the
/// first covers them all, because control that passes the first instruction reaches the last.
/// </summary>
internal sealed class AccessGroup
{
    private AccessGroup(int first, int memory, int offset) => (First, Memory, Low, High) = (first, memory, offset, offset);

    /// <summary>Index of its first instruction in the block.</summary>
    public int First { get; }

    /// <summary>Number of the memory.</summary>
    public int Memory { get; }

    /// <summary>First byte accessed, and the one after the last, as offsets from the base register. The first is aligned if it must be.</summary>
    public int Low { get; private set; }

    /// <summary>See <see cref="Low"/>.</summary>
    public int High { get; private set; }

    /// <summary>Alignment of <see cref="Low"/>, in bytes.</summary>
    public int Alignment { get; private set; } = 1;

    /// <summary>Number of stores in it.</summary>
    public int Stores { get; private set; }

    /// <summary>First byte stored, and the one after the last.</summary>
    public (int Low, int High) Stored { get; private set; } = (int.MaxValue, int.MinValue);

    /// <summary>The method's local that holds the offset of <see cref="Low"/> in the memory.</summary>
    public LocalBuilder? Offset { get; set; }

    /// <summary>The groups of a block, by instruction; null for one that is not an access, or that may access several memories.</summary>
    public static AccessGroup?[] Find(Node node, Func<Instruction, bool> mustAlign)
    {
        var groups = new AccessGroup?[node.Block.Length];
        var open = new AccessGroup?[Registers.Count];
        for (var k = 0; k < groups.Length; k++)
        {
            var i = node.Block[k];
            if (i.Shape is Shape.Load or Shape.Store && node.Memories[k].Length == 1)
            {
                var alignment = mustAlign(i) ? i.Row.Width : 1;
                if (open[i.Rs1]?.CanTake(i, node.Memories[k][0], alignment) != true) open[i.Rs1] = new AccessGroup(k, node.Memories[k][0], i.Imm);
                groups[k] = open[i.Rs1];
                groups[k]!.Take(i, alignment);
            }

            if (i.Writes != 0) open[i.Rd] = null;
        }

        return groups;
    }

    private bool CanTake(in Instruction i, int memory, int alignment) => memory == Memory && (i.Imm - Low) % Math.Min(alignment, Alignment) == 0;

    private void Take(in Instruction i, int alignment)
    {
        // The lowest byte at a distance of whole aligned units from the bytes that must be aligned.
        var anchor = alignment > Alignment ? i.Imm : Low;
        Alignment = Math.Max(alignment, Alignment);
        var low = Math.Min(Low, i.Imm);
        Low = anchor - (anchor - low + Alignment - 1) / Alignment * Alignment;
        High = Math.Max(High, i.Imm + i.Row.Width);
        if (i.Shape != Shape.Store) return;
        Stores++;
        Stored = (Math.Min(Stored.Low, i.Imm), Math.Max(Stored.High, i.Imm + i.Row.Width));
    }
}
