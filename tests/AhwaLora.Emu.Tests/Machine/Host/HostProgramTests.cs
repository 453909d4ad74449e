using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;

namespace AhwaLora.Emu.Tests.Machine.Host;

/// <summary>Whole programs that use the host, from C to their exit status.</summary>
public sealed class HostProgramTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ahwalora-programs-");
    private readonly string _sandbox;
    private readonly MemoryStream _output = new();

    public HostProgramTests()
    {
        _sandbox = _directory.CreateSubdirectory("sandbox").FullName;
        File.WriteAllText(Path.Combine(_directory.FullName, "secret"), "secret");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Picolibc_prints_scans_copies_and_exits_by_semihosting()
    {
        File.WriteAllText(Path.Combine(_sandbox, "in.txt"), "one\ntwo\n");

        var status = CompileAndRun("semihosting.c", "hello\n", "--oslib=semihost", "--crt0=semihost");

        // Picolibc puts a name of its own before the command line, and writes stderr by SYS_WRITEC as well.
        Assert.Equal("3 arguments, last 'argument'\nread 'hello'\nsecond 946684800\n3 terminals\n", Output);
        Assert.Equal("> one\n> two\n", File.ReadAllText(Path.Combine(_sandbox, "out.txt")));
        Assert.False(File.Exists(Path.Combine(_sandbox, "in.txt")));
        Assert.Equal(42, status);
    }

    [Fact]
    public void A_program_writes_to_console_and_file_and_exits_by_htif()
    {
        var status = CompileAndRun("htif.c", "", "--crt0=hosted");

        Assert.Equal("written by a call\nput one by one\n", Output);
        Assert.Equal("written by a call\n", File.ReadAllText(Path.Combine(_sandbox, "out.txt")));
        Assert.Equal(21, status);
    }

    private string Output => Encoding.UTF8.GetString(_output.ToArray());

    private int CompileAndRun(string source, string input, params string[] options)
    {
        var elf = Path.Combine(_directory.FullName, "program.elf");
        PicolibcProgram.Compile(source, elf, options);
        using var run = new ProgramRun(new RunRequest
        {
            ElfPath = elf,
            Arguments = ["argument"],
            Harts = 1,
            Limits = new RunLimits(ulong.MaxValue, MaxInstructions: 10_000_000),
            SandboxPath = _sandbox,
            Console = new GuestConsole(new MemoryStream(Encoding.UTF8.GetBytes(input)), _output, Stream.Null),
        });
        return run.Execute();
    }
}
