using System.Text.Json.Serialization;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Platform;

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

    /// <summary>Interleaved banks with one grant per cycle each; 0 for none.</summary>
    public int Banks { get; init; }

    /// <summary>Width of a bank: 4 or 8 bytes.</summary>
    public int BankBytes { get; init; } = 4;

    /// <summary>What the banks' arbiters do after a cycle in which a wide access had the bank: <c>tree</c> decides among all, <c>locking_tree</c> among those who asked in it.</summary>
    public BankArbiter Arbiter { get; init; }

    /// <summary>True if every hart has a memory of its own at this address.</summary>
    public bool Private { get; init; }

    /// <summary>Cycles of a load or store beyond the first: its latency.</summary>
    public uint ExtraCycles { get; init; }

    /// <summary>Bytes per cycle, a power of two up to 64; harts, DMA and tiles take one cycle per part of this width. 0 for no limit, and with banks.</summary>
    public uint WidthBytes { get; init; }
}
