namespace AhwaLora.Machine.Bus;

/// <summary>What a hart waits for at a device; its cycles are charged to the matching cause.</summary>
public enum WaitReason
{
    /// <summary>The other harts.</summary>
    Barrier,

    /// <summary>A DMA transfer.</summary>
    Dma,

    /// <summary>An analog tile.</summary>
    Tile,
}
