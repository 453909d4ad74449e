using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core;

/// <summary>
/// Reads and writes of CSRs: which exist, what they hold, and which values they hold after a write (WARL).
/// Privileged specification, chapters "Control and Status Registers" and "Machine-Level ISA".
/// </summary>
public static partial class CsrFile
{
    // There is no JEDEC vendor id. RISC-V International assigns architecture ids to open-source projects; this one has none.
    private const uint Vendor = 0, Architecture = 0, Implementation = 1;

    /// <summary>Cycles from the last arrival at the barrier CSR to the next issue of all harts (Snitch; documented, not measured).</summary>
    public const ulong BarrierCycles = 2;

    private const uint InhibitableCounters = ~2u;

    /// <summary>Reads a CSR as the instruction now executing sees it; false if it does not exist or is not accessible.</summary>
    public static bool TryRead(Hart hart, uint csr, out uint value)
    {
        value = 0;
        if (hart.Privilege < CsrMap.Privilege(csr)) return false;
        switch (csr)
        {
            case CsrMap.Fflags: value = hart.Fflags; return IsFloatOn(hart);
            case CsrMap.Frm: value = hart.Frm; return IsFloatOn(hart);
            case CsrMap.Fcsr: value = hart.Fmode << 8 | hart.Frm << 5 | hart.Fflags; return IsFloatOn(hart);
            case CsrMap.Fmode when HasFormats(hart): value = hart.Fmode; return IsFloatOn(hart);

            // Snitch: the switch of the streams reads as 0 always, the masks of scalar chaining and COPIFT while unused.
            case CsrMap.Ssr or CsrMap.ScalarChaining or CsrMap.Copift when HasStreams(hart): return true;

            case CsrMap.Mstatus: value = Mstatus(hart); return true;
            case CsrMap.Mstatush or CsrMap.Mconfigptr: return true;
            case CsrMap.Misa: value = Misa(hart.Features); return true;
            case CsrMap.Mie: value = hart.Mie; return true;
            case CsrMap.Mip: value = hart.Mip; return true;
            case CsrMap.Mtvec: value = hart.Mtvec; return true;
            case CsrMap.Mscratch: value = hart.Mscratch; return true;
            case CsrMap.Mepc: value = hart.Mepc & ~(hart.Features.InstructionAlignment - 1); return true;
            case CsrMap.Mcause: value = hart.Mcause; return true;
            case CsrMap.Mtval: value = hart.Mtval; return true;
            case CsrMap.Mcounteren: value = hart.Mcounteren; return true;
            case CsrMap.Mcountinhibit: value = hart.Mcountinhibit; return true;

            case CsrMap.Mvendorid: value = Vendor; return true;
            case CsrMap.Marchid: value = Architecture; return true;
            case CsrMap.Mimpid: value = Implementation; return true;
            case CsrMap.Mhartid: value = (uint)hart.Id; return true;

            case CsrMap.Region or CsrMap.Barrier: return true;
            default: return TryReadCounter(hart, csr, ref value) || TryReadTrigger(hart, csr, ref value) || TryReadProtection(hart, csr, ref value);
        }
    }

    /// <summary>Writes a CSR at once; false if it does not exist, is read-only or is not accessible.</summary>
    public static bool TryWrite(Hart hart, uint csr, uint value)
    {
        if (CsrMap.IsReadOnly(csr) || hart.Privilege < CsrMap.Privilege(csr)) return false;
        switch (csr)
        {
            case CsrMap.Fflags: return WriteFcsr(hart, hart.Fmode, hart.Frm, value);
            case CsrMap.Frm: return WriteFcsr(hart, hart.Fmode, value, hart.Fflags);
            case CsrMap.Fcsr: return WriteFcsr(hart, value >> 8, value >> 5, value);
            case CsrMap.Fmode when HasFormats(hart): return WriteFcsr(hart, value, hart.Frm, hart.Fflags);
            case CsrMap.Ssr or CsrMap.ScalarChaining or CsrMap.Copift when HasStreams(hart): return true;

            case CsrMap.Mstatus: WriteMstatus(hart, value); return true;
            case CsrMap.Misa or CsrMap.Mstatush or CsrMap.Mip: return true;
            case CsrMap.Mie: hart.Mie = value & InterruptBits.All; return true;
            case CsrMap.Mtvec: hart.Mtvec = value & ~2u; return true;
            case CsrMap.Mscratch: hart.Mscratch = value; return true;
            case CsrMap.Mepc: hart.Mepc = value & ~1u; return true;
            case CsrMap.Mcause: hart.Mcause = value; return true;
            case CsrMap.Mtval: hart.Mtval = value; return true;
            case CsrMap.Mcounteren: hart.Mcounteren = value; return true;
            case CsrMap.Region or CsrMap.Barrier: return true;
            default: return TryWriteCounter(hart, csr, value) || TryWriteTrigger(hart, csr, value) || TryWriteProtection(hart, csr, value);
        }
    }

    /// <summary>mstatus as it reads: SD follows from FS.</summary>
    public static uint Mstatus(Hart hart) => hart.Mstatus | ((hart.Mstatus & MstatusBits.Fs) == MstatusBits.Fs ? MstatusBits.Sd : 0);

    /// <summary>misa: MXL = 1 and a bit for each extension that is implemented.</summary>
    public static uint Misa(HartFeatures features)
    {
        var misa = 1u << 30;
        foreach (var (extension, letter) in new[] { (Extension.A, 'A'), (Extension.C, 'C'), (Extension.D, 'D'), (Extension.F, 'F'), (Extension.I, 'I'), (Extension.M, 'M') })
        {
            if (features.Extensions.HasFlag(extension)) misa |= 1u << (letter - 'A');
        }

        if ((features.Extensions & Extension.NonStandard) != 0) misa |= 1u << ('X' - 'A');
        return features.HasUserMode ? misa | 1u << ('U' - 'A') : misa;
    }

    private static bool IsFloatOn(Hart hart) => (hart.Mstatus & MstatusBits.Fs) != 0;

    private static bool HasFormats(Hart hart) => hart.Features.Extensions.HasFlag(Extension.Xfvec);

    private static bool HasStreams(Hart hart) => hart.Features.Extensions.HasFlag(Extension.Xssr);

    private static bool WriteFcsr(Hart hart, uint fmode, uint frm, uint fflags)
    {
        if (!IsFloatOn(hart)) return false;
        if (HasFormats(hart)) hart.Fmode = fmode & 3;
        hart.Frm = frm & 7;
        hart.Fflags = fflags & 0x1f;
        hart.Mstatus |= MstatusBits.Fs;
        return true;
    }

    private static void WriteMstatus(Hart hart, uint value)
    {
        var writable = MstatusBits.Mie | MstatusBits.Mpie;
        if (hart.Features.Extensions.HasFlag(Extension.F)) writable |= MstatusBits.Fs;
        if (hart.Features.HasUserMode)
        {
            writable |= MstatusBits.Mprv | MstatusBits.Tw;
            var mpp = (value & MstatusBits.Mpp) >> MstatusBits.MppShift;
            if (mpp is Privilege.User or Privilege.Machine) writable |= MstatusBits.Mpp;
        }

        hart.Mstatus = (hart.Mstatus & ~writable) | (value & writable);
    }
}
