using System.Diagnostics;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Source lines come from a program of the host. If it fails, one line says so, and the run goes on.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class SourceLinesTests
{
    // More addresses than a pipe holds.
    private static readonly uint[] Many = [.. Enumerable.Range(0, 20_000).Select(n => 0x8000_0000u + 4 * (uint)n)];

    [Fact]
    public void Without_line_information_or_the_binutils_one_line_says_so()
    {
        var bare = Toolchain.Assemble(".globl _start\n_start: nop\nj _start\n");
        Assert.Equal($"no source lines: {Path.GetFileName(bare)} has no line information (build it with -g)", SourceLines.Read(bare, [0x8000_0000]).Problem);
        Assert.Equal("no source lines: no-such-addr2line is not installed; install binutils-riscv64-unknown-elf", SourceLines.Read(Programs.Dot, [0x8000_0000], "no-such-addr2line").Problem);
        Assert.Null(SourceLines.Read(bare, [], "no-such-addr2line").Problem);
    }

    [Theory]
    [InlineData("echo 'tool: cannot open it' >&2; exit 1", "refused: tool: cannot open it")]
    [InlineData("exit 3", "refused: exit status 3")]
    [InlineData("exec <&-; sleep 0.2; exit 1", "refused: exit status 1")]
    [InlineData("printf '\\033[31m\\001 no\\n' >&2; exit 1", "refused:  [31m  no")]
    [InlineData("exec sleep 60", "did not answer within 0.5 s")]
    [InlineData("sleep 60 & exec cat > /dev/null", "did not answer within 0.5 s")]
    [InlineData("cat > /dev/null; echo nonsense", "gave 1 lines for 20000 addresses of dot.elf, not two for each")]
    [InlineData("cat > /dev/null; head -c 100000 /dev/urandom | tr -d '\\n'; exit 0", "lines for 20000 addresses")]
    [InlineData("cat > /dev/null", "gave 0 lines for 20000 addresses")]
    [InlineData("while read a; do echo f; echo '??:?'; done", "dot.elf has no line information")]
    [InlineData("kill -9 $$", "refused: exit status 137")]
    public void A_tool_that_fails_is_told_in_one_line(string script, string expected)
    {
        var limit = TimeSpan.FromSeconds(expected.Contains("0.5 s", StringComparison.Ordinal) ? 0.5 : 60);
        var lines = SourceLines.Read("dot.elf", Many, Tool(script), limit);
        Assert.Null(lines.Of(0x8000_0000));
        Assert.StartsWith("no source lines: ", lines.Problem, StringComparison.Ordinal);
        Assert.Contains(expected, lines.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(lines.Problem!, char.IsControl);
    }

    [Theory]
    [InlineData("--causes")]
    [InlineData("--callgrind", "profile")]
    [InlineData("--check")]
    public void A_run_survives_a_tool_that_refuses(params string[] options)
    {
        if (options is [_, var file]) options[1] = Scratch.File(file);
        var races = Toolchain.Assemble(TestMachine.Text("csrr t0, mhartid\nla t1, tohost\nsw t0, 8(t1)\nbnez t0, 1f\nj done\n1: j 1b"));
        var (status, error) = RunWith(Tool("echo 'file format not recognized' >&2; exit 1"), ["run", races, "--harts", "2", "--quiet", .. options]);
        Assert.Equal(options[0] == "--check" ? 1 : 0, status);
        Assert.Equal(1, error.Split("no source lines: riscv64-unknown-elf-addr2line refused: file format not recognized").Length - 1);
    }

    private static (int Status, string Text) RunWith(string tool, string[] arguments)
    {
        // The tool is found by its name.
        var directory = Path.GetDirectoryName(tool)!;
        File.Move(tool, Path.Combine(directory, SourceLines.Tool));
        var start = new ProcessStartInfo("sh", ["-c", "exec dotnet \"$@\" 2>&1", "sh", Toolchain.CommandLine, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{directory}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    private static string Tool(string script)
    {
        var path = Scratch.File("tool", $"#!/bin/sh\n{script}\n");
        Toolchain.Run("chmod", $"u+x {path}");
        return path;
    }
}
