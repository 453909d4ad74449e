using AhwaLora.Common.Files;

namespace AhwaLora.Emu.Tests.Common.Files;

/// <summary>What others wrote cannot begin a line of its own or command the terminal.</summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("con\nx", @"con\nx")]
    [InlineData("a\r\n\tb", @"a\r\n\tb")]
    [InlineData("\u001b[2Jcleared", @"\x1b[2Jcleared")]
    [InlineData("\u009b31mred", @"\x9b31mred")]
    [InlineData("\0\u007f\u0085", @"\x00\x7f\x85")]
    [InlineData("line\u2028paragraph\u2029", @"line\u2028paragraph\u2029")]
    [InlineData("\u202egpj.exe\u200b\ufeff", @"\u202egpj.exe\u200b\ufeff")]
    [InlineData("\U000e0041tag", @"\U000e0041tag")]
    public void What_is_not_shown_is_written_out(string text, string line) => Assert.Equal(line, OneLine.Of(text));

    [Fact]
    public void Half_a_character_is_written_out() => Assert.Equal(@"\ud800x", OneLine.Of(((char)0xd800) + "x"));

    [Theory]
    [InlineData("")]
    [InlineData("Zürich, 東京, 🙂, ~/a b")]
    public void What_is_shown_stays(string text) => Assert.Equal(text, OneLine.Of(text));

    [Fact]
    public void A_very_long_text_keeps_its_begin_and_its_end()
    {
        var line = OneLine.Of("begin" + new string('x', 1 << 20) + "end");
        Assert.True(line.Length < 10_000);
        Assert.StartsWith("begin", line, StringComparison.Ordinal);
        Assert.EndsWith("xend", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_has_one_line_and_one_for_each_detail()
    {
        Assert.Equal(@"a\nb", new UserErrorException("a\nb").Message);
        Assert.Equal("two faults\n  a\\nb\n  c", new UserErrorException("two faults", ["a\nb", "c"]).Message);
    }
}
