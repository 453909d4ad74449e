using System.Diagnostics;

namespace AhwaLora.Train.Tests.Commands;

/// <summary>The command line as a user meets it: one line for each mistake.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("--rank 0: expected 1 to 1024", "train", "adapter", "--base", "b", "--out", "o", "--rank", "0")]
    [InlineData("--bits 99: expected 2 to 15", "evaluate", "--base", "b", "--bits", "99")]
    [InlineData("--batch 0: expected 1 to 65536", "train", "base", "--out", "o", "--batch", "0")]
    [InlineData("--rate -1: expected", "train", "base", "--out", "o", "--rate", "-1")]
    [InlineData("vocab.txt: no such file; 'ahwalora-train data --out DIR' makes a set of data", "train", "base", "--out", "o", "--data", "/no/such")]
    public void MistakesAreOneLine(string expected, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ahwalora-train.dll"), .. arguments]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((125, 1), (process.ExitCode, error.TrimEnd('\n').Split('\n').Length));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
