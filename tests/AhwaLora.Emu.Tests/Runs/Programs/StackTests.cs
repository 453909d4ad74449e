namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>A stack that is too small is named: by every run if its guard is touched, and by <c>--check</c> with function and depth.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class StackTests
{
    private static readonly string Deep = RuntimeProgram.Compile("recurse.c", "-DDEPTH=80");
    private static readonly string Shallow = RuntimeProgram.Compile("recurse.c", "-DDEPTH=10");

    [Fact]
    public void Every_run_reports_a_store_below_a_stack()
    {
        var (status, error) = CommandLineTests.Run("run", Deep, "--harts", "3", "--quiet");
        Assert.Equal(0, status);
        Assert.Matches(@"^ahwalora: hart 2 stored at 0x[0-9a-f]{8}, below the stack of hart 2, which has 2,048 bytes: make STACK_BYTES of memory\.ld larger, .*\n$", error);
        Assert.Equal((0, ""), CommandLineTests.Run("run", Shallow, "--harts", "3", "--quiet"));
    }

    [Fact]
    public void A_check_names_hart_function_and_depth()
    {
        var (status, error) = CommandLineTests.Run("run", Deep, "--harts", "2", "--check", "--quiet");
        Assert.Equal(1, status);
        Assert.Matches(@"^stack overflow: hart 1 in recurse(\+0x[0-9a-f]+)?, \S*recurse\.c:\d+ \(pc 0x[0-9a-f]{8}\): 2,\d{3} bytes deep, \d{2} calls deep, in a stack of 2,048 bytes; the most in the run was 2,\d{3} bytes", error);
        Assert.Equal((0, "no races in ram, tcdm\n"), CommandLineTests.Run("run", Shallow, "--harts", "2", "--check", "--quiet"));
    }

    [Fact]
    public void The_size_is_that_of_memory_ld()
    {
        var larger = RuntimeProgram.Compile("recurse.c", "-DDEPTH=80", RuntimeProgram.MemoryWithStacksOf("8K"));
        Assert.Equal((0, "no races in ram, tcdm\n"), CommandLineTests.Run("run", larger, "--harts", "2", "--check", "--quiet"));
        var smaller = RuntimeProgram.Compile("recurse.c", "-DDEPTH=10", RuntimeProgram.MemoryWithStacksOf("256"));
        Assert.Contains("in a stack of 256 bytes", CommandLineTests.Run("run", smaller, "--check", "--quiet").Error, StringComparison.Ordinal);
    }
}
