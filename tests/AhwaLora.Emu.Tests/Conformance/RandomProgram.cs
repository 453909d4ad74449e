using System.Globalization;
using System.Text;
using AhwaLora.Machine;

namespace AhwaLora.Emu.Tests.Conformance;

/// <summary>Where a random program runs: what it may do, and what it must leave alone.</summary>
[Flags]
internal enum ProgramKind
{
    /// <summary>RV32IMF, without traps: runs under a user-mode emulator too.</summary>
    User = 0,

    /// <summary>Traps and CSRs of machine mode beside what user programs do.</summary>
    Machine = 1,

    /// <summary>Atomics, and compressed forms if the assembler finds them.</summary>
    Compressed = 2,
}

/// <summary>A line of a block: one or more instructions that can be dropped together, unless a label or a jump depends on it.</summary>
internal readonly record struct ProgramLine(string Text, bool IsFixed = false);

/// <summary>A piece of a program that stands by itself: straight code, a loop, a call, a branch. Its labels are local.</summary>
internal sealed record ProgramBlock(IReadOnlyList<ProgramLine> Lines);

/// <summary>
/// A random program from a seed: register values to begin with, then blocks that execute about a thousand instructions,
/// then all registers, fcsr and memory as its result. It ends for certain, whatever instructions do.
/// </summary>
internal sealed record RandomProgram(ulong Seed, ProgramKind Kind, IReadOnlyList<ProgramBlock> Blocks)
{
    // Around gp: memory the program stores to, constants it only loads, its final registers, its traps.
    internal const int MemoryBytes = 512, ConstantsOffset = 256, Constants = 64, RegistersOffset = 512, FloatOffset = RegistersOffset + 128;
    internal const int FcsrOffset = FloatOffset + 128, TrapCountOffset = FcsrOffset + 4, TrapLogOffset = 1024, TrapLogBytes = 256;

    /// <summary>Bytes of a program's memory and result.</summary>
    public const int DataBytes = ConstantsOffset + TrapLogOffset + TrapLogBytes;

    private bool HasTraps => Kind.HasFlag(ProgramKind.Machine);

    /// <summary>The instruction set to assemble for.</summary>
    public static string March(ProgramKind kind) => kind.HasFlag(ProgramKind.Compressed) ? "rv32imafc_zicsr_zifencei" : Toolchain.Base;

    /// <summary>The program as assembly text; <paramref name="index"/> makes its symbols its own. Falls through at its end.</summary>
    public string Render(int index)
    {
        var random = new ProgramRandom(Seed);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n# seed {Seed}\np{index}:\n    la gp, p{index}_data + {ConstantsOffset}\n");
        for (var f = 0; f < 32; f++) text.Append(CultureInfo.InvariantCulture, $"    flw f{f}, {ConstantsOffset + 4 * f}(gp)\n");
        foreach (var x in ProgramGenerator.Writable(Kind)) text.Append(CultureInfo.InvariantCulture, $"    li x{x}, 0x{random.Corner():x}\n");
        if (HasTraps) text.Append("    li x5, 0x88\n    csrc mstatus, x5\n    csrw mscratch, zero\n    csrw mepc, zero\n    csrw mcause, zero\n    csrw mtval, zero\n");
        text.Append("    li x1, 0\n    li x2, 0\n    li x4, 0\n    li x5, 0\n    csrw fcsr, zero\n");
        foreach (var block in Blocks)
        {
            foreach (var line in block.Lines) text.Append("    ").Append(line.Text.Replace("\n", "\n    ", StringComparison.Ordinal)).Append('\n');
        }

        if (HasTraps) text.Append("    li x5, 0x6000\n    csrs mstatus, x5\n    li x30, 0\n    li x31, 0\n");
        for (var x = 1; x < 32; x++) text.Append(CultureInfo.InvariantCulture, $"    sw x{x}, {RegistersOffset + 4 * x}(gp)\n");
        for (var f = 0; f < 32; f++) text.Append(CultureInfo.InvariantCulture, $"    fsw f{f}, {FloatOffset + 4 * f}(gp)\n");
        text.Append(CultureInfo.InvariantCulture, $"    csrr x5, fcsr\n    sw x5, {FcsrOffset}(gp)\n");
        text.Append(CultureInfo.InvariantCulture, $"    .pushsection .data\n    .balign 8\np{index}_data:\n");
        for (var word = 0; word < MemoryBytes / 4; word++) text.Append(CultureInfo.InvariantCulture, $"    .word 0x{random.Corner():x}\n");
        for (var word = 0; word < Constants; word++) text.Append(CultureInfo.InvariantCulture, $"    .word 0x{random.FloatCorner():x}\n");
        text.Append(CultureInfo.InvariantCulture, $"    .zero {DataBytes - MemoryBytes - 4 * Constants}\n    .popsection\n");
        return text.ToString();
    }
}

/// <summary>A small generator of numbers, the same on every machine: SplitMix64.</summary>
internal sealed class ProgramRandom(ulong seed)
{
    private static readonly uint[] Integers = [0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 0xffff, 0x10000, 31, 32];

    private static readonly uint[] Floats =
    [
        0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000,
        0x7fc00000, 0x7f800001, 0xffc12345, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f7fffff, 0x40490fdb, 0x4f000000, 0xcf000000, 0x4f7fffff, 0x4b000000, 0x4b800001,
    ];

    private ulong _state = seed;

    public uint Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (uint)((z ^ (z >> 31)) >> 16);
    }

    public int Below(int bound) => (int)(Next() % (uint)bound);

    public int Between(int low, int high) => low + Below(high - low + 1);

    public bool OneIn(int n) => Below(n) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>A word, often one at which integer instructions change their ways.</summary>
    public uint Corner() => Below(3) switch { 0 => Pick(Integers), 1 => FloatCorner(), _ => Next() };

    /// <summary>A binary32 word, often a special one, or one of middling size so that sums and products stay finite.</summary>
    public uint FloatCorner() => Below(3) switch { 0 => Pick(Floats), 1 => (Next() & 0x807fffff) | (uint)Between(100, 150) << 23, _ => Next() };
}
