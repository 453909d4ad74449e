using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>The functional pipeline: its only state is a grant.</summary>
internal sealed class FunctionalStalls(FunctionalState state) : IStallState
{
    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public int Words => 1;

    /// <inheritdoc/>
    public bool MisalignedCosts => false;

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => true;

    /// <inheritdoc/>
    public int Save(Span<ulong> words)
    {
        words[0] = state.IsGranted ? 1u : 0u;
        return 1;
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<ulong> words, ulong time)
    {
        state.Time = time;
        state.IsGranted = words[0] != 0;
    }
}
