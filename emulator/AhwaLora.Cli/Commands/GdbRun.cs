using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AhwaLora.Common.Files;
using AhwaLora.Debug;
using AhwaLora.Debug.Gdb;
using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary><c>run --gdb</c>: a run under the control of a debugger.</summary>
internal static class GdbRun
{
    /// <summary>The largest history for reverse execution that may be asked for, in MiB.</summary>
    public const int MaxHistoryMebibytes = 1 << 20;

    /// <summary>Waits for debuggers until one has seen the guest exit or ends the run.</summary>
    /// <param name="request">The run, with its limits.</param>
    /// <param name="endPoint">[HOST:]PORT.</param>
    /// <param name="historyMebibytes">Memory for going back.</param>
    /// <param name="mayWriteFiles">True if debuggers may write files.</param>
    /// <returns>The guest's exit status; 0 if the user ended the run; that of a limit if one ended it, or if a client did not read.</returns>
    public static int Execute(RunRequest request, string endPoint, int historyMebibytes, bool mayWriteFiles)
    {
        var address = Parse(endPoint);
        RecordedHost? host = null;
        using var run = new ProgramRun(request with { WrapHost = sandbox => host = new RecordedHost(sandbox) });
        var options = new DebugOptions
        {
            HistoryBytes = (long)historyMebibytes << 20,
            Program = run.Image.Identity,
            MayWriteFiles = mayWriteFiles,
            HowToAllowFiles = "start it with --gdb-write to allow that",
        };
        using var server = Listen(new Debuggee(run.Machine, host!, options.HistoryBytes) { Limits = request.Limits }, options, address);
        server.Refused += static line => Console.Error.WriteLine($"ahwalora: {line}");
        Console.Error.WriteLine($"ahwalora: waiting for GDB; connect with: gdb-multiarch {request.ElfPath} -ex 'target remote {server.EndPoint}'");
        var result = server.Serve();
        if (result.Text.Length != 0) Console.Error.WriteLine($"ahwalora: {result.Text}");
        return result.End switch
        {
            ServeEnd.Exit => ExitStatus.OfGuest(result.Code),
            ServeEnd.Killed => 0,
            _ => ExitStatus.Limit,
        };
    }

    private static GdbServer Listen(Debuggee debuggee, DebugOptions options, IPEndPoint address)
    {
        try
        {
            return new GdbServer(debuggee, options, address);
        }
        catch (SocketException e)
        {
            throw new UserErrorException($"--gdb {address}: cannot listen there ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Parses [HOST:]PORT; without a host, it is the loopback interface.</summary>
    private static IPEndPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "127.0.0.1" : text[..colon] is "localhost" ? "127.0.0.1" : text[..colon].Trim('[', ']');
        return IPAddress.TryParse(host, out var address) && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new IPEndPoint(address, port)
            : throw new UserErrorException($"--gdb '{text}': expected [HOST:]PORT, as in 3333 or 0.0.0.0:3333");
    }
}
