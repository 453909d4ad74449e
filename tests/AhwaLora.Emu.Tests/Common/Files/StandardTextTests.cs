using AhwaLora.Common.Files;


namespace AhwaLora.Emu.Tests.Common.Files;

/// <summary>What is printed on standard output and standard error.</summary>
public sealed class StandardTextTests
{
    [Fact]
    public void A_failure_names_the_stream()
    {
        using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true };
        using var named = StandardText.Named(full, "standard output");
        foreach (var write in new Action[] { () => named.Write('x'), () => named.WriteLine("text"), () => named.WriteLine(7), () => named.Write("text".AsSpan()) })
        {
            var error = Assert.Throws<UserErrorException>(write);
            Assert.StartsWith("standard output cannot be written (No space left on device", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_that_can_be_written_is_passed_on()
    {
        using var text = new StringWriter();
        using var named = StandardText.Named(text, "standard output");
        named.WriteLine("one");
        named.Write('2');
        named.Write("three".AsSpan());
        Assert.Equal($"one{named.NewLine}2three", text.ToString());
    }
}
