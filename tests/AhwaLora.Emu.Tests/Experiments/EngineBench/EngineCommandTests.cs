using System.Text.Json;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.EngineBench;

/// <summary>The matrix engine on the command line: files in, files and numbers out, one line for what does not fit.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class EngineCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);

    private string Npy(string name, int rows, int columns, Func<int, float> value)
    {
        NpyFormat.Write(At(name), [rows, columns], Enumerable.Range(0, rows * columns).Select(value).ToArray());
        return At(name);
    }

    private string Csv(params string[] lines)
    {
        File.WriteAllLines(At("points.csv"), lines);
        return At("points.csv");
    }

    [Fact]
    public void A_job_from_files_gives_z_and_its_cycles()
    {
        var (x, w, y) = (Npy("x.npy", 2, 16, i => i % 4), Npy("w.npy", 16, 3, i => i % 2), Npy("y.npy", 2, 3, i => i));
        Assert.Equal(0, CommandLineTests.Run("engine", "gemm", "--x", x, "--w", w, "--y", y, "--out", At("z.npy"), "--json", At("z.json")).Status);
        using var file = TensorFile.Open(At("z.npy"));
        Assert.Equal("<f2", file.Find(null).Type!.Npy);
        Assert.Equal([16, 9, 18, 19, 12, 21], file.Read(file.Find(null)));
        var numbers = JsonDocument.Parse(File.ReadAllText(At("z.json"))).RootElement;
        Assert.Equal(("GEMM", "4x12x3", "ok"), (numbers.GetProperty("op").GetString(), numbers.GetProperty("array").GetString(), numbers.GetProperty("status").GetString()));
        Assert.InRange(numbers.GetProperty("cycles").GetInt32(), 100, 300);
    }

    [Fact]
    public void A_shape_at_which_the_hardware_hangs_ends_with_126_unless_quirks_are_off()
    {
        string[] arguments = ["engine", "gemm", "--x", Npy("x.npy", 24, 4, _ => 1), "--w", Npy("w.npy", 4, 128, _ => 1), "--out", At("z.npy")];
        var (status, error) = CommandLineTests.Run(arguments);
        Assert.Equal(126, status);
        Assert.Contains("RedMulE v2.0.4 of 4x12x3 hangs at GEMM 24x4x128: N of at most H = 4 hangs with several tiles; GEMM 24x5x128 works", error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("z.npy")));
        Assert.Equal(0, CommandLineTests.Run([.. arguments, "--quirks", "none"]).Status);
        using var file = TensorFile.Open(At("z.npy"));
        Assert.All(file.Read(file.Find(null)), value => Assert.Equal(4, value));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var (x, w) = (Npy("x.npy", 2, 16, i => i), Npy("w.npy", 15, 3, i => i));
        CommandLineTests.AssertRefused("does not fit X of 16 columns; expected [16, k]", "engine", "gemm", "--x", x, "--w", w, "--out", At("z.npy"));
        CommandLineTests.AssertRefused("--array '4': expected HxLxP, as in 4x12x3", "engine", "gemm", "--x", x, "--w", w, "--out", At("z.npy"), "--array", "4");
        CommandLineTests.AssertRefused("L must be from 1 to 64", "engine", "gemm", "--x", x, "--w", w, "--out", At("z.npy"), "--array", "4x100");
        CommandLineTests.AssertRefused("points.csv:2: column 'k' is missing", "engine", "cycles", Csv("h,l,m,n", "4,12,1,1"));
        CommandLineTests.AssertRefused("points.csv:3: m '0': expected a whole number from 1 to 65535", "engine", "cycles", Csv("h,l,m,n,k", "4,12,1,16,1", "4,12,0,16,1"));
        CommandLineTests.AssertRefused("points.csv:2: 4 cells; expected 5", "engine", "cycles", Csv("h,l,m,n,k", "4,12,1,1"));
        CommandLineTests.AssertRefused("op 'DIV': expected MATMUL, GEMM,", "engine", "cycles", Csv("h,l,m,n,k,op", "4,12,1,16,1,DIV"));
        CommandLineTests.AssertRefused("no such file", "engine", "check", At("none.json"));
    }

    [Fact]
    public void Rows_come_in_their_order_with_the_columns_that_they_had()
    {
        var points = Csv("name,h,l,m,n,k,gap", "a,4,12,1,128,8,0", "b,4,12,2,4,128,0", "c,4,12,1,128,8,20");
        Assert.Equal(0, CommandLineTests.Run("engine", "cycles", points, "--csv", At("out.csv")).Status);
        Assert.Equal(
            ["name,h,l,m,n,k,gap,status,cycles,reads,writes,stalls", "a,4,12,1,128,8,0,ok,600,160,12,0", "b,4,12,2,4,128,0,hang,,129,48,0", "c,4,12,1,128,8,20,ok,580,160,12,0"],
            File.ReadAllLines(At("out.csv")));
    }
}
