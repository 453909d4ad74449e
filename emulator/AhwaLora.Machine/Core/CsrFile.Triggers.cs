using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core;

/// <content>Sdtrig: four mcontrol6 triggers that raise breakpoint exceptions (debug specification 1.0, chapter "Sdtrig").</content>
public static partial class CsrFile
{
    /// <summary>Type field of tdata1 for an address/data match trigger.</summary>
    public const uint TypeMcontrol6 = 6;

    private const uint TypeDisabled = 15;

    /// <summary>mcontrol6: match loads.</summary>
    public const uint TriggerLoad = 1 << 0;

    /// <summary>mcontrol6: match stores.</summary>
    public const uint TriggerStore = 1 << 1;

    /// <summary>mcontrol6: match instruction addresses.</summary>
    public const uint TriggerExecute = 1 << 2;

    /// <summary>mcontrol6: enabled in user mode.</summary>
    public const uint TriggerUser = 1 << 3;

    /// <summary>mcontrol6: enabled in machine mode.</summary>
    public const uint TriggerMachine = 1 << 6;

    /// <summary>mcontrol6: the trigger has fired (hit0).</summary>
    public const uint TriggerHit = 1 << 22;

    internal static void ResetTriggers(Hart hart) => Array.Fill(hart.Tdata1, TypeDisabled << 28);

    /// <summary>True if any trigger could fire.</summary>
    public static bool HasTriggers(Hart hart)
    {
        foreach (var tdata1 in hart.Tdata1)
        {
            if (tdata1 >> 28 == TypeMcontrol6 && (tdata1 & (TriggerLoad | TriggerStore | TriggerExecute)) != 0) return true;
        }

        return false;
    }

    /// <summary>
    /// True if a trigger of <paramref name="kind"/> matches [address, address + bytes) now, before the access. All that match record their hit
    /// (debug specification, section "Priority").
    /// </summary>
    public static bool FireTrigger(Hart hart, uint kind, uint address, uint bytes)
    {
        // With action 0, a trigger must not fire in machine mode while interrupts are off, because it could fire inside the handler
        // (debug specification, section "Native Triggers").
        if (hart.Privilege == Privilege.Machine && (hart.Mstatus & MstatusBits.Mie) == 0) return false;
        var mode = hart.Privilege == Privilege.Machine ? TriggerMachine : TriggerUser;
        var fires = false;
        for (var n = 0; n < Hart.TriggerCount; n++)
        {
            var tdata1 = hart.Tdata1[n];
            if (tdata1 >> 28 != TypeMcontrol6 || (tdata1 & kind) == 0 || (tdata1 & mode) == 0) continue;
            if (hart.Tdata2[n] - address >= bytes) continue;
            hart.Tdata1[n] |= TriggerHit;
            fires = true;
        }

        return fires;
    }

    private static bool TryReadTrigger(Hart hart, uint csr, ref uint value)
    {
        switch (csr)
        {
            case CsrMap.Tselect: value = hart.Tselect; return true;
            case CsrMap.Tdata1: value = hart.Tdata1[hart.Tselect]; return true;
            case CsrMap.Tdata2: value = hart.Tdata2[hart.Tselect]; return true;
            case CsrMap.Tdata3: return true;
            case CsrMap.Tinfo: value = 1u << 24 | 1u << (int)TypeMcontrol6 | 1u << (int)TypeDisabled; return true;
            default: return false;
        }
    }

    private static bool TryWriteTrigger(Hart hart, uint csr, uint value)
    {
        switch (csr)
        {
            case CsrMap.Tselect:
                if (value < Hart.TriggerCount) hart.Tselect = value;
                return true;
            case CsrMap.Tdata1:
                hart.Tdata1[hart.Tselect] = LegalTdata1(hart, value);
                return true;
            case CsrMap.Tdata2:
                hart.Tdata2[hart.Tselect] = value;
                return true;
            case CsrMap.Tdata3 or CsrMap.Tinfo:
                return true;
            default:
                return false;
        }
    }

    private static uint LegalTdata1(Hart hart, uint value)
    {
        if (value >> 28 != TypeMcontrol6) return TypeDisabled << 28;
        var writable = TriggerLoad | TriggerStore | TriggerExecute | TriggerMachine | TriggerHit;
        if (hart.Features.HasUserMode) writable |= TriggerUser;
        return TypeMcontrol6 << 28 | (value & writable);
    }
}
