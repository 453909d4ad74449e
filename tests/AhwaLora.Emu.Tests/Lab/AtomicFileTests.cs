using AhwaLora.Emu.Lab;

namespace AhwaLora.Emu.Tests.Lab;

/// <summary>Files that are there whole or not at all.</summary>
public sealed class AtomicFileTests
{
    [Fact]
    public void A_directory_that_is_not_there_is_the_user_s_mistake()
    {
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.WriteText("/no-such-directory/file", "text"));
        Assert.StartsWith("/no-such-directory/file: cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fails_half_way_leaves_the_old_file()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        File.Delete(path);
    }
}
