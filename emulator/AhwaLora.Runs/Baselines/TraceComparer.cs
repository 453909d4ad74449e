using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Baselines;

/// <summary>An instruction of a trace.</summary>
/// <param name="Pc">Address.</param>
/// <param name="Text">Disassembly.</param>
/// <param name="Place">Function, and bytes from its start.</param>
/// <param name="Cycle">The cycle after it.</param>
public sealed record TracePoint(uint Pc, string Text, string Place, ulong Cycle);

/// <summary>The first instruction of a hart that differs from the baseline.</summary>
/// <param name="Hart">mhartid.</param>
/// <param name="Index">Its number, the hart's first being 0.</param>
/// <param name="Before">Instruction in the baseline; null if the hart had ended.</param>
/// <param name="After">Instruction now; null if the hart has ended.</param>
/// <param name="IsExact">False if not every instruction was kept, so that an earlier one may have been the first.</param>
public sealed record Divergence(int Hart, ulong Index, TracePoint? Before, TracePoint? After, bool IsExact);

/// <summary>
/// Compares a run with a trace while it runs, instruction by instruction: place, instruction and
/// cycle. If code has moved, places are compared by function and instructions without their immediates, which then
/// hold other addresses. So an inserted or removed instruction is reported itself, not the first call across it.
/// </summary>
public sealed class TraceComparer : IProbe
{
    private readonly RetireTrace _trace;
    private readonly SymbolMap _symbols;
    private readonly Decoder _decoder;
    private readonly bool _hasMoved;
    private readonly PcTable<(uint Pc, uint Word)> _known = new();
    private readonly Side[] _harts;

    /// <summary>Compares with <paramref name="trace"/> a machine that has yet to run the program of <paramref name="symbols"/>.</summary>
    public TraceComparer(RetireTrace trace, EmulatedMachine machine, SymbolMap symbols)
    {
        _trace = trace;
        _symbols = symbols;
        _decoder = new Decoder(PlatformRules.ParseIsa(machine.Platform.Isa));
        _hasMoved = !trace.Symbols.Symbols.Select(s => (s.Name, s.Value)).SequenceEqual(symbols.Symbols.Select(s => (s.Name, s.Value)));
        _harts = [.. machine.Harts.Select(hart => new Side(trace.Open(hart.Id), machine.CausesOf(hart.Id)))];
    }

    /// <summary>A hart beside its trace.</summary>
    private sealed class Side(RetireTrace.Reader before, CauseCounters causes)
    {
        public readonly RetireTrace.Reader Before = before;
        public readonly CauseCounters Causes = causes;
        public ulong Retired;
        public Divergence? Divergence;
    }

    /// <summary>The divergences by hart; harts that did not diverge are left out.</summary>
    public IReadOnlyList<Divergence> Divergences => [.. _harts.Select(h => h.Divergence).OfType<Divergence>()];

    /// <summary>To be called after the run: harts that went on in the baseline have diverged too.</summary>
    public void Finish()
    {
        foreach (var (hart, side) in _harts.Index())
        {
            if (side.Divergence is null && side.Before.MoveNext()) side.Divergence = new Divergence(hart, side.Before.Index, PointBefore(side), null, IsExact(side.Before.Index));
        }
    }

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        var side = _harts[hart.Id];
        var index = side.Retired++;
        if (side.Divergence is not null || !TraceFormat.Keeps(index, _trace.EveryInstruction)) return;
        var cycle = side.Causes.Total;
        var hasBefore = side.Before.MoveNext();
        if (hasBefore && side.Before.Cycle == cycle && IsSame(side.Before.Pc, pc, instruction)) return;
        var now = new TracePoint(pc, Disassembler.Format(instruction, pc), _symbols.Describe(pc), cycle);
        side.Divergence = new Divergence(hart.Id, index, hasBefore ? PointBefore(side) : null, now, IsExact(index));
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
    }

    private bool IsExact(ulong index) => index < _trace.EveryInstruction;

    private bool IsSame(uint before, uint pc, in Instruction instruction)
    {
        ref var known = ref _known[before];
        if (known == (pc, instruction.Word)) return true;
        var word = _trace.WordAt(before);
        var isSame = _hasMoved
            ? _trace.Symbols.PlaceOf(before) == _symbols.PlaceOf(pc) && Operation(_decoder.Decode(word)) == Operation(instruction)
            : before == pc && word == instruction.Word;
        if (isSame) known = (pc, instruction.Word);
        return isSame;
    }

    private static (InstructionRow, byte, byte, byte, byte, byte) Operation(in Instruction i) => (i.Row, i.Rd, i.Rs1, i.Rs2, i.Rs3, i.Rm);

    private TracePoint PointBefore(Side side)
    {
        var pc = side.Before.Pc;
        return new TracePoint(pc, Disassembler.Format(_decoder.Decode(_trace.WordAt(pc)), pc), _trace.Symbols.Describe(pc), side.Before.Cycle);
    }
}
