using System.Numerics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>Integer instructions over corner values against a second definition, in unbounded arithmetic.</summary>
public sealed class IntegerSemanticsTests
{
    private static readonly uint[] Corners =
        [0, 1, 2, 3, 0x1f, 0x20, 0x21, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x5555_5555, 0xaaaa_aaaa, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fff0, 0xffff_fffe, 0xffff_ffff];

    // Operands as signed (s) and unsigned (u) integers; the result is taken modulo 2^32.
    private static readonly Dictionary<string, Func<BigInteger, BigInteger, BigInteger, BigInteger, BigInteger>> Definitions = new()
    {
        //            rs1 signed, rs2 signed, rs1 unsigned, rs2 unsigned
        ["lui"] = (sa, sb, ua, ub) => ub,
        ["auipc"] = (sa, sb, ua, ub) => ua + ub,
        ["add"] = (sa, sb, ua, ub) => sa + sb,
        ["sub"] = (sa, sb, ua, ub) => sa - sb,
        ["sll"] = (sa, sb, ua, ub) => ua * BigInteger.Pow(2, (int)(ub % 32)),
        ["srl"] = (sa, sb, ua, ub) => ua / BigInteger.Pow(2, (int)(ub % 32)),
        ["sra"] = (sa, sb, ua, ub) => Floor(sa, BigInteger.Pow(2, (int)(ub % 32))),
        ["slt"] = (sa, sb, ua, ub) => sa < sb ? 1 : 0,
        ["sltu"] = (sa, sb, ua, ub) => ua < ub ? 1 : 0,
        ["xor"] = (sa, sb, ua, ub) => ua ^ ub,
        ["or"] = (sa, sb, ua, ub) => ua | ub,
        ["and"] = (sa, sb, ua, ub) => ua & ub,
        ["mul"] = (sa, sb, ua, ub) => sa * sb,
        ["mulh"] = (sa, sb, ua, ub) => Floor(sa * sb, Modulus),
        ["mulhsu"] = (sa, sb, ua, ub) => Floor(sa * ub, Modulus),
        ["mulhu"] = (sa, sb, ua, ub) => Floor(ua * ub, Modulus),
        ["div"] = (sa, sb, ua, ub) => sb == 0 ? -1 : BigInteger.Divide(sa, sb),
        ["divu"] = (sa, sb, ua, ub) => ub == 0 ? -1 : BigInteger.Divide(ua, ub),
        ["rem"] = (sa, sb, ua, ub) => sb == 0 ? sa : BigInteger.Remainder(sa, sb),
        ["remu"] = (sa, sb, ua, ub) => ub == 0 ? ua : BigInteger.Remainder(ua, ub),
        ["amoswap.w"] = (sa, sb, ua, ub) => ub,
        ["amoadd.w"] = (sa, sb, ua, ub) => ua + ub,
        ["amoxor.w"] = (sa, sb, ua, ub) => ua ^ ub,
        ["amoand.w"] = (sa, sb, ua, ub) => ua & ub,
        ["amoor.w"] = (sa, sb, ua, ub) => ua | ub,
        ["amomin.w"] = (sa, sb, ua, ub) => BigInteger.Min(sa, sb),
        ["amomax.w"] = (sa, sb, ua, ub) => BigInteger.Max(sa, sb),
        ["amominu.w"] = (sa, sb, ua, ub) => BigInteger.Min(ua, ub),
        ["amomaxu.w"] = (sa, sb, ua, ub) => BigInteger.Max(ua, ub),
        ["csrrw"] = (sa, sb, ua, ub) => ub,
        ["csrrs"] = (sa, sb, ua, ub) => ua | ub,
        ["csrrc"] = (sa, sb, ua, ub) => ua & (Modulus - 1 - ub),
    };

    private static readonly Dictionary<string, Func<BigInteger, BigInteger, BigInteger, BigInteger, bool>> Conditions = new()
    {
        ["beq"] = (sa, sb, ua, ub) => sa == sb,
        ["bne"] = (sa, sb, ua, ub) => sa != sb,
        ["blt"] = (sa, sb, ua, ub) => sa < sb,
        ["bge"] = (sa, sb, ua, ub) => sa >= sb,
        ["bltu"] = (sa, sb, ua, ub) => ua < ub,
        ["bgeu"] = (sa, sb, ua, ub) => ua >= ub,
    };

    private static BigInteger Modulus { get; } = BigInteger.One << 32;

    [Fact]
    public void Every_integer_instruction_is_what_its_definition_says()
    {
        var rows = InstructionSet.Rows.Where(r => r.Extension != Extension.F && r.Shape is Shape.Binary or Shape.Immediate or Shape.Upper or Shape.Atomic or Shape.Csr or Shape.CsrImmediate or Shape.Branch).ToList();
        Assert.Equal(50, rows.Count);
        foreach (var row in rows)
        {
            foreach (var a in Corners)
            {
                foreach (var b in Corners) Assert.True(Expected(row, a, b) == Actual(row, a, b), $"{row.Name} of {a:x8} and {b:x8} gives {Actual(row, a, b):x8}, not {Expected(row, a, b):x8}");
            }
        }
    }

    [Fact]
    public void Loads_extend_as_their_names_say()
    {
        foreach (var value in Corners)
        {
            Assert.Equal((uint)(int)(sbyte)value, Load("lb", value & 0xff));
            Assert.Equal((uint)(int)(short)value, Load("lh", value & 0xffff));
            Assert.Equal(value & 0xff, Load("lbu", value & 0xff));
            Assert.Equal(value & 0xffff, Load("lhu", value & 0xffff));
            Assert.Equal(value, Load("lw", value));
            Assert.Equal(value, Load("flw", value));
        }
    }

    private static uint Load(string name, uint raw) => (uint)InstructionSet.Row(name).Semantics!.Invoke(null, [raw])!;

    private static uint Actual(InstructionRow row, uint a, uint b) => row.Semantics!.Invoke(null, [a, b]) switch
    {
        bool taken => taken ? 1u : 0u,
        var value => (uint)value!,
    };

    private static uint Expected(InstructionRow row, uint a, uint b)
    {
        var (sa, sb) = ((BigInteger)(int)a, (BigInteger)(int)b);
        if (Conditions.TryGetValue(row.Name, out var condition)) return condition(sa, sb, a, b) ? 1u : 0u;
        var definition = Definitions.GetValueOrDefault(row.Name) ?? Definitions[row.Name == "sltiu" ? "sltu" : row.Name.TrimEnd('i')];
        var result = definition(sa, sb, a, b) % Modulus;
        return (uint)(result < 0 ? result + Modulus : result);
    }

    private static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
