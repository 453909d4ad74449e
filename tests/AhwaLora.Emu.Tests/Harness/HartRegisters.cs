using AhwaLora.Machine.Core;

namespace AhwaLora.Emu.Tests.Harness;

/// <summary>A hart's registers, to compare harts by.</summary>
internal static class HartRegisters
{
    /// <summary>What x0-x31 and f0-f31 hold.</summary>
    public static ulong[] Registers(this Hart hart) => [.. Enumerable.Range(0, AhwaLora.Machine.Isa.Registers.Count).Select(hart.Register)];
}
