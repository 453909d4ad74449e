using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>The functional pipeline remembers nothing: its vector is empty.</summary>
internal sealed class FunctionalVectors(FunctionalState state) : IVectorState
{
    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public int Words => 0;

    /// <inheritdoc/>
    public bool MisalignedCosts => false;

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => true;

    /// <inheritdoc/>
    public void Save(Span<ulong> words)
    {
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<ulong> words, ulong time) => state.Time = time;
}
