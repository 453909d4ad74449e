using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>Which f operands an instruction takes from a stream, or gives to one, on a core that has streams.</summary>
public sealed class StreamOperandTests
{
    [Theory]
    [InlineData(0x0010_7143, "fmadd.s ft2, ft0, ft1, ft0, dyn", 0b011, 0b100)]
    [InlineData(0x2000_00d3, "fsgnj.s ft1, ft0, ft0", 0b001, 0b010)]
    [InlineData(0xe001_02d3, "fmv.x.w t0, ft2", 0b100, 0)]
    [InlineData(0xf002_8153, "fmv.w.x ft2, t0", 0, 0b100)]
    [InlineData(0x0012_a027, "fsw ft1, 0(t0)", 0b010, 0)]
    [InlineData(0x0002_a087, "flw ft1, 0(t0)", 0, 0)]
    [InlineData(0x0011_00b3, "add ra, sp, ra", 0, 0)]
    public void Operands_are_streams_but_for_what_a_load_writes(uint word, string text, uint reads, uint writes)
    {
        var i = new Decoder(Extension.I | Extension.F).Decode(word);
        Assert.StartsWith(text.Split(',')[0], Disassembler.Format(i, 0), StringComparison.Ordinal);
        Assert.Equal((reads, writes), (i.StreamReads, i.StreamWrites));
    }
}
