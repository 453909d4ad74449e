using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using AhwaLora.Debug;
using AhwaLora.Debug.Gdb;
using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>A C program of tests/programs/debug under the debugger, and the real GDB to lead it.</summary>
internal sealed class DebugProgram : IDisposable
{
    private const string March = "-march=rv32imf -Wa,-march=rv32imf_zicsr -mabi=ilp32f";

    private readonly GdbServer _server;
    private readonly Task<ServeResult> _serving;

    public DebugProgram(string source, int harts, EngineKind? engine = null, string options = "", DebugOptions? debugging = null, RunLimits? limits = null)
    {
        Elf = Compile(source, options);
        var image = ElfImage.Load(Elf);
        var host = new RecordedHost(new NoHost());
        Machine = new EmulatedMachine(new PlatformDescription { Harts = harts }, new MachineOptions { Engine = engine ?? TestMachine.Engine }, host);
        ProgramLoader.Load(Machine, image);
        var debug = (debugging ?? new DebugOptions()) with { Program = image.Identity };
        Debuggee = new Debuggee(Machine, host, debug.HistoryBytes) { Limits = limits ?? RunLimits.None };
        _server = new GdbServer(Debuggee, debug, new IPEndPoint(IPAddress.Loopback, 0));
        _server.Refused += Refusals.Add;
        _serving = Task.Factory.StartNew(_server.Serve, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Elf { get; }

    public EmulatedMachine Machine { get; }

    public Debuggee Debuggee { get; }

    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>The guest's exit code with which the server ended; null if another reason ended it.</summary>
    public int? Ended => Result is { End: ServeEnd.Exit } exit ? exit.Code : null;

    /// <summary>What the server returned when it ended.</summary>
    public ServeResult Result => _serving.Wait(TimeSpan.FromSeconds(20)) ? _serving.Result : throw new InvalidOperationException("the server still serves");

    /// <summary>The lines about connections that the server has closed.</summary>
    public BlockingCollection<string> Refusals { get; } = [];

    /// <summary>Lets GDB execute commands in one session and returns what it prints, each command echoed after "(gdb) ".</summary>
    public string Gdb(params string[] commands)
    {
        var script = new StringBuilder("set pagination off\nset confirm off\nset style enabled off\nset width 0\nset remotetimeout 30\n");
        script.Append(CultureInfo.InvariantCulture, $"set directories {Folder}\ntarget remote {EndPoint}\n");
        foreach (var command in commands) script.Append(CultureInfo.InvariantCulture, $"echo (gdb) {command.Replace("\\", "\\\\", StringComparison.Ordinal)}\\n\n{command}\n");
        var path = Path.Combine(Path.GetTempPath(), $"ahwalora-{Guid.NewGuid():n}.gdb");
        File.WriteAllText(path, script.ToString());
        try
        {
            return Toolchain.RunText("sh", $"-c \"command -v gdb-multiarch > /dev/null || {{ echo gdb-multiarch is not installed, make test installs it >&2; exit 1; }}; "
                + $"gdb-multiarch -nx -q -batch -x {path} {Elf} 2>&1\"").ReplaceLineEndings("\n");
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        Refusals.Dispose();
    }

    private static string Folder => Path.Combine(Toolchain.Root, "tests", "programs", "debug");

    /// <summary>Compiles a program with further options of the compiler.</summary>
    public static string Compile(string source, string options = "")
    {
        var elf = Path.Combine(AppContext.BaseDirectory, $"debug-{source}.{Guid.NewGuid():n}.elf");
        Toolchain.Run("riscv64-unknown-elf-gcc", $"{March} -g -O1 {options} -nostdlib -nostartfiles -ffreestanding -ffile-prefix-map={Folder}/= -Wl,-N -Wl,-Ttext=0x80000000 -o {elf} {Folder}/start.S {Folder}/{source}");
        return elf;
    }
}
