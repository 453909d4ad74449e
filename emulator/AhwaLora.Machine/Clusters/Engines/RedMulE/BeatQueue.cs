using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The contents of the beats that are in a stream's queues, in order.</summary>
internal sealed class BeatQueue(int beat) : IStateful
{
    // More than all queues of a stream hold together.
    private const int Depth = 16;

    private readonly double[] _elements = new double[Depth * beat];
    private int _first, _count;

    /// <summary>Takes over the newest beats of another queue, at most <paramref name="most"/>.</summary>
    public void TakeOver(BeatQueue other, int most)
    {
        for (var left = Math.Min(most, other._count); left > 0; left--) other.Beat(other._first + other._count - left).CopyTo(Push());
    }

    /// <summary>Adds a beat, for the caller to fill.</summary>
    public Span<double> Push() => Beat(_first + _count++);

    /// <summary>Removes the oldest beat, whose elements stay valid until the next <see cref="Push"/>.</summary>
    public ReadOnlySpan<double> Pop()
    {
        _count--;
        var oldest = Beat(_first);
        _first = (_first + 1) % Depth;
        return oldest;
    }

    public void SaveOrRestore(StateStream state)
    {
        foreach (ref var element in _elements.AsSpan()) state.Field(ref element);
        state.Field(ref _first);
        state.Field(ref _count);
    }

    private Span<double> Beat(int index) => _elements.AsSpan(index % Depth * beat, beat);
}
