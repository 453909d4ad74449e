using System.Runtime.InteropServices;

namespace AhwaLora.Cli.Terminal;

/// <summary>
/// The console of a process that may have been started with some of it closed, as after <c>2&gt;&amp;-</c>: what is closed
/// reads and writes as /dev/null. The number of a closed stream has gone to a file or pipe of .NET's own by now.
/// </summary>
internal static partial class StandardStreams
{
    private const int GetDescriptorFlags = 1, CloseOnExec = 1; // F_GETFD, FD_CLOEXEC: on every Unix

    /// <summary>Standard input.</summary>
    public static Stream Input => IsOpen(0) ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>Standard output.</summary>
    public static Stream Output => IsOpen(1) ? Console.OpenStandardOutput() : Stream.Null;

    /// <summary>Standard error.</summary>
    public static Stream Error => IsOpen(2) ? Console.OpenStandardError() : Stream.Null;

    /// <summary>Keeps what is printed from streams that are closed.</summary>
    public static void SilenceClosed()
    {
        if (!IsOpen(1)) Console.SetOut(TextWriter.Null);
        if (!IsOpen(2)) Console.SetError(TextWriter.Null);
    }

    // What came through exec does not close on exec; what .NET opens does.
    private static bool IsOpen(int number) => OperatingSystem.IsWindows() || Control(number, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int number, int command);
}
