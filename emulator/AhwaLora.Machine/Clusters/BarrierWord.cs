using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>A word that is a barrier: a read waits for the other harts and returns 0, a write is ignored.</summary>
public sealed class BarrierWord : IDevice
{
    /// <summary>A barrier of its own.</summary>
    /// <param name="harts">Number of harts, 1 to 64.</param>
    /// <param name="masters">Who knows how many of them still run.</param>
    public BarrierWord(int harts, IBusMasters masters) => Barrier = new HartBarrier(harts, masters, "barrier word");

    /// <inheritdoc/>
    public string Name => "barrier";

    /// <summary>The barrier behind the word.</summary>
    public HartBarrier Barrier { get; }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value) =>
        Peek(access.Offset, access.Bytes, access.Time, out value) ? Barrier.Arrive(access.Initiator, access.Time) : BusResponse.Fault;

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value) =>
        Peek(access.Offset, access.Bytes, access.Time, out _) ? BusResponse.Ok : BusResponse.Fault;

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        return offset == 0 && bytes == 4;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => Barrier.SaveOrRestore(state);
}
