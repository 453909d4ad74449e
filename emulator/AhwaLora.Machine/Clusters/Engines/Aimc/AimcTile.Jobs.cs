using System.Diagnostics;
using System.Runtime.InteropServices;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

// Jobs: from ACQUIRE to FINISHED, and the three stages that each vector passes.
public sealed partial class AimcTile
{
    // Vectors between the start of their stream-in and the end of their stream-out: at most one per buffer.
    private const int MaxInFlight = 4;
    private const uint CanonicalNaN = 0x7FC0_0000;

    private readonly AimcTileContext[] _contexts;

    // Job numbers count from 1, modulo 2^32. The context of job n is at index n modulo a power of two that is at least the
    // number of contexts. So consecutive jobs have different indices even if their numbers wrap.
    private readonly int[] _contextOfJob;
    private uint _triggered, _finished, _finishedTag;

    private readonly AimcTileStreamer _streamIn, _streamOut;
    private readonly byte[][] _inputs, _outputs;
    [Unsaved("holds an output vector within one call")]
    private readonly Half[] _rounded;
    private ulong _integrateEnd = ulong.MaxValue;
    private uint _passes;

    // The next vector to fetch: the number of its job, and its number within the job.
    private uint _fetchJob = 1, _fetchVector;

    // Vectors that have started and finished each stage since the last clear, and the job of each, indexed modulo MaxInFlight.
    private ulong _inStarted, _inFinished, _integrateStarted, _integrateFinished, _outStarted, _outFinished;
    private readonly uint[] _jobOf = new uint[MaxInFlight], _vectorOf = new uint[MaxInFlight];
    private readonly bool[] _refused = new bool[MaxInFlight];

    private uint Pending => _triggered - _finished;

    /// <summary>True if the count of triggered, or of finished, jobs has reached job <paramref name="job"/>. Counts are modulo 2^32, so the two must be fewer than 2^31 apart.</summary>
    private static bool HasReached(uint count, uint job) => (int)(count - job) >= 0;

    private ref int ContextIndexOf(uint job) => ref _contextOfJob[job % (uint)_contextOfJob.Length];

    private AimcTileContext ContextOfJob(uint job) => _contexts[ContextIndexOf(job)];

    /// <summary>True if bytes are input of a triggered job and the tile has not read them yet.</summary>
    public bool IsUnreadInput(uint address, uint bytes)
    {
        for (var flight = _inFinished; flight < _inStarted; flight++)
        {
            if (IsInput(ContextOfJob(_jobOf[flight % MaxInFlight]), _vectorOf[flight % MaxInFlight], address, bytes)) return true;
        }

        for (var job = _fetchJob; HasReached(_triggered, job); job++)
        {
            var context = ContextOfJob(job);
            for (var vector = job == _fetchJob ? _fetchVector : 0; vector < context.Vectors; vector++)
            {
                if (IsInput(context, vector, address, bytes)) return true;
            }
        }

        return false;
    }

    /// <summary>The job that a TRIGGER of <paramref name="hart"/> would queue: its number and the lines of memory it touches. Null if it would be refused.</summary>
    private (uint Number, IReadOnlyList<JobAccess> Operands)? NextJob(int hart)
    {
        if (HeldContext(hart) is not { } job || job.Check(_crossbar, _masters.Space).Cause != AimcTileError.None) return null;
        var operands = new List<JobAccess>();
        if (job.Scale != 0) operands.Add(new(job.Scale, 4 * job.Columns, IsWrite: false));
        if (job.Bias != 0) operands.Add(new(job.Bias, 4 * job.Columns, IsWrite: false));
        for (var vector = 0u; vector < job.Vectors; vector++)
        {
            operands.Add(new(job.Src + vector * job.SrcStride, job.InputBytes, IsWrite: false));
            operands.Add(new(job.Dst + vector * job.DstStride, job.OutputBytes, IsWrite: true));
        }

        return (_triggered + 1, operands);
    }

    private static bool IsInput(AimcTileContext job, uint vector, uint address, uint bytes)
    {
        var first = job.Src + vector * job.SrcStride;
        return address - first < job.InputBytes || first - address < bytes;
    }

    private AimcTileContext? HeldContext(int initiator)
    {
        foreach (var context in _contexts)
        {
            if (context.State == AimcContextState.Locked && context.Owner == initiator) return context;
        }

        return null;
    }

    private int ContextToLock(int initiator)
    {
        if (_operation != Operation.None) return AcquireLocked;
        var free = AcquireFull;
        for (var i = _contexts.Length - 1; i >= 0; i--)
        {
            if (_contexts[i].State == AimcContextState.Locked && _contexts[i].Owner == initiator) return i;
            if (_contexts[i].State == AimcContextState.Free) free = i;
        }

        return free;
    }

    private void LockContext(uint acquired, int initiator)
    {
        if ((int)acquired < 0) return;
        _contexts[acquired].State = AimcContextState.Locked;
        _contexts[acquired].Owner = initiator;
    }

    private void WriteContext(uint offset, int initiator, uint value)
    {
        if (HeldContext(initiator) is { } context) context[offset] = value;
        else Fail(AimcTileError.NotAcquired, offset);
    }

    private void QueueJob(int initiator, ulong time)
    {
        if (HeldContext(initiator) is not { } context)
        {
            Fail(AimcTileError.NotAcquired, Trigger);
            return;
        }

        var (cause, argument) = context.Check(_crossbar, _masters.Space);
        if (cause != AimcTileError.None)
        {
            Fail(cause, argument);
            return;
        }

        BecomeBusy(time + 1);
        context.State = AimcContextState.Pending;
        context.TriggeredAt = time + 1;
        context.IntegrateCycles = _options.Cycles(_tIntNs);
        ContextIndexOf(++_triggered) = Array.IndexOf(_contexts, context);
        if (Initiators.IsHart(initiator)) _lastJob[initiator] = _triggered;
        StartStages(time + 1);
    }

    private void ClearJobs(ulong time)
    {
        var wasBusy = !IsIdle;
        foreach (var context in _contexts) context.Clear();
        _triggered = _finished = _finishedTag = 0;
        (_fetchJob, _fetchVector) = (1, 0);
        _inStarted = _inFinished = _integrateStarted = _integrateFinished = _outStarted = _outFinished = 0;
        _integrateEnd = ulong.MaxValue;
        _streamIn.Stop();
        _streamOut.Stop();
        Array.Clear(_lastJob);
        Array.Clear(_jobToWaitFor);
        Array.Clear(_saturated);
        _irqEnable = _irqStatus = 0;
        (_errorCause, _errorArgument) = (AimcTileError.None, 0);
        if (wasBusy) BecomeIdle(time);
        ReleaseWaiters(time);
    }

    // Each stage works on one vector at a time and passes it on through one of two buffers. An input buffer is in use from
    // the start of stream-in to the end of integration, an output buffer from the start of integration to the end of
    // stream-out. So, in steady state, the tile takes max(stream in, integrate, stream out) per vector.
    private void StartStages(ulong time)
    {
        if (_outStarted == _outFinished && _outStarted < _integrateFinished) StartStreamOut(time);
        if (_integrateStarted == _integrateFinished && _integrateStarted < _inFinished && _integrateStarted - _outFinished < 2) StartIntegration(time);
        if (_inStarted == _inFinished && _inStarted - _integrateFinished < 2 && HasReached(_triggered, _fetchJob) && _operation == Operation.None) StartStreamIn(time);
    }

    private void StartStreamIn(ulong time)
    {
        Debug.Assert(_inStarted - _outFinished < MaxInFlight, "a vector in flight has an entry of its own");
        var flight = _inStarted++ % MaxInFlight;
        var job = ContextOfJob(_fetchJob);
        (_jobOf[flight], _vectorOf[flight], _refused[flight]) = (_fetchJob, _fetchVector, false);
        if (_fetchVector == 0)
        {
            if (job.Scale != 0) AddRun(_streamIn, job.Scale, job.Columns);
            if (job.Bias != 0) AddRun(_streamIn, job.Bias, job.Columns);
        }

        AddRun(_streamIn, job.Src + _fetchVector * job.SrcStride, (job.InputBytes + 3) / 4);
        _streamIn.Start(time);
        if (++_fetchVector == job.Vectors) (_fetchJob, _fetchVector) = (_fetchJob + 1, 0);
    }

    private void FinishStreamIn(ulong time)
    {
        _streamIn.Stop();
        var flight = _inFinished % MaxInFlight;
        TellOfVector("stream in", flight, _streamIn.StartedAt, time);
        var job = ContextOfJob(_jobOf[flight]);
        if (_vectorOf[flight] == 0) LoadColumnFactors(job);
        var source = job.Src + _vectorOf[flight] * job.SrcStride;
        var x = _masters.Space.ReadBlock(source, job.InputBytes);
        var buffer = _inputs[_inFinished++ % 2];
        if (job.IsHalf) HalfVectors.Widen(Halves(x), MemoryMarshal.Cast<byte, float>(buffer.AsSpan()));
        else x.CopyTo(buffer);
    }

    private void LoadColumnFactors(AimcTileContext job)
    {
        var region = job.Region;
        var scale = job.ColumnScale.AsSpan(0, region.Columns);
        _crossbar.CopyScaleTo(region, scale);
        if (job.Scale != 0)
        {
            var factors = Floats(_masters.Space.ReadBlock(job.Scale, 4 * job.Columns));
            for (var column = 0; column < scale.Length; column++) scale[column] *= factors[column];
        }

        if (job.Bias != 0) Floats(_masters.Space.ReadBlock(job.Bias, 4 * job.Columns)).CopyTo(job.ColumnBias);
    }

    private void StartIntegration(ulong time)
    {
        var flight = _integrateStarted % MaxInFlight;
        var job = ContextOfJob(_jobOf[flight]);
        if (_vectorOf[flight] == 0) FollowDrift(time);
        var result = Multiply(job, _inputs[_integrateStarted % 2], _outputs[_integrateStarted % 2]);
        if (result.NonFiniteInput) RefuseVector(job, flight);

        // A vector of zeros, or a refused one, still occupies the converters for one integration.
        var passes = Math.Max(1, result.Passes);
        Count(job.Region, result, vectors: 1, passes);
        _integrateStarted++;
        _passes = (uint)passes;
        _integrateEnd = time + (ulong)passes * job.IntegrateCycles;
    }

    private void FinishIntegration(ulong time)
    {
        TellOfPasses(_integrateFinished % MaxInFlight, time);
        _integrateEnd = ulong.MaxValue;
        _integrateFinished++;
    }

    private MvmResult Multiply(AimcTileContext job, byte[] input, byte[] output)
    {
        var x = input.AsSpan(0, job.BufferedInputBytes);
        var y = output.AsSpan(0, job.BufferedOutputBytes);
        if (job.IsRaw) return _crossbar.MvmCodes(job.Region, MemoryMarshal.Cast<byte, sbyte>(x), MemoryMarshal.Cast<byte, sbyte>(y), _saturated);
        var digital = new DigitalStage
        {
            Scale = job.ColumnScale.AsSpan(0, (int)job.Columns),
            Bias = job.Bias != 0 ? job.ColumnBias.AsSpan(0, (int)job.Columns) : default,
        };
        return _crossbar.Mvm(job.Region, Floats(x), MemoryMarshal.Cast<byte, float>(y), digital, _saturated);
    }

    private void RefuseVector(AimcTileContext job, ulong flight)
    {
        _refused[flight] = true;
        var x = Floats(_inputs[_integrateStarted % 2].AsSpan(0, job.BufferedInputBytes));
        uint element = 0;
        while (float.IsFinite(x[(int)element])) element++;
        Fail(AimcTileError.Input, job.Src + _vectorOf[flight] * job.SrcStride + job.ElementBytes * element);
    }

    // Clips and saturations count from the start of the integration.
    private void Count(in CrossbarPart region, in MvmResult result, int vectors, int passes)
    {
        At(_counters, Mvms) += (ulong)vectors;
        At(_counters, BoundPasses) += (ulong)(passes - vectors);
        At(_counters, DacClips) += (ulong)result.DacClips;
        At(_counters, AdcSaturations) += (ulong)result.AdcSaturations;
        At(_counters, EnergyFj) += (ulong)(passes * _options.Cost.EnergyFemtojoulesOf(region));
        if (result.AdcSaturations > 0) Raise(Irq.AdcSaturated);
        if (result.ClippedOutputs > 0) Raise(Irq.BoundLimit);
    }

    private void StartStreamOut(ulong time)
    {
        var flight = _outStarted++ % MaxInFlight;
        var job = ContextOfJob(_jobOf[flight]);
        var words = (job.OutputBytes + 3) / 4;
        var target = job.Dst + _vectorOf[flight] * job.DstStride;
        if (job.Accumulates) AddRun(_streamOut, target, words);
        AddRun(_streamOut, target, words);
        _streamOut.Start(time);
    }

    private void FinishStreamOut(ulong time)
    {
        _streamOut.Stop();
        var flight = _outFinished % MaxInFlight;
        TellOfVector("stream out", flight, _streamOut.StartedAt, time);
        var job = ContextOfJob(_jobOf[flight]);
        var output = _outputs[_outFinished++ % 2].AsSpan(0, job.BufferedOutputBytes);
        var target = job.Dst + _vectorOf[flight] * job.DstStride;
        if (!_refused[flight])
        {
            _masters.Space.WriteBlock(target, Complete(job, output, target), _options.Initiator);
        }

        if (_vectorOf[flight] == job.Vectors - 1) FinishJob(job, time);
    }

    // The bytes that go to memory. One addition per element, in the format of the operands, and the NaN that an FPU gives
    // (unprivileged specification, "NaN Generation and Propagation"): the same bits as if firmware had added.
    private ReadOnlySpan<byte> Complete(AimcTileContext job, Span<byte> output, uint target)
    {
        if (job.IsRaw) return output;
        var y = MemoryMarshal.Cast<byte, float>(output);
        var inMemory = job.Accumulates ? _masters.Space.ReadBlock(target, job.OutputBytes) : default;
        if (job.IsHalf)
        {
            var rounded = _rounded.AsSpan(0, y.Length);
            HalfVectors.Round(y, rounded);
            if (job.Accumulates) HalfVectors.Add(Halves(inMemory), rounded);
            return MemoryMarshal.AsBytes(rounded);
        }

        var before = Floats(inMemory);
        for (var column = 0; column < y.Length; column++)
        {
            if (job.Accumulates) y[column] = before[column] + y[column];
            if (float.IsNaN(y[column])) y[column] = BitConverter.UInt32BitsToSingle(CanonicalNaN);
        }

        return output;
    }

    private void FinishJob(AimcTileContext job, ulong time)
    {
        job.State = AimcContextState.Free;
        _finishedTag = job.Tag;
        _finished++;
        TellOfJob(job, time);
        BecomeIdle(time);
        Raise(Pending == 0 ? Irq.Done | Irq.QueueEmpty : Irq.Done);
        ReleaseWaiters(time);
    }

    private void AddRun(AimcTileStreamer streamer, uint address, uint words) =>
        streamer.Add(_masters.Space.FindMemory(address, 1)!, address, words);

    private static ReadOnlySpan<Half> Halves(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, Half>(bytes);

    private static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes);
}
