using System.Globalization;
using System.Text;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Conformance;

/// <summary>Every instruction of D, Zfhmin and Zfh gives the results and flags that it gives under QEMU, in all rounding modes.</summary>
[Trait(Traits.Engine, Traits.Any)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class WideFloatProgramTests
{
    private const int Cases = 60, CaseBytes = 40;

    private static readonly ulong[] Corners =
    [
        0, 0x8000_0000_0000_0000, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x3ff0_0000_0000_0000, 0x7fef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000,
        0xfff0_0000_0000_0000, 0x7ff0_0000_0000_0001, 0x7ff8_0000_0000_0000, 0xffff_ffff_ffff_7c00, 0xffff_ffff_ffff_0001, 0xffff_ffff_ffff_7c01,
        0xffff_ffff_ffff_3c00, 0xffff_ffff_7f80_0000, 0xffff_ffff_7f80_0001, 0xffff_ffff_0080_0000, 0x41e0_0000_0000_0000, 0xc1e0_0000_0020_0000,
    ];

    private static IEnumerable<InstructionRow> Rows => InstructionSet.Rows.Where(row => (row.Extension & (Extension.D | Extension.Zfh | Extension.Zfhmin)) != 0);

    [Fact]
    public void Results_and_flags_are_those_of_qemu()
    {
        var rows = Rows.Where(row => row.Shape == Shape.Wide).ToList();
        var (here, there) = QemuComparison.Results(Text(rows), ProgramKind.User, "rv32imafd_zicsr_zifencei_zfh", "-cpu rv32,Zfh=true");
        Assert.Equal(5 * rows.Count * Cases * CaseBytes, here.Length);
        var different = Enumerable.Range(0, here.Length / CaseBytes)
            .Where(n => !here.AsSpan(n * CaseBytes, CaseBytes).SequenceEqual(there.AsSpan(n * CaseBytes, CaseBytes)))
            .Select(n => $"{rows[n / Cases % rows.Count].Name} rm {n / Cases / rows.Count}: {Convert.ToHexString(here, n * CaseBytes, CaseBytes)} under QEMU {Convert.ToHexString(there, n * CaseBytes, CaseBytes)}");
        Assert.Equal("", string.Join(Environment.NewLine, different.Take(20)));
    }

    /// <summary>For each mode and instruction, a loop over cases of three operands, a result and flags.</summary>
    private static string Text(List<InstructionRow> rows)
    {
        var random = new ProgramRandom(64);
        var data = new StringBuilder();
        var code = new StringBuilder();
        for (var mode = 0; mode < 5; mode++)
        {
            foreach (var row in rows)
            {
                code.Append(CultureInfo.InvariantCulture, $"""
                        la s0, m{mode}_{rows.IndexOf(row)}
                        li s1, {Cases}
                        csrwi frm, {mode}
                    1:  fld ft0, 0(s0)
                        fld ft1, 8(s0)
                        fld ft2, 16(s0)
                        lw t3, 0(s0)
                        csrwi fflags, 0
                        {row.Name} {Operands(row)}
                        csrr t1, fflags
                        {(row.Assembly.StartsWith("rd", StringComparison.Ordinal) ? "sw t2, 24(s0)" : "fsd ft3, 24(s0)")}
                        sw t1, 32(s0)
                        addi s0, s0, {CaseBytes}
                        addi s1, s1, -1
                        bnez s1, 1b

                    """);
                data.Append(CultureInfo.InvariantCulture, $"m{mode}_{rows.IndexOf(row)}:\n");
                for (var n = 0; n < Cases; n++)
                {
                    for (var operand = 0; operand < 3; operand++)
                    {
                        var value = Operand(random);
                        data.Append(CultureInfo.InvariantCulture, $"    .word 0x{(uint)value:x}, 0x{(uint)(value >> 32):x}\n");
                    }

                    data.Append("    .word 0, 0, 0, 0\n");
                }
            }
        }

        return $".data\n.balign 8\nresults:\n{data}results_end:\n.text\nbegin:\n{code}    la t0, finish\n    jr t0\n";
    }

    private static string Operands(InstructionRow row) => string.Join(", ", row.Assembly.Split(", ").Where(operand => operand != "rm").Select(operand => operand switch
    {
        "fd" => "ft3",
        "rd" => "t2",
        "rs1" => "t3",
        "fs1" => "ft0",
        "fs2" => "ft1",
        _ => "ft2",
    }));

    /// <summary>Corners, and numbers of each width whose exponents are near, boxed or not.</summary>
    private static ulong Operand(ProgramRandom random)
    {
        var bits = random.Next() | (ulong)random.Next() << 32;
        return random.Between(0, 8) switch
        {
            0 => Corners[random.Between(0, Corners.Length - 1)],
            1 => bits,
            2 or 3 => 0xffff_ffff_ffff_0000 | (ushort)bits,
            4 => 0xffff_ffff_0000_0000 | (uint)bits,
            5 => (bits & 0x800f_ffff_ffff_ffff) | 0x3fc0_0000_0000_0000 + ((bits >> 40 & 0x3f) << 52),
            6 => (bits & 0x800f_ffff_ffff_ffff) | (bits >> 40 & 0x3f) << 52,
            _ => (bits & 0xbfff_ffff_ffff_ffff) | 0x3000_0000_0000_0000,
        };
    }
}
