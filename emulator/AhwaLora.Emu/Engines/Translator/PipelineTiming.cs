using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>
/// Block timing from any pipeline whose state can be expressed relative to its time: a second instance of the pipeline
/// is put into the entry state and offered the block, so that its rules stand in one place only.
/// </summary>
internal sealed class PipelineTiming<TPipeline> : IBlockTiming
    where TPipeline : struct, IPipeline
{
    private readonly TPipeline _live;
    private readonly IVectorState _liveState;
    private readonly TPipeline _model;
    private readonly IVectorState _modelState;
    private readonly CauseCounters _modelCauses;
    private readonly VectorNumbers _numbers;
    private readonly ulong[] _words;

    /// <summary>Block timing of one hart.</summary>
    /// <param name="live">The hart's pipeline, its state and counters.</param>
    /// <param name="model">Another instance, used to time blocks.</param>
    /// <param name="numbers">Vectors of all harts that share translated code.</param>
    public PipelineTiming((TPipeline Pipeline, IVectorState State, CauseCounters Causes) live, (TPipeline Pipeline, IVectorState State, CauseCounters Causes) model, VectorNumbers numbers)
    {
        (_live, _liveState, Causes) = live;
        (_model, _modelState, _modelCauses) = model;
        _numbers = numbers;
        _words = new ulong[live.State.Words];
    }

    /// <inheritdoc/>
    public CauseCounters Causes { get; }

    /// <inheritdoc/>
    public ulong Time => _live.Time;

    /// <inheritdoc/>
    public int Vector() => VectorOf(_liveState);

    /// <inheritdoc/>
    public void Continue(int vector, ulong time) => _liveState.Load(_numbers[vector], time);

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => _liveState.IsPredictable(unit);

    /// <inheritdoc/>
    public bool MisalignedCosts => _liveState.MisalignedCosts;

    /// <inheritdoc/>
    public BlockPlan Plan(int vector, IReadOnlyList<Instruction> block, IReadOnlyList<uint> extraCycles)
    {
        var before = new TimePoint[block.Count + 1];
        var start = _model.Time + Lead;
        _modelState.Load(_numbers[vector], start);
        var causes = (ulong[])_modelCauses.Cycles.Clone();
        for (var k = 0; k < block.Count - 1; k++)
        {
            before[k] = Now(start, causes);
            Step(block[k], extraCycles[k], redirected: false);
        }

        var last = before[^2] = Now(start, causes);
        Step(block[^1], extraCycles[block.Count - 1], redirected: true);
        var redirected = Now(start, causes);

        // Once more from in front of the last instruction, for the other outcome.
        _modelState.Load(_numbers[last.Vector], start + (ulong)last.Cycles);
        var fork = (ulong[])_modelCauses.Cycles.Clone();
        Step(block[^1], extraCycles[block.Count - 1], redirected: false);
        var stalls = last.Stalls;
        stalls.Add(StallCounts.Between(fork, _modelCauses.Cycles));
        before[^1] = new TimePoint((int)(_model.Time - start), stalls, VectorOf(_modelState));
        return new BlockPlan(before, redirected);
    }

    // Vectors hold distances into the past as well; the model's clock starts far enough from 0 for them.
    private const ulong Lead = 1 << 20;

    private void Step(in Instruction instruction, uint extraCycles, bool redirected)
    {
        _model.Issue(instruction, 0, 0, new MemoryTarget(0, extraCycles, Arbitrated: false));
        _model.Complete(instruction, redirected);
    }

    private TimePoint Now(ulong start, ulong[] causes) =>
        new((int)(_model.Time - start), StallCounts.Between(causes, _modelCauses.Cycles), VectorOf(_modelState));

    private int VectorOf(IVectorState state)
    {
        state.Save(_words);
        return _numbers.NumberOf(_words);
    }
}
