using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.Documentation;

/// <summary>The README's commands exist, and print what it shows.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_table_of_make_run_is_what_it_prints()
    {
        var (status, output) = Run("layer", "--adapter", "tools/models/sst2", "--module", "layer.0.attention.self.query");
        Assert.Equal(0, status);
        CommittedText.AssertBlock("README.md", "layer", HostLine().Replace(output, ""));
    }

    [Fact]
    public void Every_command_and_option_shown_exists()
    {
        var readme = File.ReadAllText(Path.Combine(Toolchain.Root, "README.md"));
        foreach (Match line in Invocation().Matches(readme))
        {
            var words = line.Groups[1].Value.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var (status, help) = Run(words[0], "--help");
            Assert.Equal(0, status);
            foreach (var option in words.Where(w => w.StartsWith("--", StringComparison.Ordinal))) Assert.Contains(option, help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_make_target_shown_exists()
    {
        var makefile = File.ReadAllText(Path.Combine(Toolchain.Root, "Makefile"));
        var readme = File.ReadAllText(Path.Combine(Toolchain.Root, "README.md"));
        foreach (Match target in MakeTarget().Matches(readme)) Assert.Matches($"(?m)^{target.Groups[1].Value}:", makefile);
    }

    private static (int Status, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Toolchain.Root };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _ = error.Result;
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"(?m)^host: .*\n")]
    private static partial Regex HostLine();

    [GeneratedRegex(@"(?m)^tools/ahwalora (.*)$")]
    private static partial Regex Invocation();

    [GeneratedRegex(@"(?m)^make (\w+)")]
    private static partial Regex MakeTarget();

}
