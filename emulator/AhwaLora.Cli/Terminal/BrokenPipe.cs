using System.Runtime.InteropServices;

namespace AhwaLora.Cli.Terminal;

/// <summary>
/// What happens if nobody reads the output any more, as after <c>| head</c>: the process ends by SIGPIPE, like others.
/// .NET ignores that signal, and its console writes on into nothing, so that a guest which prints for ever would never end.
/// </summary>
internal static partial class BrokenPipe
{
    private const int SigPipe = 13; // on every Unix

    /// <summary>From now on it ends the process.</summary>
    public static void Ends() => Handle(@default: true);

    /// <summary>As .NET has it: for a server, whose client may break the connection.</summary>
    public static void IsIgnored() => Handle(@default: false);

    private static void Handle(bool @default)
    {
        if (OperatingSystem.IsWindows()) return;
        _ = Console.Out; // .NET sets the signal as it opens the console
        _ = Signal(SigPipe, @default ? 0 : 1); // SIG_DFL, SIG_IGN
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
