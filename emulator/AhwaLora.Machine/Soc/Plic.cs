using System.Numerics;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Soc.PlicRegisters;

namespace AhwaLora.Machine.Soc;

/// <summary>
/// Platform-level interrupt controller with level-sensitive gateways (RISC-V PLIC specification 1.0): a source's
/// request, once pending, stays until it is claimed, and its gateway passes the next one when it is completed.
/// </summary>
public sealed class Plic : IDevice
{
    private readonly InterruptLine[] _externalLines;
    [Unsaved("lines of the devices, which save them")]
    private readonly InterruptLine?[] _sources;
    private readonly ulong _existing;

    private readonly uint[] _priorities;
    private readonly ulong[] _enables;
    private readonly uint[] _thresholds;
    private ulong _levels;
    private ulong _pending;
    private ulong _inService;

    /// <summary>A PLIC at reset.</summary>
    /// <param name="sources">Sources 1 to this many, at most 63.</param>
    /// <param name="externalLines">MEIP of each context, 1 to 64.</param>
    public Plic(int sources, IReadOnlyList<InterruptLine> externalLines)
    {
        if (sources is < 1 or > MaxSources) throw new ArgumentOutOfRangeException(nameof(sources), sources, $"Expected 1 to {MaxSources} sources.");
        if (externalLines.Count is 0 or > MaxContexts) throw new ArgumentOutOfRangeException(nameof(externalLines), externalLines.Count, $"Expected the lines of 1 to {MaxContexts} contexts.");
        _externalLines = [.. externalLines];
        _sources = new InterruptLine?[sources + 1];
        for (var source = 1; source <= sources; source++)
        {
            var bit = 1UL << source;
            _existing |= bit;
            _sources[source] = new InterruptLine(level => SetLevel(bit, level));
        }

        _priorities = new uint[sources + 1];
        _enables = new ulong[externalLines.Count];
        _thresholds = new uint[externalLines.Count];
    }

    /// <inheritdoc/>
    public string Name => "plic";

    /// <summary>The line on which a device raises interrupt <paramref name="source"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such source.</exception>
    public InterruptLine Source(int source) =>
        source > 0 && source < _sources.Length ? _sources[source]! : throw new ArgumentOutOfRangeException(nameof(source), source, $"Expected a source from 1 to {_sources.Length - 1}.");

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        if (ContextOf(access.Offset, Claim, ContextStride, 4) is not null && value != 0)
        {
            _pending &= ~(1UL << (int)value);
            _inService |= 1UL << (int)value;
            Update();
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        var offset = access.Offset;
        if (!RegisterWords.IsWord(offset, access.Bytes)) return BusResponse.Fault;
        if (SourceOf(offset) is { } source)
        {
            if (source != 0) _priorities[source] = value & MaxPriority;
        }
        else if (ContextOf(offset, Enable, EnableStride, 8) is { } enabled)
        {
            _enables[enabled] = RegisterWords.WithWord(_enables[enabled], offset, value) & _existing;
        }
        else if (ContextOf(offset, Threshold, ContextStride, 4) is { } context)
        {
            _thresholds[context] = value & MaxPriority;
        }
        else if (ContextOf(offset, Claim, ContextStride, 4) is { } completing)
        {
            Complete(completing, value);
        }
        else if (!RegisterWords.IsIn(offset, Pending, 8))
        {
            return BusResponse.Fault;
        }

        Update();
        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (!RegisterWords.IsWord(offset, bytes)) return false;
        if (SourceOf(offset) is { } source) value = _priorities[source];
        else if (RegisterWords.IsIn(offset, Pending, 8)) value = RegisterWords.Word(_pending, offset);
        else if (ContextOf(offset, Enable, EnableStride, 8) is { } enabled) value = RegisterWords.Word(_enables[enabled], offset);
        else if (ContextOf(offset, Threshold, ContextStride, 4) is { } context) value = _thresholds[context];
        else if (ContextOf(offset, Claim, ContextStride, 4) is { } claiming) value = Best(claiming);
        else return false;
        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_priorities);
        state.Array(_enables);
        state.Array(_thresholds);
        state.Field(ref _levels);
        state.Field(ref _pending);
        state.Field(ref _inService);
        foreach (var line in _externalLines) line.SaveOrRestore(state);
    }

    private int? SourceOf(uint offset) => RegisterWords.IsIn(offset, Priority, 4 * (uint)_priorities.Length) ? (int)(offset / 4) : null;

    /// <summary>The context whose register of a row lies at <paramref name="offset"/>.</summary>
    private int? ContextOf(uint offset, uint first, uint stride, uint bytes)
    {
        var context = (offset - first) / stride;
        return offset >= first && context < (uint)_enables.Length && (offset - first) % stride < bytes ? (int)context : null;
    }

    private void SetLevel(ulong source, bool level)
    {
        _levels = level ? _levels | source : _levels & ~source;
        Update();
    }

    /// <summary>Section "Interrupt Completion": a number that is not enabled for the context is ignored.</summary>
    private void Complete(int context, uint source)
    {
        if (source < (uint)_priorities.Length && (_enables[context] >> (int)source & 1) != 0) _inService &= ~(1UL << (int)source);
    }

    /// <summary>Lets requests through the gateways that are open, and drives every context's line.</summary>
    private void Update()
    {
        _pending |= _levels & ~_inService;
        for (var context = 0; context < _externalLines.Length; context++)
        {
            _externalLines[context].Set(_priorities[Best(context)] > _thresholds[context]);
        }
    }

    /// <summary>The pending source of highest priority that is enabled for <paramref name="context"/>; the lowest number among equals; 0 if there is none.</summary>
    private uint Best(int context)
    {
        var best = 0;
        for (var candidates = _pending & _enables[context]; candidates != 0; candidates &= candidates - 1)
        {
            var source = BitOperations.TrailingZeroCount(candidates);
            if (_priorities[source] > _priorities[best]) best = source;
        }

        return (uint)best;
    }
}
