namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>C programs of tests/programs/runtime on the firmware's start-up code, linker script and library.</summary>
internal static class RuntimeProgram
{
    /// <summary>Compiles and links one.</summary>
    /// <param name="source">File name.</param>
    /// <param name="options">Further options of the compiler.</param>
    /// <param name="memory">The contents of memory.ld; by default the firmware's own.</param>
    public static string Compile(string source, string options = "", string? memory = null)
    {
        var firmware = Path.Combine(Toolchain.Root, "firmware");
        var elf = Scratch.File(Path.ChangeExtension(source, "elf"));
        var scripts = memory is null ? $"-L{firmware}/runtime" : $"-L{Path.GetDirectoryName(Scratch.File("memory.ld", memory))} -L{firmware}/runtime";
        var folder = Path.Combine(Toolchain.Root, "tests", "programs", "runtime");
        Toolchain.Run(
            "riscv64-unknown-elf-gcc",
            $"-march=rv32imf -mabi=ilp32f -Wa,-march=rv32imf_zicsr_zifencei --specs=picolibc.specs -std=c11 -O1 -g -fno-optimize-sibling-calls -mno-relax -I{firmware}/runtime -ffile-prefix-map={folder}/= {options} "
            + $"-nostartfiles {scripts} -T{firmware}/runtime/link.ld -Wl,--no-relax -o {elf} {firmware}/out/runtime/start.o {folder}/{source} {firmware}/out/libahwa.a");
        return elf;
    }

    /// <summary>The firmware's memory.ld with another size of stacks.</summary>
    public static string MemoryWithStacksOf(string size)
    {
        var text = File.ReadAllText(Path.Combine(Toolchain.Root, "firmware", "runtime", "memory.ld"));
        return text.Replace("STACK_BYTES = 2K", $"STACK_BYTES = {size}", StringComparison.Ordinal);
    }
}
