using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>A job of a <see cref="StreamLane"/>: what its status register shows, and the repetition and indices, which go with it.</summary>
internal record struct LaneSetup
{
    /// <summary>Address of the next request, as an offset into the streams' memory; of index words if <see cref="IsIndirect"/>.</summary>
    public uint Offset;

    /// <summary>True if there is no job, or its last request is out.</summary>
    public bool IsDone;

    /// <summary>True for a write stream.</summary>
    public bool Writes;

    /// <summary>True if indices in memory give the elements' places.</summary>
    public bool IsIndirect;

    /// <summary>Loops of the job, less one.</summary>
    public int Dimensions;

    /// <summary>How often an element is read, less one.</summary>
    public int Repeat;

    /// <summary>Bits 7:0 log2 of an index's bytes, 15:8 a shift, 16 merge (not implemented).</summary>
    public uint IndexConfiguration;

    /// <summary>Where the elements that indices name begin.</summary>
    public uint IndexBase;

    /// <summary>log2 of an index's bytes.</summary>
    public readonly int IndexSize => (int)(IndexConfiguration & 3);

    /// <summary>By how much an index is shifted to the left, beyond the size of an element.</summary>
    public readonly int IndexShift => (int)(IndexConfiguration >> 8 & 31);

    /// <summary>No job.</summary>
    public static LaneSetup Idle() => new() { IsDone = true };

    /// <summary>The status register.</summary>
    public readonly uint Pack() =>
        Offset | (IsDone ? 1u << 31 : 0) | (Writes ? 1u << 30 : 0) | (uint)Dimensions << 28 | (IsIndirect ? 1u << 27 : 0);

    /// <summary>Saves or restores its fields.</summary>
    internal void SaveOrRestore(StateStream state)
    {
        state.Field(ref Offset);
        state.Field(ref IsDone);
        state.Field(ref Writes);
        state.Field(ref IsIndirect);
        state.Field(ref Dimensions);
        state.Field(ref Repeat);
        state.Field(ref IndexConfiguration);
        state.Field(ref IndexBase);
    }
}

/// <summary>An address on its way from a lane's generator to its port.</summary>
/// <param name="Offset">Offset into the streams' memory.</param>
/// <param name="IsLast">True for the last of its job.</param>
internal readonly record struct LaneAddress(uint Offset, bool IsLast)
{
    internal static void SaveOrRestore(StateStream state, ref LaneAddress address)
    {
        var (offset, isLast) = address;
        state.Field(ref offset);
        state.Field(ref isLast);
        address = new LaneAddress(offset, isLast);
    }
}
