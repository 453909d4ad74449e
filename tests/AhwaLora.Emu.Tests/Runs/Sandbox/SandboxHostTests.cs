using System.Text;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Host;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;

namespace AhwaLora.Emu.Tests.Runs.Sandbox;

public sealed class SandboxHostTests : IDisposable
{
    private readonly DirectoryInfo _outer = Directory.CreateTempSubdirectory("ahwalora-sandbox-");
    private readonly string _sandbox;
    private readonly MemoryStream _output = new();
    private readonly SandboxHost _host;

    public SandboxHostTests()
    {
        _sandbox = _outer.CreateSubdirectory("sandbox").FullName;
        Directory.CreateDirectory(Inside("sub/deep"));
        File.WriteAllText(Path.Combine(_outer.FullName, "secret"), "secret");
        File.WriteAllText(Inside("file"), "inside");
        File.WriteAllText(Inside("sub/file"), "below");
        _host = MakeHost(_sandbox);
    }

    public void Dispose()
    {
        _host.Dispose();
        _outer.Delete(recursive: true);
    }

    [Theory]
    [InlineData("file", "inside")]
    [InlineData("./file", "inside")]
    [InlineData("sub//file", "below")]
    [InlineData("sub/../file", "inside")]
    [InlineData("sub/deep/../../file", "inside")]
    public void Paths_that_stay_inside_are_open(string path, string expected) => Assert.Equal(expected, ReadAll(path));

    [Theory]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("sub/../../sandbox/file")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("..")]
    public void Dot_dot_and_absolute_paths_do_not_lead_out(string path)
    {
        foreach (var flags in new[] { OpenFlags.Read, OpenFlags.Write | OpenFlags.Create | OpenFlags.Truncate })
        {
            Assert.Equal(-Errno.EACCES, _host.Open(path, flags));
        }

        Assert.Equal(-Errno.EACCES, _host.Remove(path));
        Assert.Equal(-Errno.EACCES, _host.Rename(path, "stolen"));
        Assert.Equal(-Errno.EACCES, _host.Rename("file", path));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_outer.FullName, "secret")));
    }

    /// <summary>Opening a pipe would wait for another program, whatever limits the run has.</summary>
    [Theory]
    [InlineData(OpenFlags.Read)]
    [InlineData(OpenFlags.Write | OpenFlags.Truncate)]
    [InlineData(OpenFlags.Read | OpenFlags.Write | OpenFlags.Create)]
    public void Pipes_are_refused_at_once_also_behind_a_link(OpenFlags flags)
    {
        Toolchain.Run("mkfifo", Inside("pipe"));
        File.CreateSymbolicLink(Inside("link"), "pipe");
        Assert.Equal(-Errno.EACCES, _host.Open("pipe", flags));
        Assert.Equal(-Errno.EACCES, _host.Open("link", flags));
        Assert.Equal(-Errno.EEXIST, _host.Open("pipe", OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive));
        Assert.Equal(0, _host.Remove("pipe"));
    }

    [Fact]
    public void Devices_are_refused()
    {
        using var host = MakeHost("/dev");
        Assert.Equal((-Errno.EACCES, -Errno.EACCES), (host.Open("zero", OpenFlags.Read), host.Open("null", OpenFlags.Write)));
    }

    [Fact]
    public void Absolute_paths_into_the_sandbox_are_refused_too() => Assert.Equal(-Errno.EACCES, _host.Open(Inside("file"), OpenFlags.Read));

    [Theory]
    [InlineData("../secret", "link")]
    [InlineData("..", "link/secret")]
    [InlineData("/etc", "link/passwd")]
    [InlineData("sub/../../secret", "link")]
    [InlineData("../new", "link")]
    public void Links_that_lead_out_are_refused(string target, string path)
    {
        File.CreateSymbolicLink(Inside("link"), target);

        Assert.Equal(-Errno.EACCES, _host.Open(path, OpenFlags.Read));
        Assert.Equal(-Errno.EACCES, _host.Open(path, OpenFlags.Read | OpenFlags.Write | OpenFlags.Create));
        Assert.False(File.Exists(Path.Combine(_outer.FullName, "new")));
    }

    [Fact]
    public void A_link_to_a_link_that_leads_out_is_refused()
    {
        File.CreateSymbolicLink(Inside("sub/second"), "../..");
        File.CreateSymbolicLink(Inside("first"), "sub/second/secret");

        Assert.Equal(-Errno.EACCES, _host.Open("first", OpenFlags.Read));
    }

    [Fact]
    public void A_sibling_whose_name_begins_like_the_sandboxs_is_outside()
    {
        Directory.CreateDirectory(_sandbox + "-other");
        File.WriteAllText(_sandbox + "-other/file", "other");
        File.CreateSymbolicLink(Inside("link"), _sandbox + "-other/file");

        Assert.Equal(-Errno.EACCES, _host.Open("link", OpenFlags.Read));
    }

    [Fact]
    public void Links_that_stay_inside_are_followed()
    {
        File.CreateSymbolicLink(Inside("sub/relative"), "../file");
        File.CreateSymbolicLink(Inside("absolute"), Inside("sub"));

        Assert.Equal("inside", ReadAll("sub/relative"));
        Assert.Equal("below", ReadAll("absolute/file"));
    }

    [Fact]
    public void Links_in_a_circle_end_in_an_error()
    {
        File.CreateSymbolicLink(Inside("a"), "b");
        File.CreateSymbolicLink(Inside("b"), "a");

        Assert.Equal(-Errno.ELOOP, _host.Open("a", OpenFlags.Read));
    }

    [Fact]
    public void A_sandbox_reached_by_a_link_works()
    {
        var link = Path.Combine(_outer.FullName, "link");
        File.CreateSymbolicLink(link, _sandbox);
        using var host = MakeHost(link);

        Assert.True(host.Open("file", OpenFlags.Read) >= 3);
        Assert.Equal(-Errno.EACCES, host.Open("../secret", OpenFlags.Read));
    }

    [Fact]
    public void Removing_a_link_leaves_its_target()
    {
        File.CreateSymbolicLink(Inside("link"), "../secret");

        Assert.Equal(0, _host.Remove("link"));
        Assert.True(File.Exists(Path.Combine(_outer.FullName, "secret")));
        Assert.Null(new FileInfo(Inside("link")).LinkTarget);
    }

    [Fact]
    public void Without_a_sandbox_there_are_no_files()
    {
        using var host = MakeHost(null);

        Assert.Equal(-Errno.EACCES, host.Open("file", OpenFlags.Read));
        Assert.Equal(-Errno.EACCES, host.Remove("file"));
        Assert.Equal(1, host.Write(1, "x"u8));
    }

    [Fact]
    public void A_sandbox_that_does_not_exist_is_named()
    {
        var error = Assert.Throws<SettingException>(() => MakeHost(Inside("missing")));

        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_files_are_posixs()
    {
        Assert.Equal(-Errno.ENOENT, _host.Open("missing", OpenFlags.Read));
        Assert.Equal(-Errno.ENOENT, _host.Open("missing/../file", OpenFlags.Read));
        Assert.Equal(-Errno.ENOTDIR, _host.Open("file/below", OpenFlags.Read));
        Assert.Equal(-Errno.EISDIR, _host.Open("sub", OpenFlags.Read));
        Assert.Equal(-Errno.EEXIST, _host.Open("file", OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive));
        Assert.Equal(-Errno.EINVAL, _host.Open("file", OpenFlags.Create));
        Assert.Equal(-Errno.EISDIR, _host.Remove("sub"));
        Assert.Equal(-Errno.EBADF, _host.Write(_host.Open("file", OpenFlags.Read), "x"u8));
        Assert.Equal(-Errno.EBADF, _host.Read(1, new byte[1]));
        Assert.Equal(-Errno.EBADF, _host.Close(-1));
        Assert.Equal("inside", File.ReadAllText(Inside("file")));
    }

    [Fact]
    public void A_write_behind_the_end_fills_with_zeros()
    {
        var file = _host.Open("new", OpenFlags.Read | OpenFlags.Write | OpenFlags.Create);

        Assert.Equal(2, _host.Seek(file, 2, SeekOrigin.End));
        Assert.Equal(1, _host.Write(file, "x"u8));
        Assert.Equal(3, _host.Length(file));
        Assert.Equal([0, 0, (byte)'x'], File.ReadAllBytes(Inside("new")));
    }

    [Fact]
    public void Handles_are_the_lowest_free_and_limited()
    {
        Assert.Equal(3, _host.Open("file", OpenFlags.Read));
        Assert.Equal(4, _host.OpenConsole(ConsoleStream.Output));
        Assert.Equal(0, _host.Close(3));
        Assert.Equal(3, _host.Open("file", OpenFlags.Read));
        Assert.Equal(2, _host.OpenFiles);

        while (_host.OpenConsole(ConsoleStream.Output) >= 0) Assert.True(_host.OpenFiles < 256);
        Assert.Equal(-Errno.EMFILE, _host.Open("file", OpenFlags.Read));
    }

    [Fact]
    public void The_console_survives_its_handles()
    {
        var handle = _host.OpenConsole(ConsoleStream.Output);

        Assert.Equal(0, _host.Close(handle));
        Assert.Equal(0, _host.Close(1));
        Assert.Equal(2, _host.Write(1, "ok"u8));
        Assert.Equal("ok", Encoding.UTF8.GetString(_output.ToArray()));
    }

    private string Inside(string name) => Path.Combine(_sandbox, name);

    private SandboxHost MakeHost(string? directory) => new(new GuestConsole(Stream.Null, _output, Stream.Null), ["guest"], directory);

    private string ReadAll(string path)
    {
        var file = _host.Open(path, OpenFlags.Read);
        Assert.True(file >= 0, $"'{path}' answers {file}.");
        var bytes = new byte[64];
        var read = _host.Read(file, bytes);
        Assert.Equal(0, _host.Close(file));
        return Encoding.UTF8.GetString(bytes, 0, read);
    }
}
