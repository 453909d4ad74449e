namespace AhwaLora.Common.Files;

/// <summary>
/// What happens if nobody reads standard output any more, as after <c>| head</c>: the process ends with the status that a shell
/// reports of a program that SIGPIPE ended, so that a guest that prints for ever does end. The signal itself stays ignored, as .NET
/// has it: a pipe to a child process, a socket or a file that breaks is only a failed write.
/// </summary>
public static class BrokenPipe
{
    /// <summary>128 and the number of SIGPIPE.</summary>
    public const int ExitStatus = 128 + 13;

    /// <summary>Ends the process; what is registered for its exit is done first, such as the removal of temporary files.</summary>
    internal static void End() => Environment.Exit(ExitStatus);
}
