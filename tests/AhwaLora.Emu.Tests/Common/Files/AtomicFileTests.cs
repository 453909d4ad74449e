using System.Diagnostics;
using AhwaLora.Common.Files;

namespace AhwaLora.Emu.Tests.Common.Files;

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

    [Fact]
    public void A_link_in_a_directory_that_everybody_may_write_into_is_replaced()
    {
        var mine = Scratch.File("mine", "old");
        var link = Scratch.File("link");
        File.CreateSymbolicLink(link, mine);
        Toolchain.Run("chmod", $"1777 {Path.GetDirectoryName(link)}");
        AtomicFile.WriteText(link, "new");
        Assert.Equal(("old", "new", null), (File.ReadAllText(mine), File.ReadAllText(link), new FileInfo(link).LinkTarget));
    }

    [Fact]
    public void A_link_to_a_device_is_written_and_the_device_is_not_replaced()
    {
        var link = Scratch.File("link");
        File.CreateSymbolicLink(link, "/dev/null");
        AtomicFile.WriteText(link, "text");
        Assert.Equal(("", "/dev/null"), (File.ReadAllText("/dev/null"), new FileInfo(link).LinkTarget));
    }

    [Fact]
    public void The_name_of_the_new_file_cannot_be_foreseen()
    {
        var path = Scratch.File("file", "old");
        var names = new HashSet<string>();
        for (var i = 0; i < 2; i++) AtomicFile.Write(path, _ => names.UnionWith(Directory.GetFiles(Path.GetDirectoryName(path)!)));
        Assert.Equal(3, names.Count);
        Assert.DoesNotContain(names, name => name.Contains($"{Environment.ProcessId}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_only_its_owner_may_read_stays_so()
    {
        var path = Scratch.File("file", "old");
        Toolchain.Run("chmod", $"600 {path}");
        AtomicFile.WriteText(path, "new");
        Assert.Equal("600", Toolchain.RunText("stat", $"-c %a {path}").Trim());
    }

    [Fact]
    public void A_name_may_be_as_long_as_the_file_system_allows_and_a_longer_one_is_found_out_before_the_work()
    {
        var path = Scratch.File(new string('n', 255));
        AtomicFile.CheckPlace(path);
        AtomicFile.WriteText(path, "text");
        Assert.Equal("text", File.ReadAllText(path));
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.CheckPlace(path + "n"));
        Assert.EndsWith(": cannot be written (its name has 256 bytes; expected 255 at most)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_several_files_all_are_written_or_none(bool exist)
    {
        var directory = Path.GetDirectoryName(Scratch.File("none"))!;
        var (first, second) = (Path.Combine(directory, "first"), Path.Combine(directory, "second"));
        if (exist) File.WriteAllText(first, "old");
        Directory.CreateDirectory(second); // a file cannot take its place, which shows only when it is put there
        var error = Assert.Throws<UserErrorException>(() => AtomicFile.WriteAll((first, stream => stream.WriteByte((byte)'x')), (second, _ => { })));
        Assert.StartsWith($"{second}: cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(exist ? [first] : [], Directory.GetFiles(directory));
        if (exist) Assert.Equal("old", File.ReadAllText(first));
    }

    [Fact]
    public void A_disk_that_is_full_at_the_second_file_leaves_the_first_as_it_was()
    {
        var (first, second) = (Scratch.File("first", "old"), Scratch.File("second"));
        Assert.Throws<UserErrorException>(() => AtomicFile.WriteAll((first, stream => stream.WriteByte((byte)'x')), (second, _ => throw new IOException("No space left on device"))));
        Assert.Equal(("old", false), (File.ReadAllText(first), File.Exists(second)));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(first)!));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(second)!));
    }
}
