using System.Diagnostics;

namespace AhwaLora.Emu.Tests.Machine.Host;

/// <summary>Compiles programs of tests/programs/host with picolibc, for RAM at 0x80000000.</summary>
internal static class PicolibcProgram
{
    // With any suffix in the compiler's own -march the driver picks a 64-bit multilib.
    private static readonly string[] Flags =
    [
        "-march=rv32imf", "-mabi=ilp32f", "-Wa,-march=rv32imf_zicsr_zifencei", "-O2", "-Wall", "-Werror", "--specs=picolibc.specs",
        "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x100000,--defsym=__ram=0x80100000,--defsym=__ram_size=0x100000,--defsym=__stack_size=0x4000",
    ];

    /// <summary>Compiles <paramref name="source"/> to <paramref name="output"/>, with further options of the compiler.</summary>
    public static void Compile(string source, string output, params string[] options)
    {
        var start = new ProcessStartInfo("riscv64-unknown-elf-gcc", [.. Flags, .. options, Path.Combine(Sources, source), "-o", output])
        {
            RedirectStandardError = true,
        };
        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
    }

    private static string Sources => Path.Combine(Toolchain.Root, "tests", "programs", "host");
}
