using System.Diagnostics;

namespace AhwaLora.Runs.Profiling;

/// <summary>
/// Asks a program of the host, which may be missing, refuse, end before it has read its input, answer nothing of use, or hang: each is
/// a problem in words, never an end of the run.
/// </summary>
/// <param name="Answer">What it wrote to standard output; null if there is a problem.</param>
/// <param name="Problem">Why there is no answer, in one sentence; null if there is one.</param>
internal sealed record ToolCall(string? Answer, string? Problem)
{
    /// <summary>The problem if there is no such program.</summary>
    public const string NotInstalled = "not installed";

    private const int LongestReason = 200;

    /// <summary>Runs the program to its end, or ends it when the time is over.</summary>
    public static ToolCall Run(string tool, IEnumerable<string> arguments, string input, TimeSpan limit)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new ToolCall(null, NotInstalled);
        }

        using (process)
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var talk = Task.WhenAll(Feed(process, input), output, error, process.WaitForExitAsync());
            if (!talk.Wait(limit))
            {
                process.Kill(entireProcessTree: true);
                return new ToolCall(null, $"{tool} did not answer within {limit.TotalSeconds:0.#} s");
            }

            return process.ExitCode == 0 ? new ToolCall(output.Result, null) : new ToolCall(null, ReasonOf(tool, error.Result, process.ExitCode));
        }
    }

    // A program that refuses its arguments ends without reading: the pipe to it is then broken, and its exit status says more.
    private static async Task Feed(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    private static string ReasonOf(string tool, string error, int status)
    {
        var reason = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var first, ..] ? first : $"exit status {status}";
        reason = string.Concat(reason.Select(c => char.IsControl(c) ? ' ' : c)).Replace($"{tool}: ", "", StringComparison.Ordinal);
        return $"{tool} refused: {(reason.Length <= LongestReason ? reason : reason[..LongestReason] + " ...")}";
    }
}
