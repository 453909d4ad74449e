using System.Runtime.InteropServices;

namespace AhwaLora.Cli.Terminal;

/// <summary>
/// What happens if nobody reads the output any more, as after <c>| head</c>: SIGPIPE ends the process, as it ends other programs.
/// .NET ignores that signal and its console discards further output, so a guest that prints for ever would never end.
/// </summary>
internal static partial class BrokenPipe
{
    private const int SigPipe = 13; // on every Unix

    /// <summary>From now on, a broken pipe ends the process.</summary>
    public static void Ends() => Handle(@default: true);

    /// <summary>Ignores a broken pipe, as .NET does by default: for a server, whose client may break the connection.</summary>
    public static void IsIgnored() => Handle(@default: false);

    private static void Handle(bool @default)
    {
        if (OperatingSystem.IsWindows()) return;
        _ = Console.Out; // .NET sets the signal's handler when it opens the console
        _ = Signal(SigPipe, @default ? 0 : 1); // SIG_DFL, SIG_IGN
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
