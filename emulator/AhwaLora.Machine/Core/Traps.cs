using System.Runtime.CompilerServices;

namespace AhwaLora.Machine.Core;

/// <summary>Exception codes of mcause (privileged specification, table "Machine cause register values").</summary>
public enum TrapCause : uint
{
    /// <summary>Instruction address misaligned.</summary>
    InstructionMisaligned = 0,

    /// <summary>Instruction access fault.</summary>
    InstructionAccess = 1,

    /// <summary>Illegal instruction.</summary>
    IllegalInstruction = 2,

    /// <summary>Breakpoint.</summary>
    Breakpoint = 3,

    /// <summary>Load address misaligned.</summary>
    LoadMisaligned = 4,

    /// <summary>Load access fault.</summary>
    LoadAccess = 5,

    /// <summary>Store/AMO address misaligned.</summary>
    StoreMisaligned = 6,

    /// <summary>Store/AMO access fault.</summary>
    StoreAccess = 7,

    /// <summary>Environment call from U-mode.</summary>
    EnvironmentCallFromUser = 8,

    /// <summary>Environment call from M-mode.</summary>
    EnvironmentCallFromMachine = 11,
}

/// <summary>A trap as it was taken.</summary>
/// <param name="Pc">The instruction that trapped.</param>
/// <param name="Cause">mcause.</param>
/// <param name="Value">mtval.</param>
public readonly record struct TrapRecord(uint Pc, uint Cause, uint Value);

/// <summary>Privilege levels.</summary>
public static class Privilege
{
    /// <summary>User mode.</summary>
    public const uint User = 0;

    /// <summary>Machine mode.</summary>
    public const uint Machine = 3;
}

/// <summary>Bits of mstatus (privileged specification, section "Machine Status Registers").</summary>
public static class MstatusBits
{
    /// <summary>Machine interrupt enable.</summary>
    public const uint Mie = 1u << 3;

    /// <summary>Interrupt enable before the trap.</summary>
    public const uint Mpie = 1u << 7;

    /// <summary>Privilege before the trap, two bits.</summary>
    public const uint Mpp = 3u << MppShift;

    /// <summary>Lowest bit of MPP.</summary>
    public const int MppShift = 11;

    /// <summary>State of the floating-point unit, two bits; all set is dirty.</summary>
    public const uint Fs = 3u << 13;

    /// <summary>FS = Initial.</summary>
    public const uint FsInitial = 1u << 13;

    /// <summary>Loads and stores use the privilege in MPP.</summary>
    public const uint Mprv = 1u << 17;

    /// <summary>wfi of user mode traps.</summary>
    public const uint Tw = 1u << 21;

    /// <summary>Some state is dirty; derived from FS.</summary>
    public const uint Sd = 1u << 31;
}

/// <summary>Bits of mie and mip.</summary>
public static class InterruptBits
{
    /// <summary>Machine software interrupt.</summary>
    public const int Msi = 3;

    /// <summary>Machine timer interrupt.</summary>
    public const int Mti = 7;

    /// <summary>Machine external interrupt.</summary>
    public const int Mei = 11;

    /// <summary>All interrupts that exist.</summary>
    public const uint All = 1u << Msi | 1u << Mti | 1u << Mei;
}

/// <summary>Entering and leaving traps (privileged specification, section "Machine Trap-Vector Base-Address Register" and following).</summary>
public static class Traps
{
    private const uint InterruptFlag = 1u << 31;

    /// <summary>
    /// Takes an exception of the instruction at pc. If a handler cannot be fetched, or if its first instruction takes
    /// the trap that the CSRs already describe, this would repeat for ever: the hart is then stuck.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TakeException(Hart hart, TrapCause cause, uint tval)
    {
        var handler = hart.Mtvec & ~3u;
        var atHandler = hart.Pc == handler && hart.Privilege == Privilege.Machine;
        if (!atHandler)
        {
            hart.LastTrap = new TrapRecord(hart.Pc, (uint)cause, tval);
            hart.X.CopyTo(hart.TrapX, 0);
        }
        else if (cause == TrapCause.InstructionAccess || IsRepeated(hart, (uint)cause, tval)) hart.State = HartState.Stuck;
        Enter(hart, (uint)cause, tval, handler);
    }

    /// <summary>True if taking this trap would change nothing.</summary>
    private static bool IsRepeated(Hart hart, uint cause, uint tval) =>
        hart.Mepc == hart.Pc && hart.Mcause == cause && hart.Mtval == tval
        && (hart.Mstatus & (MstatusBits.Mie | MstatusBits.Mpie | MstatusBits.Mpp)) == MstatusBits.Mpp;

    /// <summary>Takes the pending interrupt of highest priority, if mstatus.MIE or user mode enables it.</summary>
    /// <returns>True if pc now points at the handler.</returns>
    public static bool TakeInterrupt(Hart hart)
    {
        if (!hart.IsInterrupted) return false;
        var pending = hart.Mip & hart.Mie;

        // Priority: external, software, timer (section "Machine Interrupt Registers").
        var code = (pending >> InterruptBits.Mei & 1) != 0 ? InterruptBits.Mei
            : (pending >> InterruptBits.Msi & 1) != 0 ? InterruptBits.Msi
            : InterruptBits.Mti;
        var vectored = (hart.Mtvec & 1) != 0;
        hart.X.CopyTo(hart.TrapX, 0);
        Enter(hart, InterruptFlag | (uint)code, 0, (hart.Mtvec & ~3u) + (vectored ? 4u * (uint)code : 0));
        return true;
    }

    /// <summary>Returns from a machine-mode trap: mret.</summary>
    public static void Return(Hart hart)
    {
        var mpp = (hart.Mstatus & MstatusBits.Mpp) >> MstatusBits.MppShift;
        var mie = (hart.Mstatus & MstatusBits.Mpie) != 0 ? MstatusBits.Mie : 0;
        var leastPrivileged = hart.Features.HasUserMode ? Privilege.User : Privilege.Machine;
        var mprv = mpp == Privilege.Machine ? hart.Mstatus & MstatusBits.Mprv : 0;
        hart.Mstatus = (hart.Mstatus & ~(MstatusBits.Mie | MstatusBits.Mpp | MstatusBits.Mprv))
            | mie | MstatusBits.Mpie | leastPrivileged << MstatusBits.MppShift | mprv;
        hart.Privilege = mpp;
        hart.IsInTrap = false;
        hart.Pc = hart.Mepc & ~(hart.Features.InstructionAlignment - 1);
    }

    private static void Enter(Hart hart, uint cause, uint tval, uint handler)
    {
        hart.TrapsTaken++;
        hart.IsInTrap = true;
        hart.Mepc = hart.Pc;
        hart.Mcause = cause;
        hart.Mtval = tval;
        var mpie = (hart.Mstatus & MstatusBits.Mie) != 0 ? MstatusBits.Mpie : 0;
        hart.Mstatus = (hart.Mstatus & ~(MstatusBits.Mie | MstatusBits.Mpie | MstatusBits.Mpp))
            | mpie | hart.Privilege << MstatusBits.MppShift;
        hart.Privilege = Privilege.Machine;
        hart.Pc = handler;
    }
}
