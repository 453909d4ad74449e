using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Contract;

/// <summary>The memories that the firmware is linked for: those of the default platform.</summary>
internal static class LinkerScript
{
    private const int StackKiB = 2;

    /// <summary>The memory for code, data and stacks.</summary>
    public static MemoryDescription Ram { get; } = Memory("ram");

    /// <summary>The memory for buffers.</summary>
    public static MemoryDescription Tcdm { get; } = Memory("tcdm");

    /// <summary>The text of <c>memory.ld</c>.</summary>
    public static string ToText() =>
        "/* Generated from emulator/AhwaLora.Experiments/Contract; do not edit.\n"
        + "   The default platform's memories (`ahwalora platform` lists them). For another platform, put a file of this name on the -L path. */\n"
        + "MEMORY\n{\n"
        + $"  TCDM (rw)  : {Place(Tcdm)}\n"
        + $"  RAM  (rwx) : {Place(Ram)}\n"
        + "}\n"
        + $"STACK_BYTES = {StackKiB}K;  /* for each hart */\n"
        + $"MAX_HARTS   = {FirmwareLimits.Harts};\n";

    private static MemoryDescription Memory(string name) => new PlatformDescription().Memories.First(m => m.Name == name);

    private static string Place(MemoryDescription memory) => $"ORIGIN = 0x{memory.Base:X8}, LENGTH = {(memory.Size % (1 << 20) == 0 ? $"{memory.Size >> 20}M" : $"{memory.Size >> 10}K")}";
}
