using AhwaLora.Experiments.EngineBench;

namespace AhwaLora.Emu.Tests.Experiments.EngineBench;

/// <summary>The engine on a machine against runs of RedMulE v2.0.4's RTL: cycles, accesses, denied cycles, hangs, values.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class MeasuredEngineTests : IDisposable
{
    private static readonly string[] _answers = ["status", "cycles", "reads", "writes", "stalls"];

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    internal static string Measured(params string[] names) => Path.Combine([Toolchain.Root, "tests", "programs", "rtl", "redmule", .. names]);

    [Theory]
    [InlineData("gemm_h4_l12.csv")]
    [InlineData("gemm_h4_l8.csv")]
    [InlineData("gemm_h8_l24.csv")]
    [InlineData("gemm_h8_l32.csv")]
    [InlineData("stalls.csv")]
    public void Every_point_takes_the_cycles_and_accesses_of_the_rtl(string name)
    {
        string[][] rows = [.. File.ReadAllLines(Measured(name)).Select(line => line.Split(','))];
        string[] columns = rows[0];
        var questions = Path.Combine(_directory, name);
        File.WriteAllLines(questions, rows.Select(row => string.Join(',', row.Index().Where(cell => !_answers.Contains(columns[cell.Index])).Select(cell => cell.Item))));

        string[][] results = [.. EngineCycles.Measure(questions).Select(line => line.Split(','))];
        Assert.Equal(rows.Length, results.Length);
        foreach (var (expected, got) in rows.Zip(results).Skip(1))
        {
            // The file has the accesses of some jobs that hang.
            foreach (var (index, column) in columns.Index().Where(c => expected[c.Index].Length > 0 || c.Item == "cycles"))
            {
                if (got[Array.IndexOf(results[0], column)] != expected[index]) Assert.Fail($"{string.Join(',', expected)}: {column} is {got[Array.IndexOf(results[0], column)]}");
            }
        }
    }

    [Fact]
    public void Results_agree_bit_for_bit_also_in_the_rows_after_the_last()
    {
        var (cases, differences) = NumericsCheck.Run(Measured("numerics.json"));
        Assert.Equal(41, cases);
        Assert.Empty(differences);
    }

    [Fact]
    public void A_wrong_result_is_found()
    {
        var path = Path.Combine(_directory, "n.json");
        var good = File.ReadAllText(Measured("numerics.json"));
        File.WriteAllText(path, good.Replace("\"z\": \"366c", "\"z\": \"366d", StringComparison.Ordinal));
        Assert.EndsWith("case 0: GEMM 3x13x17 on 4x12x3: z[0] is 366c; expected 366d", Assert.Single(NumericsCheck.Run(path).Differences), StringComparison.Ordinal);
    }
}
