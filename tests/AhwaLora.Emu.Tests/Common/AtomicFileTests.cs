using System.Diagnostics;
using AhwaLora.Common.Files;

namespace AhwaLora.Emu.Tests.Common;

/// <summary>Files that are there whole or not at all.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class AtomicFileTests
{
    [Fact]
    public void A_directory_that_is_not_there_is_the_user_s_mistake()
    {
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.WriteText("/no-such-directory/file", "text"));
        Assert.Equal("/no-such-directory/file: cannot be written (no such directory)", error.Message);
    }

    [Fact]
    public void What_fails_half_way_leaves_the_old_file()
    {
        var path = Scratch.File("file", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_device_is_written_and_not_replaced()
    {
        AtomicFile.WriteText("/dev/null", "text");
        Assert.Equal("", File.ReadAllText("/dev/null"));
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.WriteText("/dev/full", "text"));
        Assert.StartsWith("/dev/full: cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_pipe_is_written_and_not_replaced()
    {
        var pipe = Scratch.File("pipe");
        Toolchain.Run("mkfifo", pipe);
        foreach (var text in new[] { "first", "second" })
        {
            var read = Task.Run(() => File.ReadAllText(pipe));
            AtomicFile.WriteText(pipe, text);
            Assert.Equal(text, await read);
        }
    }

    [Fact]
    public void An_empty_file_is_replaced()
    {
        var path = Scratch.File("file", "");
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_run_whose_console_nobody_reads_leaves_no_file_behind()
    {
        var log = Scratch.File("log");
        var prints = TestMachine.Assemble("li t0, 0x40000000\n1: sb t0, 0(t0)\nj 1b").Image.Path;
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, "run", prints, "--log", log]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        Assert.Equal(0, process.StandardOutput.BaseStream.ReadByte());
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(log)!));
        process.StandardOutput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(log)!));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_run_that_is_stopped_leaves_no_file_behind(string signal)
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora");
        var spins = TestMachine.Assemble("1: j 1b").Image.Path;
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, "run", spins, "--log", Path.Combine(directory.FullName, "log")]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Assert.True(SpinWait.SpinUntil(() => directory.GetFiles().Length == 1, TimeSpan.FromSeconds(20)));
        Toolchain.Run("kill", $"-{signal} {process.Id}");
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.NotEqual(0, process.ExitCode);
        Assert.Empty(directory.GetFiles());
        directory.Delete();
    }

    [Fact]
    public void A_link_stays_and_leads_to_the_new_file()
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora").FullName;
        var (target, link) = (Path.Combine(directory, "target"), Path.Combine(directory, "link"));
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, "target");
        AtomicFile.WriteText(link, "new");
        Assert.Equal(("new", "target"), (File.ReadAllText(target), new FileInfo(link).LinkTarget));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Links_may_be_named_without_their_directory_and_lead_to_links()
    {
        var target = Scratch.File("target", "old");
        var directory = Path.GetDirectoryName(target)!;
        File.CreateSymbolicLink(Path.Combine(directory, "middle"), "target");
        File.CreateSymbolicLink(Path.Combine(directory, "link"), "middle");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Toolchain.CommandLine, "platform", "--json", "link"]) { WorkingDirectory = directory })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("{", File.ReadAllText(target), StringComparison.Ordinal);
        Assert.Equal("middle", new FileInfo(Path.Combine(directory, "link")).LinkTarget);
    }
}
