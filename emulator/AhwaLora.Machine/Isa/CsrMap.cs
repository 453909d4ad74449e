using System.Collections.Frozen;
using System.Globalization;

namespace AhwaLora.Machine.Isa;

/// <summary>Numbers and names of the control and status registers (privileged specification, chapter "CSR Listing").</summary>
public static class CsrMap
{
#pragma warning disable CS1591 // The names are the specification's.
    public const uint Fflags = 0x001, Frm = 0x002, Fcsr = 0x003;
    public const uint Mstatus = 0x300, Misa = 0x301, Mie = 0x304, Mtvec = 0x305, Mcounteren = 0x306, Mstatush = 0x310;
    public const uint Mcountinhibit = 0x320, Mhpmevent0 = 0x320;
    public const uint Mscratch = 0x340, Mepc = 0x341, Mcause = 0x342, Mtval = 0x343, Mip = 0x344;
    public const uint Menvcfg = 0x30A, Menvcfgh = 0x31A;
    public const uint Pmpcfg0 = 0x3A0, Pmpaddr0 = 0x3B0;
    public const uint Tselect = 0x7A0, Tdata1 = 0x7A1, Tdata2 = 0x7A2, Tdata3 = 0x7A3, Tinfo = 0x7A4, Tcontrol = 0x7A5;
    public const uint Ssr = 0x7C0, Barrier = 0x7C2, ScalarChaining = 0x7C3, Copift = 0x7C6, Region = 0x7C8, Fmode = 0x800;
    public const uint Mcycle = 0xB00, Minstret = 0xB02, Mhpmcounter0 = 0xB00;
    public const uint Mcycleh = 0xB80, Minstreth = 0xB82, Mhpmcounter0h = 0xB80;
    public const uint Cycle = 0xC00, Time = 0xC01, Instret = 0xC02, Hpmcounter0 = 0xC00;
    public const uint Cycleh = 0xC80, Timeh = 0xC81, Instreth = 0xC82, Hpmcounter0h = 0xC80;
    public const uint Mvendorid = 0xF11, Marchid = 0xF12, Mimpid = 0xF13, Mhartid = 0xF14, Mconfigptr = 0xF15;
#pragma warning restore CS1591

    private static readonly FrozenDictionary<uint, string> NamesByNumber = Build().ToFrozenDictionary();

    /// <summary>Every CSR with a name, by number.</summary>
    public static IReadOnlyDictionary<uint, string> Names => NamesByNumber;

    /// <summary>The CSR's name as the assembler knows it, or its number in hexadecimal.</summary>
    public static string NameOf(uint number) => NamesByNumber.GetValueOrDefault(number) ?? string.Create(CultureInfo.InvariantCulture, $"0x{number:x3}");

    /// <summary>True if the top two bits of the number mark the CSR as read-only.</summary>
    public static bool IsReadOnly(uint number) => number >> 10 == 3;

    /// <summary>Lowest privilege level that may access the CSR: 0 user, 3 machine.</summary>
    public static uint Privilege(uint number) => number >> 8 & 3;

    private static Dictionary<uint, string> Build()
    {
        var names = new Dictionary<uint, string>
        {
            [Fflags] = "fflags",
            [Frm] = "frm",
            [Fcsr] = "fcsr",
            [Mstatus] = "mstatus",
            [Misa] = "misa",
            [Mie] = "mie",
            [Mtvec] = "mtvec",
            [Mcounteren] = "mcounteren",
            [Mstatush] = "mstatush",
            [Mcountinhibit] = "mcountinhibit",
            [Menvcfg] = "menvcfg",
            [Menvcfgh] = "menvcfgh",
            [Mscratch] = "mscratch",
            [Mepc] = "mepc",
            [Mcause] = "mcause",
            [Mtval] = "mtval",
            [Mip] = "mip",
            [Tselect] = "tselect",
            [Tdata1] = "tdata1",
            [Tdata2] = "tdata2",
            [Tdata3] = "tdata3",
            [Tinfo] = "tinfo",
            [Tcontrol] = "tcontrol",
            [Mcycle] = "mcycle",
            [Minstret] = "minstret",
            [Mcycleh] = "mcycleh",
            [Minstreth] = "minstreth",
            [Cycle] = "cycle",
            [Time] = "time",
            [Instret] = "instret",
            [Cycleh] = "cycleh",
            [Timeh] = "timeh",
            [Instreth] = "instreth",
            [Mvendorid] = "mvendorid",
            [Marchid] = "marchid",
            [Mimpid] = "mimpid",
            [Mhartid] = "mhartid",
            [Mconfigptr] = "mconfigptr",
        };
        for (uint n = 3; n < 32; n++)
        {
            names[Mhpmevent0 + n] = $"mhpmevent{n}";
            names[Mhpmcounter0 + n] = $"mhpmcounter{n}";
            names[Mhpmcounter0h + n] = $"mhpmcounter{n}h";
            names[Hpmcounter0 + n] = $"hpmcounter{n}";
            names[Hpmcounter0h + n] = $"hpmcounter{n}h";
        }

        for (uint n = 0; n < 4; n++) names[Pmpcfg0 + n] = $"pmpcfg{n}";
        for (uint n = 0; n < 16; n++) names[Pmpaddr0 + n] = $"pmpaddr{n}";
        return names;
    }
}
