using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace AhwaLora.Emu.Tests;

/// <summary>The cross assembler and linker, and other programs that tests call. One that is missing fails the test with a line that says what to install.</summary>
internal static class Toolchain
{
    public const string Base = "rv32imf_zicsr_zifencei";

    private static readonly Lock Gate = new();

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = RootOf();

    /// <summary>The linker script of tests/programs/isa.</summary>
    public static string Script { get; } = Path.Combine(Root, "tests", "programs", "isa", "link.ld");

    private static string Layout { get; } = File.ReadAllText(Script);

    private static string RootOf([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    /// <summary>Assembles and links <paramref name="source"/>; the executable is kept by the hash of what it was made from.</summary>
    /// <param name="source">GNU assembly with <c>_start</c>.</param>
    /// <param name="march">Instruction set.</param>
    /// <param name="linkerOptions">Where to put what; by default as tests/programs/isa/link.ld says.</param>
    public static string Assemble(string source, string march = Base, string? linkerOptions = null)
    {
        linkerOptions ??= $"-T {Script}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{march}\n{linkerOptions}\n{Layout}\n{source}")))[..24];
        var stem = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "assembled")).FullName, hash);
        lock (Gate)
        {
            if (File.Exists(stem + ".elf")) return stem + ".elf";
            File.WriteAllText(stem + ".S", source);
            var abi = march.Contains('f', StringComparison.Ordinal) ? "ilp32f" : "ilp32";
            Run("riscv64-unknown-elf-as", $"-march={march} -mabi={abi} -o {stem}.o {stem}.S");
            Run("riscv64-unknown-elf-ld", $"-m elf32lriscv --no-warn-rwx-segments {linkerOptions} -o {stem}.tmp {stem}.o");
            File.Move(stem + ".tmp", stem + ".elf", overwrite: true);
            return stem + ".elf";
        }
    }

    /// <summary>Drops an executable of <see cref="Assemble"/>, with all that was written beside it: it is one of very many.</summary>
    public static void Forget(string elf)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(elf)!, Path.GetFileNameWithoutExtension(elf) + ".*")) File.Delete(file);
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
