using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary><c>monitor break-on</c>: the real GDB, stopped by what the tile does, or by what is done to it.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TileStopTests
{
    private static readonly string Options = $"-I{Path.Combine(Toolchain.Root, "firmware", "runtime")}";

    [Theory]
    [InlineData("job-done", "tile 0 has finished job 1, tag 0x11", "main ()")]
    [InlineData("saturation", "tile 0: ", "ADC saturations")]
    [InlineData("programming", "hart 0 triggers a job on tile 0, which is being programmed", "multiply (")]
    [InlineData("overwrite", "0x100010fc is written, but it is an input that tile 0 has not read yet", "main ()")]
    [InlineData("uninitialised", "hart 0 reads 0x10002040, which was never written", "main ()")]
    [InlineData("exit", "the guest exits with code 0", "main ()")]
    public void Stops_where_it_happens_and_can_go_back_from_there(string what, params string[] expected)
    {
        using var program = new DebugProgram("tile.c", harts: 1, options: Options);
        var text = program.Gdb($"monitor break-on {what}", "continue", "backtrace 2", "monitor break-on", "reverse-stepi", "monitor quit");
        Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Contains($"(gdb) monitor break-on\n{what}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("No more reverse-execution history", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_has_gone_back_over_is_not_written_again()
    {
        const string Read = "hart 0 reads 0x10002040, which was never written";
        using var program = new DebugProgram("uninitialised.c", harts: 1);
        var text = program.Gdb(
            "monitor break-on uninitialised", "continue", "break written", "continue", "reverse-continue", "p sum", "stepi", "continue", "continue");
        Assert.Equal(3, Regex.Count(text, Read)); // forward, searched backwards, forward again
        Assert.Equal(2, Regex.Count(text, "Breakpoint 1, written"));
        Assert.Contains("exited normally", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_them_the_run_goes_through()
    {
        using var program = new DebugProgram("tile.c", harts: 1, options: Options);
        var text = program.Gdb("monitor break-on overwrite", "monitor break-on overwrite off", "monitor break-on nonsense", "monitor aimc 0", "continue");
        Assert.Contains("expected one of exit, job-done, saturation, programming, overwrite, uninitialised", text, StringComparison.Ordinal);
        Assert.Contains("exited normally", text, StringComparison.Ordinal);
        Assert.Equal(0, program.Ended);
    }
}
