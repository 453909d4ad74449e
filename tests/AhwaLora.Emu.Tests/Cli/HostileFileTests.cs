using AhwaLora.Emu.Tests.Runs.Programs;

namespace AhwaLora.Emu.Tests.Cli;

/// <summary>Whatever stands where a command expects a file is answered in a line.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class HostileFileTests
{
    private static readonly string Exits = TestMachine.Assemble("nop").Image.Path;

    public static TheoryData<string, string[]> Commands => new()
    {
        { "json", ["platform", "--platform"] },
        { "json", ["run", Exits, "--platform"] },
        { "json", ["run", Exits, "--timing"] },
        { "json", ["run", Exits, "--baseline"] },
        { "yaml", ["sweep", "--check"] },
        { "parquet", ["merge"] },
        { "csv", ["report", "--results"] },
        { "npy", ["tile", "mvm", "--input", "none.npy", "--output", "/dev/null", "--weights"] },
        { "safetensors", ["tile", "mvm", "--input", "none.npy", "--output", "/dev/null", "--weights"] },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_is_not_a_file_of_its_kind_is_one_line(string extension, string[] command)
    {
        var file = Scratch.File("given." + extension);
        void Refused() => CommandLineTests.AssertRefused("given." + extension, [.. command, file]);

        Refused(); // there is none
        Directory.CreateDirectory(file);
        Refused();
        Directory.Delete(file);
        File.CreateSymbolicLink(file, "/dev/zero");
        Refused();
        File.Delete(file);
        Toolchain.Run("mkfifo", file);
        Refused();
        File.Delete(file);
        using (var zeros = File.Create(file)) zeros.SetLength(1L << 40);
        Refused();
        File.WriteAllText(file, new string('[', 100_000));
        Refused();
        File.WriteAllText(file, "null");
        Refused();
        File.WriteAllBytes(file, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31 + (i >> 3)))]);
        Refused();
    }

    [Fact]
    public void An_output_may_have_a_name_as_long_as_the_file_system_allows()
    {
        var file = Scratch.File(new string('n', 250));
        var (status, error) = CommandLineTests.Run("run", Exits, "--quiet", "--stats", file);
        Assert.Equal((0, ""), (status, error));
        Assert.StartsWith("{", File.ReadAllText(file), StringComparison.Ordinal);
        CommandLineTests.AssertRefused("its name has 256 bytes; expected 255 at most", "run", Exits, "--stats", file + "nnnnnn");
    }
}
