using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Single precision in f registers of 64 bits (unprivileged specification, section "NaN Boxing of Narrower Values"), on every engine and pipeline.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class FloatWidthTests
{
    private const ulong Box = 0xffff_ffffUL << 32;

    private static readonly HartFeatures Narrow = new(), Wide = new() { Extensions = HartFeatures.DefaultExtensions | Extension.D };

    private static readonly uint[] Loop = BareHart.Assemble("""
        auipc s0, 0
        li t0, 100
        li t1, 3
        fcvt.s.w ft1, t1
        fmv.w.x ft2, x0
    1:  fadd.s ft2, ft2, ft1
        fmul.s ft3, ft2, ft1
        fsgnjn.s ft4, ft3, ft3
        fmadd.s ft5, ft4, ft1, ft2
        fsw ft5, 0x400(s0)
        flw ft6, 0x400(s0)
        fmv.x.w a0, ft6
        flt.s a1, ft6, ft1
        fclass.s a2, ft4
        fcvt.w.s a3, ft3
        addi t0, t0, -1
        bnez t0, 1b
    2:  j 2b
    """);

    public static TheoryData<string> Profiles => BareHart.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Wider_registers_change_nothing_but_the_box(string profile)
    {
        var (narrow, narrowCauses, _) = BareHart.Run(profile, isTranslated: false, Loop, Start, Narrow);
        Assert.NotEqual(0u, narrow.X[10]);
        Assert.All(narrow.F.Bits, bits => Assert.Equal(0UL, bits >> 32));
        foreach (var isTranslated in new[] { false, true })
        {
            var (wide, causes, translated) = BareHart.Run(profile, isTranslated, Loop, Start, Wide);
            Assert.Equal(narrow.X, wide.X);
            Assert.Equal(narrow.F.Bits.Select(bits => bits | Box), wide.F.Bits);
            Assert.Equal((narrow.Time, narrow.Retired, narrow.Fflags), (wide.Time, wide.Retired, wide.Fflags));
            Assert.Equal(narrowCauses.Cycles, causes.Cycles);
            if (isTranslated) Assert.InRange(translated, 12, int.MaxValue);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void An_operand_without_its_box_is_the_canonical_nan_unless_it_is_only_moved(string profile)
    {
        // In a loop, so that a translator would take it.
        var program = BareHart.Assemble("""
            auipc s0, 0
            li t0, 50
        1:  fadd.s ft2, ft0, ft1
            fsgnj.s ft3, ft0, ft0
            fclass.s a0, ft0
            feq.s a1, ft0, ft0
            fmv.x.w a2, ft0
            fsw ft0, 0x400(s0)
            lw a3, 0x400(s0)
            addi t0, t0, -1
            bnez t0, 1b
        2:  j 2b
        """);
        foreach (var isTranslated in new[] { false, true })
        {
            var (hart, _, _) = BareHart.Run(profile, isTranslated, program, h => { Start(h); h.F.Bits[0] = 0x4010_0000_3f80_0000; h.F.SetSingle(1, 0x3f80_0000); }, Wide);
            Assert.Equal((Box | Float32.CanonicalNaN, Box | Float32.CanonicalNaN), (hart.F.Bits[2], hart.F.Bits[3]));
            Assert.Equal((1u << 9, 0u, 0x3f80_0000u, 0x3f80_0000u), (hart.X[10], hart.X[11], hart.X[12], hart.X[13]));
            Assert.Equal(0x4010_0000_3f80_0000UL, hart.F.Bits[0]);
        }
    }

    [Fact]
    public void A_narrow_register_has_no_box()
    {
        var f = new FloatRegisters(32);
        f.SetSingle(3, 0x7fff_ffff);
        Assert.Equal((0x7fff_ffffu, 0x7fff_ffffUL, true), (f.Single(3), f.Bits[3], f.AreSingle));
    }

    [Fact]
    public void Registers_are_single_until_one_holds_something_else()
    {
        var f = new FloatRegisters(64);
        Assert.True(f.AreSingle);
        Assert.Equal(0u, f.Single(31));
        f.Bits[31] = 1;
        Assert.False(f.AreSingle);
        f.Clear();
        Assert.True(f.AreSingle);
    }

    private static void Start(Hart hart) => hart.Mstatus |= MstatusBits.Fs;
}
