using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Interpreter;

/// <summary>Whether a run looks at triggers, memory protection and the probe before each step; a type, so that the runtime drops the tests.</summary>
internal interface IChecks
{
    /// <summary>True if it does.</summary>
    static abstract bool Enabled { get; }
}

/// <summary>Nothing to look at.</summary>
internal readonly struct Unchecked : IChecks
{
    /// <inheritdoc/>
    public static bool Enabled => false;
}

/// <summary>Triggers, protection and probe are looked at.</summary>
internal readonly struct Checked : IChecks
{
    /// <inheritdoc/>
    public static bool Enabled => true;
}

public sealed unsafe partial class Interpreter<TPipeline>
{
    private StopReason? CheckFetch(uint pc, in Instruction i)
    {
        if (!CsrFile.PmpAllows(Hart, CsrFile.TriggerExecute, pc, i.Length)) return Trap(TrapCause.InstructionAccess, pc) ?? StopReason.Limit;
        if (Hart.Pending.IsActive) return null;
        if (CsrFile.FireTrigger(Hart, CsrFile.TriggerExecute, pc, i.Length)) return Trap(TrapCause.Breakpoint, pc) ?? StopReason.Limit;
        return Probe?.Before(Hart, i) == false ? StopReason.Interacted : null;
    }

    /// <summary>True where the data access may go on; otherwise its trap has been taken.</summary>
    private bool CheckAccess(uint kind, uint address, uint bytes)
    {
        var isStore = kind == CsrFile.TriggerStore;
        if (!Hart.Pending.IsActive && CsrFile.FireTrigger(Hart, kind, address, bytes))
        {
            Trap(TrapCause.Breakpoint, address);
            return false;
        }

        if (CsrFile.PmpAllows(Hart, kind, address, bytes)) return true;
        Trap(isStore ? TrapCause.StoreAccess : TrapCause.LoadAccess, address);
        return false;
    }
}
