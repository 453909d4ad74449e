using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Soc;

/// <summary>Offsets and datasheet of the <c>Plic</c>, in SiFive's layout (RISC-V PLIC specification 1.0, chapter "Memory Map").</summary>
public static class PlicRegisters
{
#pragma warning disable CS1591 // The map below says what each is.
    public const uint Priority = 0x00_0000, Pending = 0x00_1000, Enable = 0x00_2000, Threshold = 0x20_0000, Claim = 0x20_0004;
    public const uint EnableStride = 0x80, ContextStride = 0x1000, MaxPriority = 7;
    public const int MaxSources = 1_023;
    public const uint SourceUart = 1, SourceDma = 2, SourceTile0 = 8;
#pragma warning restore CS1591

    /// <summary>The datasheet.</summary>
    public static readonly RegisterMap Map = new("PLIC", 0x400_0000, "Platform-level interrupt controller; context h is hart h's machine mode. Word accesses.",
    [
        new(Priority,  "PRIORITY",  ReadWrite, "Priority of source s, 0 (never interrupts) to 7; source 0 does not exist.", MaxSources + 1),
        new(Pending,   "PENDING",   ReadOnly,  "Bit s mod 32 of word s / 32 is set while source s waits to be claimed.", (MaxSources + 1) / 32),
        new(Enable,    "ENABLE",    ReadWrite, "Bit s mod 32 of word s / 32 lets source s interrupt context h; each context has words of its own.", HartSet.Capacity, Bytes: (MaxSources + 1) / 8, Stride: EnableStride),
        new(Threshold, "THRESHOLD", ReadWrite, "Context h is interrupted by priorities above this, 0 to 7.", HartSet.Capacity, Stride: ContextStride),
        new(Claim,     "CLAIM",     ReadActs,  "A read takes context h's pending source of highest priority, 0 if there is none; writing that number completes it.", HartSet.Capacity, Stride: ContextStride),
    ],
    [
        new("SOURCE_UART",  SourceUart,  "UART."),
        new("SOURCE_DMA",   SourceDma,   "DMA: done or error."),
        new("SOURCE_TILE0", SourceTile0, "AIMC tile 0; tile n has this plus n, while there are sources left."),
    ]);

    /// <summary>
    /// The source of a device of a cluster. Cluster 0 has those of the constants above; each further one has eight of its
    /// own, from the last source down, so that the tiles' can follow one another.
    /// </summary>
    /// <param name="cluster">Number of the cluster.</param>
    /// <param name="source">The device's source in cluster 0, 1 to 7; 0 for none.</param>
    public static uint SourceOf(int cluster, uint source) => cluster == 0 || source == 0 ? source : MaxSources + 1 - SourceTile0 * (uint)cluster + source;

    /// <summary>The source of device <paramref name="number"/> of a row, in a machine of so many clusters; 0 if there is none left: it then has no interrupt.</summary>
    public static uint SourceInRow(uint first, int number, int clusters)
    {
        var source = first + (ulong)number;
        return source < MaxSources + 1 - SourceTile0 * (ulong)(clusters - 1) ? (uint)source : 0;
    }
}
