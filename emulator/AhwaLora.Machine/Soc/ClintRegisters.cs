using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Soc;

/// <summary>Offsets and datasheet of the <c>Clint</c>, in SiFive's layout.</summary>
public static class ClintRegisters
{
#pragma warning disable CS1591 // The map below says what each is.
    public const uint Msip = 0x0000, Mtimecmp = 0x4000, Mtime = 0xBFF8;
#pragma warning restore CS1591

    /// <summary>The datasheet.</summary>
    public static readonly RegisterMap Map = new("CLINT", 0x1_0000, "Core-local interruptor: software interrupts and timers. Word accesses.",
    [
        new(Msip,     "MSIP",     ReadWrite, "Bit 0 is hart h's software interrupt (mip.MSIP).", HartSet.Capacity),
        new(Mtimecmp, "MTIMECMP", ReadWrite, "Hart h's timer interrupt is pending while MTIME >= this; all ones at reset.", HartSet.Capacity, Bytes: 8, Stride: 8),
        new(Mtime,    "MTIME",    ReadWrite, "Ticks since reset, also the time CSR; one tick per cycle unless the platform says otherwise.", Bytes: 8, Stride: 8),
    ], []);
}
