using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>
/// Block timing from any pipeline whose state can be expressed relative to its time: a second instance of the pipeline
/// is put into the entry state and offered the block, so that its rules stand in one place only.
/// </summary>
internal sealed class PipelineTiming : IBlockTiming
{
    // Vectors hold distances into the past as well; the model's clock starts far enough from 0 for them.
    private const ulong Lead = 1 << 20;

    private readonly IVectorState _live;
    private readonly IPipeline _model;
    private readonly IVectorState _modelState;
    private readonly CauseCounters _modelCauses;
    private readonly VectorNumbers _numbers;
    private readonly ulong[] _words;

    /// <summary>Block timing of one hart.</summary>
    /// <param name="live">State and counters of the hart's pipeline.</param>
    /// <param name="model">Another instance, used to time blocks.</param>
    /// <param name="numbers">Vectors of all harts that share translated code.</param>
    public PipelineTiming((IVectorState State, CauseCounters Causes) live, (IPipeline Pipeline, IVectorState State, CauseCounters Causes) model, VectorNumbers numbers)
    {
        (_live, Causes) = live;
        (_model, _modelState, _modelCauses) = model;
        _numbers = numbers;
        _words = new ulong[live.State.Words];
    }

    /// <inheritdoc/>
    public CauseCounters Causes { get; }

    /// <inheritdoc/>
    public ulong Time => _live.Time;

    /// <inheritdoc/>
    public int Vector() => VectorOf(_live);

    /// <inheritdoc/>
    public void Continue(int vector, ulong time) => _live.Load(_numbers[vector], time);

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => _live.IsPredictable(unit);

    /// <inheritdoc/>
    public bool MisalignedCosts => _live.MisalignedCosts;

    /// <inheritdoc/>
    public BlockPlan Plan(int vector, IReadOnlyList<Instruction> block, IReadOnlyList<uint> extraCycles)
    {
        var before = new TimePoint[block.Count + 1];
        var at = new TimePoint(0, default, vector);
        for (var k = 0; k < block.Count; k++)
        {
            before[k] = at;
            at = Advance(at, block[k], extraCycles[k], redirected: false);
        }

        before[^1] = at;
        var canRedirect = block[^1].Shape is Shape.Branch or Shape.Jump or Shape.JumpRegister;
        return new BlockPlan(before, canRedirect ? Advance(before[^2], block[^1], extraCycles[block.Count - 1], redirected: true) : at);
    }

    private TimePoint Advance(in TimePoint from, in Instruction instruction, uint extraCycles, bool redirected)
    {
        var start = _modelState.Time + Lead;
        _modelState.Load(_numbers[from.Vector], start);
        Array.Clear(_modelCauses.Cycles);
        _model.Issue(instruction, 0, 0, new MemoryTarget(0, extraCycles, Arbitrated: false));
        _model.Complete(instruction, redirected);
        var stalls = StallCounts.Of(_modelCauses.Cycles);
        stalls.Add(from.Stalls);
        return new TimePoint(from.Cycles + (int)(_modelState.Time - start), stalls, VectorOf(_modelState));
    }

    private int VectorOf(IVectorState state)
    {
        state.Save(_words);
        return _numbers.NumberOf(_words);
    }
}
