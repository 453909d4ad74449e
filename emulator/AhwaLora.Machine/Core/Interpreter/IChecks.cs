using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>Says if a run checks triggers, memory protection and the probe before each step. It is a type, so that the runtime can remove the tests.</summary>
internal interface IChecks
{
    /// <summary>True if the run checks them.</summary>
    static abstract bool Enabled { get; }
}

/// <summary>Nothing is checked.</summary>
internal readonly struct Unchecked : IChecks
{
    /// <inheritdoc/>
    public static bool Enabled => false;
}

/// <summary>Triggers, protection and probe are checked.</summary>
internal readonly struct Checked : IChecks
{
    /// <inheritdoc/>
    public static bool Enabled => true;
}

public sealed unsafe partial class Interpreter<TPipeline>
{
    /// <summary>True if an execute trigger fires; this exception has the highest priority of all that an instruction can raise (privileged specification, table "Synchronous exception priority").</summary>
    private bool FiresAt(uint pc) => !Hart.Pending.IsActive && CsrFile.FireTrigger(Hart, CsrFile.TriggerExecute, pc, 1);

    private StopReason? CheckFetch(uint pc, in Instruction i)
    {
        for (var half = pc; half != pc + i.Length; half += 2)
        {
            if (!CsrFile.PmpAllows(Hart, CsrFile.TriggerExecute, half, 2)) return Trap(TrapCause.InstructionAccess, half) ?? StopReason.Limit;
        }

        if (Hart.Pending.IsActive) return null;
        if (Probe?.Before(Hart, i) == false) return StopReason.Stopped;
        if (Fetch is not null) _pipeline.Idle(_pipeline.Time + (uint)Fetch.Cycles(Hart.Id, pc), Cause.InstructionFetch);
        return null;
    }

    /// <summary>
    /// The exceptions of a load, store or atomic before it reaches memory, in their order: triggers, alignment, protection.
    /// False if one has been taken.
    /// </summary>
    private bool MayAccess<TChecks>(in Instruction i, uint address, bool mustAlign)
        where TChecks : struct, IChecks
    {
        var isLoad = i.Shape is Shape.Load or Shape.WideLoad or Shape.LoadReserved;
        var kind = i.Shape == Shape.Atomic ? CsrFile.TriggerLoad | CsrFile.TriggerStore : isLoad ? CsrFile.TriggerLoad : CsrFile.TriggerStore;
        var width = (uint)i.Row.Width;
        if (TChecks.Enabled && !Hart.Pending.IsActive && CsrFile.FireTrigger(Hart, kind, address, width))
        {
            Trap(TrapCause.Breakpoint, address);
            return false;
        }

        if (mustAlign && (address & (width - 1)) != 0)
        {
            Trap(isLoad ? TrapCause.LoadMisaligned : TrapCause.StoreMisaligned, address);
            return false;
        }

        if (!TChecks.Enabled || ProtectedPart(isLoad ? CsrFile.TriggerLoad : CsrFile.TriggerStore, address, width) is not { } part) return true;
        Trap(isLoad ? TrapCause.LoadAccess : TrapCause.StoreAccess, part);
        return false;
    }

    /// <summary>The address of the part of an access that memory protection denies; null if it denies none. A misaligned access has two parts if it crosses a page, as in Spike.</summary>
    private uint? ProtectedPart(uint kind, uint address, uint bytes)
    {
        const uint PageBytes = 4096;
        var inFirst = Math.Min(bytes, PageBytes - address % PageBytes);
        if (!CsrFile.PmpAllows(Hart, kind, address, inFirst)) return address;
        return inFirst == bytes || CsrFile.PmpAllows(Hart, kind, address + inFirst, bytes - inFirst) ? null : address + inFirst;
    }
}
