using System.Globalization;
using AhwaLora.Machine.Core;

namespace AhwaLora.Runs.Programs;

/// <summary>Values of mcause in words.</summary>
public static class TrapNames
{
    /// <summary>The specification's name of a cause.</summary>
    public static string Of(uint mcause) => mcause >> 31 != 0 ? InterruptName(mcause & 0x7fff_ffff) : (TrapCause)mcause switch
    {
        TrapCause.InstructionMisaligned => "instruction address misaligned",
        TrapCause.InstructionAccess => "instruction access fault",
        TrapCause.IllegalInstruction => "illegal instruction",
        TrapCause.Breakpoint => "breakpoint",
        TrapCause.LoadMisaligned => "load address misaligned",
        TrapCause.LoadAccess => "load access fault",
        TrapCause.StoreMisaligned => "store address misaligned",
        TrapCause.StoreAccess => "store access fault",
        TrapCause.EnvironmentCallFromUser or TrapCause.EnvironmentCallFromMachine => "environment call",
        _ => string.Create(CultureInfo.InvariantCulture, $"cause 0x{mcause:x8}"),
    };

    private static string InterruptName(uint code) => code switch
    {
        InterruptBits.Msi => "machine software interrupt",
        InterruptBits.Mti => "machine timer interrupt",
        InterruptBits.Mei => "machine external interrupt",
        _ => string.Create(CultureInfo.InvariantCulture, $"interrupt {code}"),
    };
}
