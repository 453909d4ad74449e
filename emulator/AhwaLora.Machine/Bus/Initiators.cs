namespace AhwaLora.Machine.Bus;

/// <summary>Numbers of the masters on the bus: harts have their mhartid, the others follow from here.</summary>
public static class Initiators
{
    /// <summary>The host: loader, debugger, semihosting.</summary>
    public const int Host = 0x100;

    /// <summary>The machine's first device; device n of <see cref="AddressSpace.Devices"/> is this plus n.</summary>
    public const int Device0 = 0x1000;

    /// <summary>True if the master is a hart.</summary>
    public static bool IsHart(int initiator) => (uint)initiator < HartSet.Capacity;
}
