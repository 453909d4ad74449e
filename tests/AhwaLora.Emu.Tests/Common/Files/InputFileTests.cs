using AhwaLora.Common.Files;

namespace AhwaLora.Emu.Tests.Common.Files;

/// <summary>Whatever a user names as a file is read or refused, and neither takes long.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class InputFileTests
{
    [Fact]
    public void A_device_without_end_is_refused_at_the_limit() =>
        Refused("/dev/zero: has more than 1 MiB, the limit for this kind of file", () => InputFile.Bytes("/dev/zero", most: 1 << 20));

    [Fact]
    public void A_large_file_is_refused_before_it_is_read()
    {
        var path = Scratch.File("large");
        using (var file = File.Create(path)) file.SetLength(1L << 40); // sparse
        Refused($"{path}: has more than 16 MiB, the limit for this kind of file", () => InputFile.Text(path));
    }

    [Fact]
    public void A_file_of_the_greatest_size_is_read()
    {
        var path = Scratch.File("file", new string('x', 1 << 20));
        Assert.Equal(1 << 20, InputFile.Bytes(path, most: 1 << 20).Length);
        Refused($"{path}: has more than 0 MiB, the limit for this kind of file", () => InputFile.Bytes(path, most: (1 << 20) - 1));
    }

    [Fact]
    public void A_pipe_that_nobody_writes_into_is_refused()
    {
        var pipe = Pipe();
        Refused($"{pipe}: is a pipe that no program has opened to write into it", () => InputFile.Text(pipe));
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        var pipe = Pipe();
        var write = Task.Run(() => File.WriteAllText(pipe, "first\nsecond\n"));
        Assert.Equal(["first", "second"], InputFile.Lines(pipe));
        await write;
    }

    [Theory]
    [InlineData("/dev/zero", "is a pipe or a device; expected a file")]
    [InlineData("/tmp", "is a directory")]
    [InlineData("/no/such", "no such file")]
    [InlineData("a\0b", "no such file")]
    public void Only_a_file_can_be_read_in_parts(string path, string why) => Refused($"{OneLine.Of(path)}: {why}", () => InputFile.Open(path));

    [Fact]
    public void A_file_that_is_read_in_parts_is_read_from_its_begin()
    {
        using var empty = InputFile.Open(Scratch.File("empty", ""));
        using var text = InputFile.Open(Scratch.File("text", "text"));
        Assert.Equal((-1, (int)'t'), (empty.ReadByte(), text.ReadByte()));
    }

    private static string Pipe()
    {
        var pipe = Scratch.File("pipe");
        Toolchain.Run("mkfifo", pipe);
        return pipe;
    }

    private static void Refused(string message, Func<object> read) => Assert.Equal(message, Assert.Throws<UserErrorException>(read).Message);
}
