using AhwaLora.Emu.Tests.Debug;

namespace AhwaLora.Emu.Tests.Documentation;

/// <summary>The sessions that docs/debugging.md shows are what GDB prints; AHWALORA_ACCEPT=1 rewrites them.</summary>
[Trait(Traits.Speed, Traits.Slow)]
[Trait(Traits.Engine, Traits.Own)]
public sealed class DebuggingTests
{
    private const string Guide = "docs/debugging.md";

    [Fact]
    public void The_guides_sessions_are_what_gdb_prints()
    {
        using var program = new DebugProgram("lora.c", harts: 2);
        string[] forwards = ["break finish if failed", "continue", "up", "print y[0]", "print h", "info threads"];
        string[] backwards = ["delete", "watch h[2]", "reverse-continue", "print id", "reverse-continue", "print id", "print r", "print last"];
        var transcript = program.Gdb([.. forwards, .. backwards, "monitor quit"]);
        var begin = transcript.IndexOf("(gdb) break", StringComparison.Ordinal);
        var middle = transcript.IndexOf("(gdb) delete", StringComparison.Ordinal);
        var end = transcript.IndexOf("(gdb) monitor quit", StringComparison.Ordinal);
        Assert.True(begin >= 0 && middle > begin && end > middle, transcript);

        CommittedText.AssertBlock(Guide, "forwards", transcript[begin..middle]);
        CommittedText.AssertBlock(Guide, "backwards", transcript[middle..end]);
    }
}
