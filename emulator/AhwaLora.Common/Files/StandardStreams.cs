using System.Runtime.InteropServices;

namespace AhwaLora.Common.Files;

/// <summary>
/// The standard streams of a process that may have been started with some of them closed, as by <c>2&gt;&amp;-</c>. A closed stream
/// reads and writes as /dev/null, because .NET may have reused its descriptor for a file or pipe of its own by now.
/// </summary>
public static partial class StandardStreams
{
    private const int GetDescriptorFlags = 1, CloseOnExec = 1; // F_GETFD, FD_CLOEXEC: on every Unix

    /// <summary>Standard input.</summary>
    public static Stream Input => IsOpen(0) ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>Standard output. If nobody reads it any more, a write ends the process (<see cref="BrokenPipe"/>).</summary>
    public static Stream Output => !IsOpen(1) ? Stream.Null : OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new DescriptorStream(1);

    /// <summary>Standard error. If nobody reads it any more, a write ends the process (<see cref="BrokenPipe"/>).</summary>
    public static Stream Error => !IsOpen(2) ? Stream.Null : OperatingSystem.IsWindows() ? Console.OpenStandardError() : new DescriptorStream(2);

    // A descriptor inherited through exec is not marked close-on-exec; one that .NET opened is.
    private static bool IsOpen(int number) => OperatingSystem.IsWindows() || Control(number, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int number, int command);
}
