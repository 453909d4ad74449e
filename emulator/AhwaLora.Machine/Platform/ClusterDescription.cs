namespace AhwaLora.Machine.Platform;

/// <summary>A cluster: harts, and what they share. Addresses are the machine's; no two things may overlap.</summary>
public sealed record ClusterDescription
{
    /// <summary>Bytes from a cluster's TCDM to its block and to its DMA, as <see cref="At"/> lays them out.</summary>
    private const uint BlockOffset = 0x20_0000, DmaOffset = 0x21_0000;

    /// <summary>Harts, 1 to 64. One by default: in a program that was not written for several, they would share one stack.</summary>
    public int Harts { get; init; } = 1;

    /// <summary>Its TCDM; null for none, or for the banked one of the machine's memories if this is the only cluster.</summary>
    public MemoryDescription? Tcdm { get; init; }

    /// <summary>Barrier, wake-up, mutexes; null for none.</summary>
    public DeviceDescription? Block { get; init; } = new() { Base = 0x1020_0000 };

    /// <summary>DMA between memories; null for none.</summary>
    public DmaDescription? Dma { get; init; } = new();

    /// <summary>A word that is a barrier by itself; null for none.</summary>
    public DeviceDescription? BarrierWord { get; init; }

    /// <summary>Analog tiles; null for none. They are numbered consecutively over all clusters.</summary>
    public AimcDescription? Aimc { get; init; } = new();

    /// <summary>Further devices that need only an address; null for none.</summary>
    public IReadOnlyList<TypedDeviceDescription>? Devices { get; init; }

    /// <summary>A cluster in the layout of the reference platform, with 128 KiB of TCDM in 32 banks at <paramref name="start"/> and no tiles.</summary>
    /// <param name="start">First address; the cluster takes 0x22_0000 bytes.</param>
    /// <param name="harts">Its harts.</param>
    /// <param name="tcdm">Name of its TCDM.</param>
    public static ClusterDescription At(uint start, int harts, string tcdm = "tcdm") => new()
    {
        Harts = harts,
        Tcdm = new MemoryDescription { Name = tcdm, Base = start, Size = 128 << 10, Banks = 32 },
        Block = new DeviceDescription { Base = start + BlockOffset },
        Dma = new DmaDescription { Base = start + DmaOffset },
        Aimc = null,
    };
}
