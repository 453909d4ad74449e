namespace AhwaLora.Machine.Core.Translator;

/// <summary>Runs a region of code from one of its entries until it leaves it.</summary>
/// <param name="frame">The hart it runs on.</param>
/// <param name="fuel">Cycles it may use; no instruction begins after them.</param>
/// <param name="yieldAt">The region is left after a jump backwards if the remaining fuel is at most this.</param>
/// <param name="entry">Index of the entry.</param>
/// <returns>Index of the exit taken.</returns>
internal delegate int RegionCode(Frame frame, int fuel, int yieldAt, int entry);

/// <summary>Why a region is left.</summary>
internal enum ExitKind : byte
{
    /// <summary>Control goes to a known address outside the region.</summary>
    Jump,

    /// <summary>Control goes to the address in <see cref="Frame.Target"/>.</summary>
    Indirect,

    /// <summary>The next block might not fit into the fuel.</summary>
    Fuel,

    /// <summary>The interpreter must execute the instruction at the exit's address: it traps, accesses a device, or is rare.</summary>
    Interpret,

    /// <summary>The access after the block asks for the bank of the address in <see cref="Frame.Target"/>. It needs no <see cref="RegionExit"/>: the method returns <see cref="PacedCompiler.AsksForBank"/>.</summary>
    Bank,
}

/// <summary>An exit of a region. Cycles that were not charged block by block are charged here.</summary>
internal sealed class RegionExit
{
    /// <summary>Why the region is left.</summary>
    public required ExitKind Kind { get; init; }

    /// <summary>Address of the next instruction; of the jump itself if it is indirect.</summary>
    public required uint Pc { get; init; }

    /// <summary>Cycles to charge; negative for a block charged on entry and not executed to its end.</summary>
    public required int Cycles { get; init; }

    /// <summary>Stalls to charge.</summary>
    public required StallCounts Stalls
    {
        get;
        init
        {
            field = value;
            HasStalls = value.Any;
        }
    }

    /// <summary>True if there are any.</summary>
    public bool HasStalls { get; private init; }

    /// <summary>The pipeline's state (<see cref="IBlockTiming"/>) after the exit.</summary>
    public required int StallVector { get; init; }

    /// <summary>For an exit before an instruction of a paced region's block: how many instructions the block has executed.</summary>
    public int Instruction { get; init; }

    /// <summary>For an exit after a paced region's block: true if the block's branch or jump was taken.</summary>
    public bool IsRedirected { get; init; }

    /// <summary>True if control goes backwards, or to the same instruction again, by a direct jump or branch.</summary>
    public bool IsBackward { get; init; }

    /// <summary>Times it was taken, counted only until the region has learned from it.</summary>
    public int Taken { get; set; }

    /// <summary>True if it has shown something that a new translation can use.</summary>
    public bool IsNews { get; set; }

    /// <summary>The translation found last at the exit's target.</summary>
    public RegionEntry? Next { get; set; }
}

/// <summary>A place where a region can be entered: its first instruction, or the beginning of a loop in it.</summary>
/// <param name="Region">The region.</param>
/// <param name="Index">Which of its entries.</param>
/// <param name="Pc">Address of the instruction there.</param>
/// <param name="StallVector">The pipeline's state it was translated for.</param>
internal sealed record RegionEntry(CodeRegion Region, int Index, uint Pc, int StallVector)
{
    /// <summary>True if it may be entered in a state.</summary>
    public bool Suits(int vector, FloatMode mode, bool isBridge) => StallVector == vector && Region.IsBridge == isBridge && Region.Suits(mode);
}

/// <summary>Translated code: instructions reachable from an entry by direct branches, as one method with its loops inside.</summary>
internal sealed class CodeRegion
{
    /// <summary>Address and vector of its entries, the instruction it was translated from first.</summary>
    public required (uint Pc, int StallVector)[] Entries { get; init; }

    /// <summary>The floating-point mode it was translated for.</summary>
    public required FloatMode Mode { get; init; }

    /// <summary>True for the rest of a block that was left in its middle.</summary>
    public required bool IsBridge { get; init; }

    /// <summary>The instructions it was translated from: first and last byte of each stretch.</summary>
    public required (uint First, uint Last)[] Ranges { get; init; }

    /// <summary>Its blocks, if it is paced; the first is the entry.</summary>
    public IReadOnlyList<Node> Nodes { get; init; } = [];

    /// <summary>True if some of its cycles retire no instruction.</summary>
    public required bool Stalls { get; init; }

    /// <summary>Instructions translated.</summary>
    public required int Length { get; init; }

    /// <summary>Exits, by the index that <see cref="Code"/> returns; empty after the region is discarded.</summary>
    public RegionExit[] Exits { get; set; } = [];

    /// <summary>The method; null after the region is discarded, so that the runtime can collect it.</summary>
    public RegionCode? Code { get; set; }

    /// <summary>Times that a decoded region runs before it is worth compiling.</summary>
    public int RunsLeft;

    /// <summary>True if it is a decoded block, false if it is compiled.</summary>
    public bool IsDecoded { get; init; }

    /// <summary>True if it is decoded, and has run so often that compiled code would repay its cost.</summary>
    public bool IsHot => IsDecoded && RunsLeft < 0;

    /// <summary>True if this process had compiled the same code before.</summary>
    public bool IsReused { get; set; }

    /// <summary>Times that an exit of it is taken before it is translated again with what the exit has shown.</summary>
    public int LessonAfter { get; set; }

    /// <summary>True until it is discarded: because its code has changed, because it can be translated better, or to make room.</summary>
    public bool IsValid => Code is not null;

    /// <summary>True if it may run in <paramref name="mode"/>.</summary>
    public bool Suits(FloatMode mode) => Mode == FloatMode.Any || Mode == mode;

    /// <summary>Drops the references to the method and the exits.</summary>
    public void Discard()
    {
        Code = null;
        Exits = [];
    }
}
