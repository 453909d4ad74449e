namespace AhwaLora.Machine.Bus;

/// <summary>What a hart waited for at a device, so that its cycles are charged to the right cause.</summary>
public enum WaitReason
{
    /// <summary>The other harts.</summary>
    Barrier,

    /// <summary>A DMA transfer.</summary>
    Dma,

    /// <summary>An analog tile.</summary>
    Tile,
}
