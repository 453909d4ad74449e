namespace AhwaLora.Emu.Tests.Harness;

/// <summary>Bytes allocated by code that promises to allocate nothing once it is warm.</summary>
internal static class Allocations
{
    private const int Runs = 8;

    /// <summary>
    /// The least of several runs. The runtime itself allocates now and then, on the thread that runs a method first or
    /// while it is compiled anew; code that allocates does so in every run.
    /// </summary>
    public static long Of(Action run) =>
        Enumerable.Range(0, Runs).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).Min();
}
