using System.Diagnostics;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Emu.Tests.Experiments.Sweeps;

/// <summary>tools/slurm-sweep on a Slurm of one node that lives as long as the test: tests/programs/slurm/one-node.</summary>
[Trait(Traits.Speed, Traits.Slow)]
[Trait(Traits.Engine, Traits.Own)]
public sealed class SlurmTests : IDisposable
{
    // The first array is cancelled, so that its merge job can never run; the second goes on and ends.
    private const string Session = """
        set -eu
        "$1" "$2" 3 "$3" --hold
        scancel --me
        while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done
        [ ! -e "$3/small.parquet" ]
        "$1" "$2" 3 "$3" --cpus-per-task=2
        "$1" "$2" 1 "$3/in one" --cpus-per-task=2
        while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done
        """;

    private readonly SweepDirectory _files = new();

    public void Dispose() => _files.Dispose();

    private static string At(string path) => Path.Combine(Toolchain.Root, path);

    [Fact]
    public void A_job_array_gives_the_bytes_of_one_run()
    {
        // Rows name the build, so both come from the command that the jobs run.
        Toolchain.Run(At("tools/ahwalora"), $"sweep {_files.Write("small.yaml", SweepDirectory.Small)} --out {_files.At("whole")}");
        var session = _files.Write("session", Session);
        Toolchain.Run(At("tests/programs/slurm/one-node"), $"bash {session} {At("tools/slurm-sweep")} {_files.At("small.yaml")} \"{_files.At("out dir")}\"");
        Assert.Equal(File.ReadAllBytes(_files.At("whole/small.csv")), File.ReadAllBytes(_files.At("out dir/small.csv")));
        Assert.Equal(File.ReadAllBytes(_files.At("whole/small.parquet")), File.ReadAllBytes(_files.At("out dir/small.parquet")));
        Assert.Equal(File.ReadAllBytes(_files.At("whole/small.csv")), File.ReadAllBytes(_files.At("out dir/in one/small.csv")));
        Assert.Equal(["small.1-of-1.log"], Directory.GetFiles(_files.At("out dir/in one"), "*.log").Select(Path.GetFileName)); // no job to merge one part
        Assert.Equal(3, SweepTable.Read(_files.At("out dir/small.2-of-3.parquet")).Shard.Count);
    }

    [Fact]
    public void A_faulty_file_is_refused_before_a_job_is_submitted()
    {
        var start = new ProcessStartInfo(At("tools/slurm-sweep"), [_files.Write("bad.yaml", "rank: 0"), "3", _files.At("out")]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Assert.Contains("the nearest valid value is 1", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(125, process.ExitCode);
    }
}
