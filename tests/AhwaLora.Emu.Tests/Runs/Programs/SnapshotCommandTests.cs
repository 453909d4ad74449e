using System.Globalization;
using System.Text.Json.Nodes;
using AhwaLora.Emu.Tests.Debug;
using AhwaLora.Machine.Clusters.Dma;

namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary><c>run --save</c>, <c>--restore</c> and <c>--check</c>, as a user gives them.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class SnapshotCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ahwalora");

    private static readonly string Program = TestMachine.Assemble("""
            li s0, 5000
        1:  mul s1, s0, s0
            li t0, 0x80000003
            csrw 0x7c8, t0
            addi s0, s0, -1
            li t0, 3
            csrw 0x7c8, t0
            bnez s0, 1b
        """).Image.Path;

    public void Dispose() => _directory.Delete(recursive: true);

    private string At(string name) => Path.Combine(_directory.FullName, name);

    private string StatisticsOf(string name, params string[] options)
    {
        Assert.Equal((0, ""), CommandLineTests.Run(["run", Program, "--harts", "1", "--quiet", "--stats", At(name), .. options]));
        var statistics = JsonNode.Parse(File.ReadAllText(At(name)))!.AsObject();
        Assert.True(statistics.Remove("host"));
        return statistics.ToJsonString();
    }

    [Theory]
    [InlineData("10000")]
    [InlineData("region")]
    [InlineData("region3")]
    public void What_follows_a_restored_snapshot_is_what_followed_it_when_it_was_saved(string when)
    {
        var whole = StatisticsOf("whole.json", "--timing", "cv32e40p", "--save", $"{At("s")}@{when}");
        Assert.Equal(whole, StatisticsOf("rest.json", "--timing", "cv32e40p", "--restore", At("s")));
        Assert.Equal(whole, StatisticsOf("other.json", "--timing", "cv32e40p", "--restore", At("s"), "--engine", "interpreter"));
    }

    [Fact]
    public void A_log_begins_with_the_first_instruction_though_a_snapshot_is_saved_on_the_way()
    {
        StatisticsOf("whole.json", "--log", At("whole.log"));
        StatisticsOf("saved.json", "--log", At("saved.log"), "--save", $"{At("s")}@10000");
        Assert.Equal(File.ReadAllBytes(At("whole.log")), File.ReadAllBytes(At("saved.log")));
    }

    [Fact]
    public void A_snapshot_that_does_not_fit_is_refused_with_the_reason()
    {
        StatisticsOf("whole.json", "--save", $"{At("good")}@10000");
        var bytes = File.ReadAllBytes(At("good"));
        bytes[^20] ^= 1;
        File.WriteAllBytes(At("damaged"), bytes);
        File.WriteAllBytes(At("short"), bytes[..^9]);
        File.WriteAllText(At("text"), "10000");

        CommandLineTests.AssertRefused("damaged: is damaged", "run", Program, "--harts", "1", "--restore", At("damaged"));
        CommandLineTests.AssertRefused("short: is ", "run", Program, "--harts", "1", "--restore", At("short"));
        CommandLineTests.AssertRefused("text: is not a snapshot", "run", Program, "--harts", "1", "--restore", At("text"));
        CommandLineTests.AssertRefused("no such", "run", Program, "--harts", "1", "--restore", At("none"));
        CommandLineTests.AssertRefused("of another program, platform or options", "run", TestMachine.Assemble("nop").Image.Path, "--harts", "1", "--restore", At("good"));
        CommandLineTests.AssertRefused("of another program, platform or options", "run", Program, "--harts", "2", "--restore", At("good"));
        CommandLineTests.AssertRefused("--save 'nowhen'", "run", Program, "--save", "nowhen");
    }

    [Fact]
    public void Check_names_both_sides_of_a_race_and_fails_the_run()
    {
        string Elf(int planted) => DebugProgram.Compile("race.c", string.Create(CultureInfo.InvariantCulture, $"-DPLANTED={planted} -DDMA_LAUNCH={DmaRegisters.Launch} -DDMA_WAIT={DmaRegisters.Wait}"));
        var (status, error) = CommandLineTests.Run("run", Elf(1), "--harts", "2", "--check", "--quiet");
        Assert.Equal(1, status);
        Assert.Matches(@"race at 0x10000000: hart 0 writes at pc 0x8[0-9a-f]{7} \(.*race\.c:\d+\), hart 1 reads at pc 0x8[0-9a-f]{7} \(.*race\.c:\d+\); nothing orders them", error);
        Assert.Equal((0, "no races in ram, tcdm\n"), CommandLineTests.Run("run", Elf(0), "--harts", "2", "--check", "--quiet"));
    }
}
