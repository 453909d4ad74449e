using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Platform;

/// <summary>A platform file: what the machine is made of. Defaults are those of the reference platform.</summary>
public sealed record PlatformDescription
{
    /// <summary>Name shown in reports.</summary>
    public string Name { get; init; } = "ahwalora";

    /// <summary>Harts, 1 to 64. One by default: in a program that was not written for several, they would share one stack.</summary>
    public int Harts { get; init; } = 1;

    /// <summary>Extensions, as an ISA string: rv32imf_zicsr_zifencei, optionally with a and c.</summary>
    public string Isa { get; init; } = "rv32imf_zicsr_zifencei";

    /// <summary>User mode beside machine mode.</summary>
    public bool UserMode { get; init; }

    /// <summary>Physical memory protection with 16 entries.</summary>
    public bool Pmp { get; init; }

    /// <summary>Clock in MHz; at 1000 a cycle is a nanosecond.</summary>
    public double ClockMhz { get; init; } = 1000;

    /// <summary>Memories.</summary>
    public IReadOnlyList<MemoryDescription> Memories { get; init; } =
    [
        new() { Name = "ram", Base = 0x8000_0000, Size = 64 << 20 },
        new() { Name = "tcdm", Base = 0x1000_0000, Size = 128 << 10, Banks = 32 },
    ];

    /// <summary>Instruction memory; null for an ideal one.</summary>
    public InstructionMemoryDescription? InstructionMemory { get; init; }

    /// <summary>Core-local interruptor; null for none.</summary>
    public ClintDescription? Clint { get; init; } = new();

    /// <summary>Platform-level interrupt controller; null for none.</summary>
    public DeviceDescription? Plic { get; init; } = new() { Base = 0x0c00_0000 };

    /// <summary>UART 16550; null for none.</summary>
    public DeviceDescription? Uart { get; init; } = new() { Base = 0x4000_0000 };

    /// <summary>Barrier, wake-up, mutexes; null for none.</summary>
    public DeviceDescription? Cluster { get; init; } = new() { Base = 0x1020_0000 };

    /// <summary>DMA between memories; null for none.</summary>
    public DmaDescription? Dma { get; init; } = new();

    /// <summary>A word that is a barrier by itself; null for none.</summary>
    public DeviceDescription? BarrierWord { get; init; }

    /// <summary>Analog tiles; null for none.</summary>
    public AimcDescription? Aimc { get; init; } = new();
}

/// <summary>A memory.</summary>
public sealed record MemoryDescription
{
    /// <summary>Name shown in reports.</summary>
    public required string Name { get; init; }

    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public required uint Base { get; init; }

    /// <summary>Bytes.</summary>
    [JsonConverter(typeof(SizeJsonConverter))]
    public required uint Size { get; init; }

    /// <summary>Word-interleaved banks with one grant per cycle each; 0 for none.</summary>
    public int Banks { get; init; }

    /// <summary>True if every hart has a memory of its own at this address.</summary>
    public bool Private { get; init; }

    /// <summary>Cycles of a load or store beyond the first: its latency.</summary>
    public uint ExtraCycles { get; init; }

    /// <summary>Bytes per cycle, a power of two up to 64; harts, DMA and tiles take one cycle per part of this width. 0 for no limit, and with banks.</summary>
    public uint WidthBytes { get; init; }
}

/// <summary>A device that needs only an address.</summary>
public sealed record DeviceDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public required uint Base { get; init; }
}

/// <summary>The CLINT.</summary>
public sealed record ClintDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x0200_0000;

    /// <summary>Cycles from one tick of mtime to the next.</summary>
    public uint CyclesPerTick { get; init; } = 1;
}

/// <summary>The DMA engine.</summary>
public sealed record DmaDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x1021_0000;

    /// <summary>Bytes moved per cycle.</summary>
    public int BytesPerCycle { get; init; } = 8;

    /// <summary>Cycles from launch to the first byte.</summary>
    public int StartCycles { get; init; } = 16;

    /// <summary>Transfers that may be in flight.</summary>
    public int QueueDepth { get; init; } = 8;
}
