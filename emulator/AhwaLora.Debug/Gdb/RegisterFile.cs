using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Debug.Gdb;

/// <summary>
/// Registers by GDB's numbers: x 0-31, pc 32, f 33-64, CSR n 65 + n, priv 65 + 4096. Reading has no side effects, not even
/// if the hart would trap.
/// </summary>
internal static class RegisterFile
{
    /// <summary>pc.</summary>
    public const uint PcNumber = 32;

    private const uint Float0 = 33, Csr0 = 65, PrivilegeNumber = Csr0 + 4096;

    /// <summary>The answer to <c>g</c> has the registers with numbers below this.</summary>
    public static uint GeneralCount(Hart hart) => HasFloat(hart) ? Csr0 : Float0;

    /// <summary>Reads a register; false if there is none of that number.</summary>
    public static bool TryRead(Hart hart, uint number, out uint value)
    {
        value = 0;
        switch (number)
        {
            case < PcNumber: value = hart.X[number]; return true;
            case PcNumber: value = hart.Pc; return true;
            case < Csr0 when HasFloat(hart): value = hart.F.Low((int)(number - Float0)); return true;
            case >= Csr0 and < PrivilegeNumber: return TryReadCsr(hart, number - Csr0, out value);
            case PrivilegeNumber: value = hart.Privilege; return true;
            default: return false;
        }
    }

    /// <summary>Writes a register; false if there is none, or if it does not take the value.</summary>
    public static bool TryWrite(Hart hart, uint number, uint value)
    {
        switch (number)
        {
            case 0: return value == 0;
            case < PcNumber: hart.X[number] = value; return true;
            case PcNumber when value == hart.Pc: return true;
            case PcNumber when MayJump(hart) && (value & (hart.Features.InstructionAlignment - 1)) == 0: hart.Pc = value; return true;
            case >= Float0 and < Csr0 when HasFloat(hart): hart.F.SetSingle((int)(number - Float0), value); return true;
            case >= Csr0 and < PrivilegeNumber: return TryWriteCsr(hart, number - Csr0, value);
            default: return false;
        }
    }

    /// <summary>The target description: all registers, by name.</summary>
    public static string Description(Hart hart)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\"><architecture>riscv:rv32</architecture>");
        xml.Append("<feature name=\"org.gnu.gdb.riscv.cpu\">");
        for (var n = 0u; n < PcNumber; n++) Add(xml, Registers.AbiNames[(int)n], n, n is 1 ? "code_ptr" : n is 2 or 3 or 4 or 8 ? "data_ptr" : "int");
        Add(xml, "pc", PcNumber, "code_ptr");
        xml.Append("</feature>");
        if (HasFloat(hart))
        {
            xml.Append("<feature name=\"org.gnu.gdb.riscv.fpu\">");
            for (var n = 0u; n < 32; n++) Add(xml, Registers.AbiNames[(int)n + Registers.F0], Float0 + n, "ieee_single");
            foreach (var csr in new[] { CsrMap.Fflags, CsrMap.Frm, CsrMap.Fcsr }) Add(xml, CsrMap.NameOf(csr), Csr0 + csr, "int");
            xml.Append("</feature>");
        }

        xml.Append("<feature name=\"org.gnu.gdb.riscv.csr\">");
        foreach (var (csr, name) in CsrMap.Names.OrderBy(p => p.Key))
        {
            if (csr > CsrMap.Fcsr && TryReadCsr(hart, csr, out _)) Add(xml, name, Csr0 + csr, "int");
        }

        xml.Append("</feature><feature name=\"org.gnu.gdb.riscv.virtual\">");
        Add(xml, "priv", PrivilegeNumber, "int");
        return xml.Append("</feature></target>").ToString();
    }

    /// <summary>False within an access: its answer must not be taken for that of another instruction.</summary>
    private static bool MayJump(Hart hart) => !hart.Pending.IsActive && hart.State != HartState.WaitingForDevice;

    private static bool HasFloat(Hart hart) => hart.Features.Extensions.HasFlag(Extension.F);

    private static void Add(StringBuilder xml, string name, uint number, string type) =>
        xml.Append(System.Globalization.CultureInfo.InvariantCulture, $"<reg name=\"{name}\" bitsize=\"32\" regnum=\"{number}\" type=\"{type}\"/>");

    /// <summary>Reads a CSR as machine mode would with the FPU on.</summary>
    private static bool TryReadCsr(Hart hart, uint csr, out uint value)
    {
        value = 0;
        if (csr == CsrMap.Barrier) return false; // a read would wait
        return AsMachine(hart, ref value, csr, static (Hart h, uint number, ref uint v) => CsrFile.TryRead(h, number, out v));
    }

    private static bool TryWriteCsr(Hart hart, uint csr, uint value)
    {
        if (!TryReadCsr(hart, csr, out var before)) return false;
        uint taken = value;
        var isWritten = AsMachine(hart, ref taken, csr, static (Hart h, uint number, ref uint v) => CsrFile.TryWrite(h, number, v));
        return isWritten && (value == before || (TryReadCsr(hart, csr, out var after) && after != before));
    }

    private delegate bool Access(Hart hart, uint csr, ref uint value);

    private static bool AsMachine(Hart hart, ref uint value, uint csr, Access access)
    {
        var (privilege, mstatus) = (hart.Privilege, hart.Mstatus);
        hart.Privilege = Privilege.Machine;
        var isFloat = csr is CsrMap.Fflags or CsrMap.Frm or CsrMap.Fcsr;
        if (isFloat && HasFloat(hart)) hart.Mstatus |= MstatusBits.Fs;
        var done = access(hart, csr, ref value);
        hart.Privilege = privilege;
        if (isFloat) hart.Mstatus = mstatus;
        return done;
    }
}
