using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Block timing from any pipeline whose state can be expressed relative to its time. A second instance of the pipeline
/// is put into the entry state and offered the block, so that the pipeline's rules are in one place only.
/// </summary>
internal sealed class PipelineTiming : IBlockTiming
{
    // Stall vectors hold distances into the past too; the model's clock starts far enough from 0 for them.
    private const ulong Lead = 1 << 20;

    private readonly IPipeline _livePipeline;
    private readonly IStallState _live;
    private readonly IPipeline _model;
    private readonly IStallState _modelState;
    private readonly CauseCounters _modelCauses;
    private readonly StallNumbers _numbers;
    private readonly ulong[] _words;
    private int _lastVector = -1;
    private bool _isAhead;
    private ulong _time;

    /// <summary>Block timing of one hart.</summary>
    /// <param name="live">State and counters of the hart's pipeline.</param>
    /// <param name="model">Another instance, used to time blocks.</param>
    /// <param name="numbers">Stall vectors of all harts that share translated code.</param>
    public PipelineTiming((IPipeline Pipeline, IStallState State, CauseCounters Causes) live, (IPipeline Pipeline, IStallState State, CauseCounters Causes) model, StallNumbers numbers)
    {
        (_livePipeline, _live, Causes) = live;
        (_model, _modelState, _modelCauses) = model;
        _numbers = numbers;
        _words = new ulong[live.State.Words];
    }

    /// <inheritdoc/>
    public CauseCounters Causes { get; }

    /// <inheritdoc/>
    public ulong Time => _isAhead ? _time : _live.Time;

    /// <inheritdoc/>
    public int StallVector()
    {
        if (_isAhead) return _lastVector;

        // Usually nothing has happened since the hart was put into this state.
        var words = _words.AsSpan(0, _live.Save(_words));
        if (_lastVector < 0 || !_numbers[_lastVector].SequenceEqual(words)) _lastVector = _numbers.NumberOf(words);
        return _lastVector;
    }

    /// <inheritdoc/>
    public void Continue(int vector, ulong time)
    {
        _live.Load(_numbers[vector], time);
        _lastVector = vector;
        _isAhead = false;
    }

    /// <inheritdoc/>
    public void GoAhead(int vector, ulong time) => (_lastVector, _time, _isAhead) = (vector, time, true);

    /// <inheritdoc/>
    public void Settle()
    {
        if (_isAhead) Continue(_lastVector, _time);
    }

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => _live.IsPredictable(unit);

    /// <inheritdoc/>
    public bool MisalignedCosts => _live.MisalignedCosts;

    /// <inheritdoc/>
    public BlockPlan Plan(int vector, Instruction[] block, uint[] extraCycles) => Plan(vector, new BankedBlock(block, extraCycles, IsGranted: false, Ask: null));

    /// <inheritdoc/>
    public BlockPlan Plan(int vector, in BankedBlock block)
    {
        var count = block.Instructions.Length;
        var before = new TimePoint[count + 1];
        var at = new TimePoint(0, default, vector);
        for (var k = 0; k < count; k++)
        {
            before[k] = at;
            at = Advance(at, block.Instructions[k], block.ExtraCycles[k], isGranted: k == 0 && block.IsGranted, redirected: false);
        }

        before[^1] = at;
        if (block.Ask is { } ask)
        {
            at = Request(at, ask);
            return new BlockPlan(before, at) { After = at, RequestDelay = (int)(_model.RequestTime - _modelState.Time) };
        }

        var last = block.Instructions[^1];
        if (last.Shape is not (Shape.Branch or Shape.Jump or Shape.JumpRegister)) return new BlockPlan(before, at);
        return new BlockPlan(before, Advance(before[^2], last, block.ExtraCycles[count - 1], isGranted: false, redirected: true));
    }

    /// <inheritdoc/>
    public TimePoint Grant(int vector, in Instruction access, ulong delay)
    {
        var from = new TimePoint(0, default, vector);
        var start = Start(from);
        Offer(access, 0, isArbitrated: true);
        _model.Grant(_model.RequestTime + delay, Cause.BankConflict);
        return End(from, start, retired: 0);
    }

    /// <inheritdoc/>
    public bool IsFull => _numbers.IsFull;

    /// <inheritdoc/>
    public void ContinueAt(int vector, ulong time, in Instruction access, uint address, AddressHistory history)
    {
        Continue(vector, time);
        _live.LoadAddresses(history);
        _livePipeline.Issue(access, 0, 0, new MemoryTarget(address, 0, Arbitrated: true));
    }

    /// <inheritdoc/>
    public bool ComparesAddresses => _live.ComparesAddresses;

    /// <inheritdoc/>
    public int PendingAddresses(int vector) => _live.PendingAddresses(_numbers[vector]);

    /// <inheritdoc/>
    public void SaveAddresses(AddressHistory history) => _live.SaveAddresses(history);

    /// <inheritdoc/>
    public void LoadAddresses(AddressHistory history) => _live.LoadAddresses(history);

    private TimePoint Advance(in TimePoint from, in Instruction instruction, uint extraCycles, bool isGranted, bool redirected)
    {
        var start = Start(from);
        Offer(instruction, extraCycles, isGranted);
        _model.Complete(instruction, redirected);
        return End(from, start, retired: 1);
    }

    /// <summary>Offers an access until it asks for its bank.</summary>
    private TimePoint Request(in TimePoint from, in Instruction access)
    {
        var start = Start(from);
        Offer(access, 0, isArbitrated: true);
        return End(from, start, retired: 0);
    }

    private ulong Start(in TimePoint from)
    {
        var start = _modelState.Time + Lead;
        _modelState.Load(_numbers[from.StallVector], start);
        Array.Clear(_modelCauses.Cycles);
        return start;
    }

    /// <summary>Addresses are not known here. If it matters, translated code tests that they hit no other access.</summary>
    private void Offer(in Instruction instruction, uint extraCycles, bool isArbitrated) =>
        _model.Issue(instruction, 0, 0, new MemoryTarget(instruction.Row.IsFloat ? 0u : 8u, extraCycles, isArbitrated));

    private TimePoint End(in TimePoint from, ulong start, int retired)
    {
        var stalls = StallCounts.Of(_modelCauses.Cycles, retired);
        stalls.Add(from.Stalls);
        return new TimePoint(from.Cycles + (int)(_modelState.Time - start), stalls, StallVectorsOf(_modelState));
    }

    private int StallVectorsOf(IStallState state) => _numbers.NumberOf(_words.AsSpan(0, state.Save(_words)));
}
