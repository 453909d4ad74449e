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
public sealed class Plic : IInterruptController
{
    private const int SourcesPerWord = 32;

    private readonly InterruptLine[] _externalLines;
    [Unsaved("lines belong to the devices, which save them")]
    private readonly InterruptLine?[] _sources;

    private readonly uint[] _priorities;
    private readonly uint[][] _enables; // by context
    private readonly uint[] _thresholds;

    // A bit for each source, in words as software sees them.
    [Unsaved("fixed by the number of sources")]
    private readonly uint[] _existing;
    private readonly uint[] _levels, _pending, _inService;

    /// <summary>A PLIC at reset.</summary>
    /// <param name="sources">Sources 1 to this many, at most <see cref="MaxSources"/>.</param>
    /// <param name="externalLines">MEIP of each context, 1 to 64.</param>
    public Plic(int sources, IReadOnlyList<InterruptLine> externalLines)
    {
        if (sources is < 1 or > MaxSources) throw new ArgumentOutOfRangeException(nameof(sources), sources, $"Expected 1 to {MaxSources} sources.");
        if (externalLines.Count is 0 or > HartSet.Capacity) throw new ArgumentOutOfRangeException(nameof(externalLines), externalLines.Count, $"Expected the lines of 1 to {HartSet.Capacity} contexts.");
        _externalLines = [.. externalLines];
        _sources = new InterruptLine?[sources + 1];
        _priorities = new uint[sources + 1];
        _thresholds = new uint[externalLines.Count];
        var words = sources / SourcesPerWord + 1;
        _enables = [.. externalLines.Select(_ => new uint[words])];
        (_existing, _levels, _pending, _inService) = (new uint[words], new uint[words], new uint[words], new uint[words]);
        for (var source = 1; source <= sources; source++)
        {
            var number = source;
            Set(_existing, source, true);
            _sources[source] = new InterruptLine(level => SetLevel(number, level));
        }
    }

    /// <inheritdoc/>
    public string Name => "plic";

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    private uint WordBytes => 4 * (uint)_existing.Length;

    /// <inheritdoc/>
    public InterruptLine Source(int source) =>
        source > 0 && source < _sources.Length ? _sources[source]! : throw new ArgumentOutOfRangeException(nameof(source), source, $"Expected a source from 1 to {_sources.Length - 1}.");

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        if (ContextOf(access.Offset, Claim, ContextStride, 4) is not null && value != 0)
        {
            Set(_pending, (int)value, false);
            Set(_inService, (int)value, true);
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
        else if (ContextOf(offset, Enable, EnableStride, WordBytes) is { } enabled)
        {
            var word = (offset - Enable) % EnableStride / 4;
            _enables[enabled][word] = value & _existing[word];
        }
        else if (ContextOf(offset, Threshold, ContextStride, 4) is { } context)
        {
            _thresholds[context] = value & MaxPriority;
        }
        else if (ContextOf(offset, Claim, ContextStride, 4) is { } completing)
        {
            Complete(completing, value);
        }
        else if (!RegisterWords.IsIn(offset, Pending, WordBytes))
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
        else if (RegisterWords.IsIn(offset, Pending, WordBytes)) value = _pending[(offset - Pending) / 4];
        else if (ContextOf(offset, Enable, EnableStride, WordBytes) is { } enabled) value = _enables[enabled][(offset - Enable) % EnableStride / 4];
        else if (ContextOf(offset, Threshold, ContextStride, 4) is { } context) value = _thresholds[context];
        else if (ContextOf(offset, Claim, ContextStride, 4) is { } claiming) value = Best(claiming);
        else return false;
        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_priorities);
        foreach (var enables in _enables) state.Array(enables);
        state.Array(_thresholds);
        state.Array(_levels);
        state.Array(_pending);
        state.Array(_inService);
        foreach (var line in _externalLines) line.SaveOrRestore(state);
    }

    private int? SourceOf(uint offset) => RegisterWords.IsIn(offset, Priority, 4 * (uint)_priorities.Length) ? (int)(offset / 4) : null;

    /// <summary>The context whose register of a row lies at <paramref name="offset"/>.</summary>
    private int? ContextOf(uint offset, uint first, uint stride, uint bytes)
    {
        var context = (offset - first) / stride;
        return offset >= first && context < (uint)_enables.Length && (offset - first) % stride < bytes ? (int)context : null;
    }

    private void SetLevel(int source, bool level)
    {
        Set(_levels, source, level);
        Update();
    }

    /// <summary>Section "Interrupt Completion": a number that is not enabled for the context is ignored.</summary>
    private void Complete(int context, uint source)
    {
        if (source < (uint)_priorities.Length && IsSet(_enables[context], (int)source)) Set(_inService, (int)source, false);
    }

    /// <summary>Lets requests through the gateways that are open, and drives every context's line.</summary>
    private void Update()
    {
        for (var word = 0; word < _pending.Length; word++) _pending[word] |= _levels[word] & ~_inService[word];
        for (var context = 0; context < _externalLines.Length; context++)
        {
            _externalLines[context].Set(_priorities[Best(context)] > _thresholds[context]);
        }
    }

    /// <summary>The pending source of highest priority that is enabled for <paramref name="context"/>; the lowest number among equals; 0 if there is none.</summary>
    private uint Best(int context)
    {
        var (best, enables) = (0, _enables[context]);
        for (var word = 0; word < enables.Length; word++)
        {
            for (var candidates = _pending[word] & enables[word]; candidates != 0; candidates &= candidates - 1)
            {
                var source = word * SourcesPerWord + BitOperations.TrailingZeroCount(candidates);
                if (_priorities[source] > _priorities[best]) best = source;
            }
        }

        return (uint)best;
    }

    private static bool IsSet(uint[] sources, int source) => (sources[source / SourcesPerWord] >> source % SourcesPerWord & 1) != 0;

    private static void Set(uint[] sources, int source, bool value)
    {
        ref var word = ref sources[source / SourcesPerWord];
        var bit = 1u << source % SourcesPerWord;
        word = value ? word | bit : word & ~bit;
    }
}
