using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Emu.Tests.Experiments.Sweeps;

/// <summary>A directory for sweep files and results that is gone after the test.</summary>
public sealed class SweepDirectory : IDisposable
{
    /// <summary>Eight small points.</summary>
    public const string Small = """
        shape: [32x24, 24x32]
        tokens: 16
        chunk: [4, 8]
        harts: 2
        strategy: [double-buffered, eager]
        """;

    public string Path { get; } = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    public SweepPlan Plan(string text, string name = "small.yaml") => SweepPlan.Load(Write(name, text));

    public SweepTable Run(SweepPlan plan, string directory, Shard? shard = null, int jobs = 2, Action<SweepProgress>? progress = null) =>
        SweepRun.Execute(plan, shard ?? Shard.Whole, At(directory), TestMachine.Engine, jobs, progress);
}
