using System.Globalization;
using AhwaLora.Machine;

namespace AhwaLora.Emu.Tests.Conformance;

/// <summary>
/// Writes random programs. x1 links calls, x2 and x4 count loops, gp is the base of memory, x5 holds addresses;
/// with traps x30 and x31 are the handler's. Everything else is written at random, and everything is read.
/// </summary>
internal sealed class ProgramGenerator
{
    private static readonly string[] Registers3 = ["add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and", "mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"];
    private static readonly string[] Immediates = ["addi", "slti", "sltiu", "xori", "ori", "andi"];
    private static readonly string[] Shifts = ["slli", "srli", "srai"];
    private static readonly string[] Branches = ["beq", "bne", "blt", "bge", "bltu", "bgeu"];
    private static readonly string[] Loads = ["lb", "lh", "lw", "lbu", "lhu"], Stores = ["sb", "sh", "sw"];
    private static readonly string[] Float2 = ["fadd.s", "fsub.s", "fmul.s", "fdiv.s"], Float3 = ["fmadd.s", "fmsub.s", "fnmsub.s", "fnmadd.s"];
    private static readonly string[] FloatQuiet = ["fsgnj.s", "fsgnjn.s", "fsgnjx.s", "fmin.s", "fmax.s"], FloatCompare = ["feq.s", "flt.s", "fle.s"];
    private static readonly string[] Modes = ["rne", "rtz", "rdn", "rup", "rmm", "dyn"];
    private static readonly string[] Atomics = ["amoswap.w", "amoadd.w", "amoxor.w", "amoand.w", "amoor.w", "amomin.w", "amomax.w", "amominu.w", "amomaxu.w"];

    private const int TargetInstructions = 1_000, UnmappedPage = 0x1000;

    private readonly ProgramRandom _random;
    private readonly ProgramKind _kind;
    private readonly int[] _writable;

    private ProgramGenerator(ulong seed, ProgramKind kind)
    {
        _random = new ProgramRandom(~seed);
        _kind = kind;
        _writable = Writable(kind);
    }

    private bool HasTraps => _kind.HasFlag(ProgramKind.Machine);

    /// <summary>Integer registers that random instructions write.</summary>
    public static int[] Writable(ProgramKind kind) => [.. Enumerable.Range(6, kind.HasFlag(ProgramKind.Machine) ? 24 : 26)];

    /// <summary>The program of a seed.</summary>
    public static RandomProgram Generate(ulong seed, ProgramKind kind)
    {
        var generator = new ProgramGenerator(seed, kind);
        var blocks = new List<ProgramBlock>();
        for (var executed = 0; executed < TargetInstructions;)
        {
            var (block, instructions) = generator.Block();
            blocks.Add(block);
            executed += instructions;
        }

        return new RandomProgram(seed, kind, blocks);
    }

    private (ProgramBlock Block, int Executed) Block() => _random.Below(6) switch
    {
        0 => Loop(),
        1 => NestedLoop(),
        2 => Call(),
        3 => Branch(),
        _ => Straight(),
    };

    private (ProgramBlock, int) Straight()
    {
        var lines = Lines(4, 16);
        return (new ProgramBlock(lines), lines.Count);
    }

    private (ProgramBlock, int) Loop()
    {
        var (body, turns) = (Lines(2, 8), _random.Between(2, 10));
        return (Block($"li x4, {turns}\n1:", body, "addi x4, x4, -1\nbnez x4, 1b"), turns * (body.Count + 2));
    }

    private (ProgramBlock, int) NestedLoop()
    {
        var (body, outer, inner) = (Lines(2, 5), _random.Between(2, 4), _random.Between(2, 5));
        var block = Block($"li x4, {outer}\n2:  li x2, {inner}\n1:", body, "addi x2, x2, -1\nbgtz x2, 1b\naddi x4, x4, -1\nbnez x4, 2b");
        return (block, outer * (inner * (body.Count + 2) + 3));
    }

    private (ProgramBlock, int) Call()
    {
        var (body, times) = (Lines(1, 6), _random.Between(1, 4));
        var call = _random.OneIn(2) ? "jal ra, 1f" : "la x5, 1f\njalr ra, 0(x5)";
        var calls = string.Concat(Enumerable.Repeat(call + "\n", times));
        return (Block($"{calls}j 2f\n1:", body, "ret\n2:"), times * (body.Count + 3));
    }

    private (ProgramBlock, int) Branch()
    {
        var lines = Lines(1, 4);
        var (a, b) = (X(), _random.OneIn(4) ? X() : $"x{_random.Between(6, 12)}");
        return (Block($"{_random.Pick(Branches)} {a}, {b}, 1f", lines, "1:"), lines.Count);
    }

    private static ProgramBlock Block(string before, List<ProgramLine> body, string after) =>
        new([new ProgramLine(before, IsFixed: true), .. body, new ProgramLine(after, IsFixed: true)]);

    private List<ProgramLine> Lines(int least, int most)
    {
        var lines = new List<ProgramLine>();
        for (var n = _random.Between(least, most); n > 0; n--) lines.Add(new ProgramLine(Line()));
        return lines;
    }

    private string Line() => _random.Below(HasTraps ? 15 : 12) switch
    {
        0 or 1 => $"{_random.Pick(Registers3)} {Rd()}, {X()}, {X()}",
        2 => $"{_random.Pick(Immediates)} {Rd()}, {X()}, {Immediate()}",
        3 => _random.OneIn(2) ? $"{_random.Pick(Shifts)} {Rd()}, {X()}, {_random.Below(32)}" : Upper(),
        4 => $"{_random.Pick(Loads)} {Rd()}, {Address()}",
        5 => $"{_random.Pick(Stores)} {X()}, {Address()}",
        6 => Memory(),
        7 or 8 => $"{_random.Pick(Float2)} {F()}, {F()}, {F()}, {Mode()}",
        9 => $"{_random.Pick(Float3)} {F()}, {F()}, {F()}, {F()}, {Mode()}",
        10 => Float(),
        11 => _random.OneIn(3) ? FloatCsr() : Float(),
        12 or 13 => MachineCsr(),
        _ => Trap(),
    };

    private string Memory() => _random.Below(_kind.HasFlag(ProgramKind.Compressed) ? 5 : 3) switch
    {
        0 => $"flw {F()}, {_random.Between(ConstantWords, ConstantWords + RandomProgram.Constants - 1) * 4}(gp)",
        1 => _random.OneIn(2) ? $"flw {F()}, {Address()}" : $"fsw {F()}, {Address()}",
        2 => $"andi x5, {X()}, 0x7f\nadd x5, x5, gp\n{(_random.OneIn(2) ? $"{_random.Pick(Loads)} {Rd()}" : $"{_random.Pick(Stores)} {X()}")}, {_random.Between(-128, 96)}(x5)",
        3 => $"addi x5, gp, {_random.Between(-64, 63) * 4}\n{_random.Pick(Atomics)} {Rd()}, {X()}, (x5)",
        _ => $"addi x5, gp, {_random.Between(-64, 63) * 4}\nlr.w {Rd()}, (x5)\nsc.w {Rd()}, {X()}, (x5)",
    };

    private const int ConstantWords = RandomProgram.ConstantsOffset / 4;

    private string Float() => _random.Below(9) switch
    {
        0 => $"fsqrt.s {F()}, {F()}, {Mode()}",
        1 or 2 => $"{_random.Pick(FloatQuiet)} {F()}, {F()}, {F()}",
        3 => $"{_random.Pick(FloatCompare)} {Rd()}, {F()}, {F()}",
        4 => $"{(_random.OneIn(2) ? "fcvt.w.s" : "fcvt.wu.s")} {Rd()}, {F()}, {Mode()}",
        5 => $"{(_random.OneIn(2) ? "fcvt.s.w" : "fcvt.s.wu")} {F()}, {X()}, {Mode()}",
        6 => $"fclass.s {Rd()}, {F()}",
        7 => $"fmv.x.w {Rd()}, {F()}",
        _ => $"fmv.w.x {F()}, {X()}",
    };

    private string FloatCsr() => _random.Below(6) switch
    {
        0 => $"fsrmi {Rd()}, {_random.Below(HasTraps ? 8 : 5)}",
        1 => $"csrr {Rd()}, {_random.Pick(["fflags", "frm", "fcsr"])}",
        2 => $"fsflags {Rd()}, {X()}",
        3 => $"csrrsi {Rd()}, fflags, {_random.Below(32)}",
        4 => $"csrrci {Rd()}, fflags, {_random.Below(32)}",
        _ => $"andi x5, {X()}, 0x9f\ncsrrw {Rd()}, fcsr, x5",
    };

    // mstatus is read through a mask: what lies outside differs between machines that are both right.
    private string MachineCsr() => _random.Below(7) switch
    {
        0 => $"csrrw {Rd()}, mscratch, {X()}",
        1 => $"{_random.Pick(["csrrs", "csrrc"])} {Rd()}, {_random.Pick(["mscratch", "mtval", "mcause"])}, {X()}",
        2 => $"{_random.Pick(["csrrwi", "csrrsi", "csrrci"])} {Rd()}, {_random.Pick(["mscratch", "mtval", "mcause"])}, {_random.Below(32)}",
        3 => $"andi x5, {X()}, -4\ncsrw mepc, x5\ncsrr {Rd()}, mepc",
        4 => $"andi x5, {X()}, 0x88\n{_random.Pick(["csrs", "csrc"])} mstatus, x5\ncsrr x5, mstatus\nandi x5, x5, 0x88\nmv {Rd()}, x5",
        5 => _random.OneIn(3) ? $"li x5, 0x6000\n{_random.Pick(["csrs", "csrs", "csrc"])} mstatus, x5" : FloatCsr(),
        _ => $"csrr {Rd()}, {_random.Pick(["mscratch", "mepc", "mcause", "mtval", "mhartid"])}",
    };

    private string Trap() => _random.Below(8) switch
    {
        0 => $".word 0x{_random.Pick<uint>([0xffffffff, 0x00000000, 0x02007033 | 0x80000000, 0x40001013, 0x02001013, 0x00001067, 0x0000302f, 0xf0100053, 0xe0002053, 0x10200073]):x8}",
        1 => "ecall",
        2 => ".word 0x00100073",
        3 => $"lui x5, 0x{UnmappedPage:x}\n{_random.Pick(Loads)} {Rd()}, {_random.Between(0, 15) * 4}(x5)",
        4 => $"lui x5, 0x{UnmappedPage:x}\n{_random.Pick(Stores)} {X()}, {_random.Between(0, 15) * 4}(x5)",
        5 => $"lui x5, 0x{UnmappedPage:x}\njalr x5, {_random.Between(0, 15) * 4}(x5)",
        6 => $"csrrw {Rd()}, {_random.Pick(["mhartid", "0x7c3", "0xcc0", "marchid"])}, {X()}",
        _ => $"flw {F()}, {Address()}",
    };

    private string Upper() => $"{(_random.OneIn(2) ? "lui" : "auipc")} {Rd()}, 0x{_random.Next() & 0xfffff:x}";

    // Aligned or not, in the memory that the program may store to.
    private string Address() => $"{_random.Between(-RandomProgram.ConstantsOffset, RandomProgram.ConstantsOffset - 4)}(gp)";

    private string Immediate() => (_random.OneIn(3) ? _random.Pick([-2048, -1, 0, 1, 2047]) : _random.Between(-2048, 2047)).ToString(CultureInfo.InvariantCulture);

    private string Rd() => _random.OneIn(16) ? "x0" : $"x{_random.Pick(_writable)}";

    private string X() => $"x{_random.Below(HasTraps ? 30 : 32)}";

    private string F() => $"f{_random.Below(32)}";

    private string Mode() => _random.Pick(Modes);
}
