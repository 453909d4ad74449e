using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core;

/// <content>Physical memory protection: 16 entries, NA4, NAPOT and TOR, with locks (privileged specification, section "Physical Memory Protection").</content>
public static partial class CsrFile
{
    private const byte PmpRead = 1, PmpWrite = 2, PmpExecute = 4, PmpLock = 0x80;
    private const int PmpModeOff = 0, PmpModeTor = 1, PmpModeNa4 = 2;

    /// <summary>True if the hart may access all of [address, address + bytes); <paramref name="kind"/> is one of the trigger kinds.</summary>
    public static bool PmpAllows(Hart hart, uint kind, uint address, uint bytes)
    {
        if (!hart.Features.HasPmp) return true;
        var privilege = EffectivePrivilege(hart, kind);
        for (var n = 0; n < Hart.PmpCount; n++)
        {
            var (low, high) = PmpRange(hart, n);
            if (low >= high || address + (ulong)bytes <= low || address >= high) continue;

            // The lowest-numbered entry that matches any byte decides, and must match all of them.
            if (address < low || address + (ulong)bytes > high) return false;
            var needed = kind switch { TriggerExecute => PmpExecute, TriggerStore => PmpWrite, _ => PmpRead };
            return (hart.Pmpcfg[n] & needed) != 0 || (privilege == Privilege.Machine && (hart.Pmpcfg[n] & PmpLock) == 0);
        }

        return privilege == Privilege.Machine;
    }

    private static uint EffectivePrivilege(Hart hart, uint kind) =>
        kind != TriggerExecute && (hart.Mstatus & MstatusBits.Mprv) != 0
            ? (hart.Mstatus & MstatusBits.Mpp) >> MstatusBits.MppShift
            : hart.Privilege;

    private static int PmpMode(byte cfg) => cfg >> 3 & 3;

    /// <summary>Byte range of entry n; empty if it is off. Addresses have 34 bits.</summary>
    private static (ulong Low, ulong High) PmpRange(Hart hart, int n)
    {
        var end = (ulong)hart.Pmpaddr[n] << 2;
        switch (PmpMode(hart.Pmpcfg[n]))
        {
            case PmpModeOff: return (0, 0);
            case PmpModeTor: return (n == 0 ? 0 : (ulong)hart.Pmpaddr[n - 1] << 2, end);
            case PmpModeNa4: return (end, end + 4);
            default:
                var size = 8UL << System.Numerics.BitOperations.TrailingZeroCount(~(ulong)hart.Pmpaddr[n]);
                var low = end & ~(size - 1);
                return (low, low + size);
        }
    }

    private static bool TryReadProtection(Hart hart, uint csr, ref uint value)
    {
        if (csr is CsrMap.Menvcfg or CsrMap.Menvcfgh) return hart.Features.HasUserMode;
        if (!hart.Features.HasPmp) return false;
        if (csr - CsrMap.Pmpaddr0 < Hart.PmpCount)
        {
            value = hart.Pmpaddr[csr - CsrMap.Pmpaddr0];
            return true;
        }

        if (csr - CsrMap.Pmpcfg0 >= Hart.PmpCount / 4) return false;
        for (var n = 0; n < 4; n++) value |= (uint)hart.Pmpcfg[(int)(csr - CsrMap.Pmpcfg0) * 4 + n] << (8 * n);
        return true;
    }

    private static bool TryWriteProtection(Hart hart, uint csr, uint value)
    {
        if (csr is CsrMap.Menvcfg or CsrMap.Menvcfgh) return hart.Features.HasUserMode;
        if (!hart.Features.HasPmp) return false;
        if (csr - CsrMap.Pmpaddr0 < Hart.PmpCount)
        {
            WritePmpaddr(hart, (int)(csr - CsrMap.Pmpaddr0), value);
            return true;
        }

        if (csr - CsrMap.Pmpcfg0 >= Hart.PmpCount / 4) return false;
        for (var n = 0; n < 4; n++) WritePmpcfg(hart, (int)(csr - CsrMap.Pmpcfg0) * 4 + n, (byte)(value >> (8 * n)));
        return true;
    }

    private static void WritePmpaddr(Hart hart, int n, uint value)
    {
        // A locked TOR entry also locks the address below it.
        var locked = (hart.Pmpcfg[n] & PmpLock) != 0
            || (n + 1 < Hart.PmpCount && (hart.Pmpcfg[n + 1] & PmpLock) != 0 && PmpMode(hart.Pmpcfg[n + 1]) == PmpModeTor);
        if (!locked) hart.Pmpaddr[n] = value;
    }

    private static void WritePmpcfg(Hart hart, int n, byte value)
    {
        if ((hart.Pmpcfg[n] & PmpLock) != 0) return;

        // R = 0 with W = 1 is reserved: the write permission is dropped.
        if ((value & (PmpRead | PmpWrite)) == PmpWrite) value &= unchecked((byte)~PmpWrite);
        hart.Pmpcfg[n] = (byte)(value & 0x9f);
    }
}
