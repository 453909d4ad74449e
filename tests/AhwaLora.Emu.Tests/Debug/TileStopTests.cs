using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary><c>monitor break-on</c>: the real GDB, stopped by what the tile does, or by what is done to it.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TileStopTests
{
    private static readonly string Options = $"-I{Path.Combine(Toolchain.Root, "firmware", "runtime")}";

    [Theory]
    [InlineData("job-done", "tile 0 has finished job 1, tag 0x11", "main ()")]
    [InlineData("saturation", "tile 0 has saturated its ADC ", " times in job 1, tag 0x11")]
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
    public void A_stop_names_the_job_and_is_on_the_hart_whose_job_it_is()
    {
        // Hart 1 does what hart 0 does in tile.c, and hart 0 waits at the barrier.
        using var program = new DebugProgram("tile.c", harts: 2, options: $"{Options} -DHART=1");
        var text = program.Gdb(
            "monitor break-on job-done", "continue", "info threads", "monitor aimc 0", "monitor break-on saturation", "continue", "monitor aimc 0", "monitor quit");
        Assert.Matches("tile 0 has finished job 1, tag 0x11\n(.*\n)*.*Thread 2 \"hart 1\" received signal SIGTRAP", text);
        Assert.Matches("\\* 2 +Thread 2 \"hart 1\" \\(waits for tile 0\\)", text);
        Assert.Contains("1    Thread 1 \"hart 0\" (waits at the barrier)", text, StringComparison.Ordinal);
        Assert.Contains(
            "finished   job 1, tag 0x11\n  running    none\n  queued     none\n", text, StringComparison.Ordinal);
        Assert.Matches("tile 0 has saturated its ADC [0-9]+ times in job 1, tag 0x22", text);
        Assert.Contains("finished   none\n  running    job 1, tag 0x22\n  queued     none\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 busy cycles", text, StringComparison.Ordinal);
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
