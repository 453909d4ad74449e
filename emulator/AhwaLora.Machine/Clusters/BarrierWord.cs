using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>A word that is a barrier: a read waits for the other harts and returns 0; a write is ignored.</summary>
public sealed class BarrierWord : IOrderingDevice
{
    /// <summary>Creates a barrier that this word alone reaches.</summary>
    /// <param name="masters">The cluster whose harts wait here.</param>
    /// <param name="name">Its name in reports.</param>
    public BarrierWord(IClusterMasters masters, string name = "barrier")
    {
        Name = name;
        Barrier = new HartBarrier(masters, $"{name} word");
    }

    /// <summary>The register map, for the datasheet.</summary>
    public static RegisterMap Map { get; } = new("BARRIER", 4, "A word that is a barrier.",
        [new(0, "BARRIER", RegisterAccess.ReadActs, "A read waits until every hart that has not ended reads it too, and returns 0.")], []);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <summary>The barrier at which a reader of the word waits.</summary>
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
    public string DescribeWait(uint offset) => HartBarrier.WaitText;

    /// <inheritdoc/>
    public void HartEnded(ulong time) => Barrier.ParticipantsChanged(time);

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (isLoad) order.Arrive(Barrier, Barrier.Participants);
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order) => order.Leave(Barrier);

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => Barrier.SaveOrRestore(state);
}
