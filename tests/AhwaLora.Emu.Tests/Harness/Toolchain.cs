using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Emu.Tests.Assembling;

namespace AhwaLora.Emu.Tests.Harness;

/// <summary>Makes executables from assembly text, and calls programs that tests need. One that is missing fails the test with a line that says what to install.</summary>
internal static class Toolchain
{
    /// <summary>All extensions that are implemented here and that binutils knows.</summary>
    public const string GnuIsa = "rv32imafdc_zicsr_zifencei_zfh";

    /// <summary>The extensions that every hart here has.</summary>
    public const string Base = "rv32imf_zicsr_zifencei";

    private static readonly ConcurrentDictionary<string, Lazy<string>> Executables = new();

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = RootOf();

    /// <summary>The command line's program: that of AHWALORA_CLI, which <c>make test</c> sets to the one that starts fastest, or the one beside the tests.</summary>
    public static string CommandLine { get; } = Environment.GetEnvironmentVariable("AHWALORA_CLI") ?? Path.Combine(AppContext.BaseDirectory, "ahwalora.dll");

    /// <summary>The linker script of tests/programs/isa.</summary>
    public static string Script { get; } = Path.Combine(Root, "tests", "programs", "isa", "link.ld");

    private static string Layout { get; } = File.ReadAllText(Script);

    // Above this file, wherever the tests' folders lie: the directory with the solution.
    private static string RootOf([CallerFilePath] string path = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(path)!);
        while (!File.Exists(Path.Combine(directory.FullName, "AhwaLora.Emu.sln"))) directory = directory.Parent ?? throw new DirectoryNotFoundException($"no AhwaLora.Emu.sln above {path}");
        return directory.FullName;
    }

    /// <summary>Assembles <paramref name="source"/> within the process; the executable is kept by the hash of what it was made from.</summary>
    /// <param name="source">Assembly text with <c>_start</c>.</param>
    /// <param name="isa">Instruction set, as platforms name it.</param>
    /// <param name="dataBase">Where data begins; by default on the page after the code.</param>
    public static string Assemble(string source, string isa = Base, uint? dataBase = null)
    {
        var elf = Assembled($"{isa}\n{dataBase}\n{source}");
        return Executables.GetOrAdd(elf, _ => new Lazy<string>(() => Made(elf, path => File.WriteAllBytes(path, Assembler.Assemble(source, isa, dataBase))))).Value;
    }

    /// <summary>Assembles and links with the cross tools, for what is about them: the files they make, and their word on the table.</summary>
    /// <param name="source">GNU assembly with <c>_start</c>.</param>
    /// <param name="march">Instruction set, as the cross tools name it.</param>
    /// <param name="linkerOptions">Where to put what; by default as tests/programs/isa/link.ld says.</param>
    public static string AssembleWithGnu(string source, string march = Base, string? linkerOptions = null)
    {
        linkerOptions ??= $"-T {Script}";
        var elf = Assembled($"gnu\n{march}\n{linkerOptions}\n{Layout}\n{source}");
        if (File.Exists(elf)) return elf;
        return Made(elf, path =>
        {
            File.WriteAllText(path + ".S", source);
            var abi = march.Contains('f', StringComparison.Ordinal) ? "ilp32f" : "ilp32";
            Run("riscv64-unknown-elf-as", $"-march={march} -mabi={abi} -o {path}.o {path}.S");
            Run("riscv64-unknown-elf-ld", $"-m elf32lriscv --no-warn-rwx-segments {linkerOptions} -o {path} {path}.o");
            File.Delete(path + ".S");
            File.Delete(path + ".o");
        });
    }

    /// <summary>Drops an executable of <see cref="Assemble"/>: it is one of very many.</summary>
    public static void Forget(string elf)
    {
        Executables.TryRemove(elf, out _);
        File.Delete(elf);
    }

    private static string Assembled(string what)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..24];
        return Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "assembled")).FullName, hash + ".elf");
    }

    // Under a name of its own first, since other tests, or another run of them, may make the same.
    private static string Made(string elf, Action<string> make)
    {
        var path = $"{elf}.{Guid.NewGuid():n}";
        make(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute); // as qemu-riscv32 asks for
        File.Move(path, elf, overwrite: true);
        return elf;
    }

    /// <summary>Runs a program to its end and returns what it wrote; an exit status other than 0 fails.</summary>
    public static byte[] Run(string program, string arguments, int timeoutSeconds = 60)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Start(start);
        process.StandardInput.Close();
        var output = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(timeoutSeconds)))
        {
            process.Kill();
            throw new InvalidOperationException($"{program} {arguments}: still running after {timeoutSeconds} s");
        }

        process.WaitForExit();
        copied.Wait();
        return process.ExitCode == 0
            ? output.ToArray()
            : throw new InvalidOperationException($"{program} {arguments}: exit status {process.ExitCode}\n{error.Result}");
    }

    /// <summary>As <see cref="Run"/>, for a program that writes text.</summary>
    public static string RunText(string program, string arguments) => Encoding.UTF8.GetString(Run(program, arguments));

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"{start.FileName} is not installed; 'make test' installs it");
        }
    }
}
