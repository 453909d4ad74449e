using System.Diagnostics;
using System.Text.Json;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Tests.Commands;

/// <summary>The command line as a user meets it: one line for each mistake.</summary>
public class CommandLineTests : InDirectory
{
    [Theory]
    [InlineData("--rank 0: expected 1 to 1024", "train", "adapter", "--base", "b", "--out", "o", "--rank", "0")]
    [InlineData("--bits 99: expected 2 to 15", "evaluate", "--base", "b", "--bits", "99")]
    [InlineData("--batch 0: expected 1 to 65536", "train", "base", "--out", "o", "--batch", "0")]
    [InlineData("--rate -1: expected", "train", "base", "--out", "o", "--rate", "-1")]
    [InlineData("vocab.txt: no such file; 'ahwalora-train data --out DIR' makes a set of data", "train", "base", "--out", "o", "--data", "/no/such")]
    public void MistakesAreOneLine(string expected, params string[] arguments)
    {
        var (status, _, error) = Run(arguments);
        Assert.Equal((125, 1), (status, error.TrimEnd('\n').Split('\n').Length));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAdapterIsEvaluatedOnItsOwnTaskWithProgressAndAsJson()
    {
        var (data, model, adapter) = (PathOf("data"), PathOf("base"), PathOf("adapter"));
        Succeeds("data", "--out", data, "--train", "20", "--dev", "8");
        Succeeds("train", "base", "--data", data, "--out", model, "--steps", "2", "--batch", "2");
        Succeeds("train", "adapter", "--data", data, "--base", model, "--out", adapter, "--task", "rte", "--steps", "2", "--batch", "2");

        void Refused(string task)
        {
            var (status, _, error) = Run("evaluate", "--data", data, "--base", model, "--adapter", adapter, "--task", task);
            Assert.Equal((125, $"ahwalora-train: {adapter}: is an adapter for rte, not for --task {task}; give the adapter's own task\n"), (status, error));
        }

        Refused("sst2");
        Refused("squad");
        File.Delete(Path.Combine(adapter, TrainingSettings.FileName)); // as of other programs, which say only what kind of task
        var (wrong, _, line) = Run("evaluate", "--data", data, "--base", model, "--adapter", adapter, "--task", "squad");
        Assert.Equal((125, $"ahwalora-train: {adapter}: is an adapter for sst2 or rte, not for --task squad; give the adapter's own task\n"), (wrong, line));

        var (ended, output, progress) = Run("evaluate", "--data", data, "--base", model, "--adapter", adapter, "--task", "rte", "--json", "-");
        Assert.Equal(0, ended);
        Assert.Contains("evaluate rte, step 1 of 14", progress, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        var ages = json.RootElement.GetProperty("ages");
        Assert.Equal(("rte", 7), (json.RootElement.GetProperty("task").GetString(), ages.GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, ages[0].GetProperty("compensated_deviation_percent").ValueKind);

        var (_, table, _) = Run("evaluate", "--data", data, "--base", model, "--task", "rte");
        Assert.DoesNotContain("±", table, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereTheResultGoesIsCheckedBeforeTheWork()
    {
        File.WriteAllText(PathOf("file"), "");
        var (status, _, error) = Run("train", "base", "--data", "/no/such", "--out", PathOf("file"));
        Assert.Equal((125, $"ahwalora-train: {PathOf("file")}: cannot be made a directory (it is a file)\n"), (status, error));
        (status, _, error) = Run("train", "base", "--data", "/no/such", "--out", PathOf("file/below"));
        Assert.Equal(125, status);
        Assert.StartsWith($"ahwalora-train: {PathOf("file/below")}: cannot be made a directory", error, StringComparison.Ordinal);
    }

    private static void Succeeds(params string[] arguments)
    {
        var (status, _, error) = Run(arguments);
        Assert.True(status == 0, error);
    }

    private static (int Status, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ahwalora-train.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error);
    }
}
