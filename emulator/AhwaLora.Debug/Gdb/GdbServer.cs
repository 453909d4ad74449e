using System.Net;
using System.Net.Sockets;

namespace AhwaLora.Debug.Gdb;

/// <summary>Why <see cref="GdbServer.Serve"/> returned.</summary>
public enum ServeEnd
{
    /// <summary>The guest has ended the run.</summary>
    Exit,

    /// <summary>A limit of the run is reached.</summary>
    Limit,

    /// <summary>The user has ended the run.</summary>
    Killed,

    /// <summary>The client does not read what it is sent.</summary>
    Stalled,
}

/// <summary>How a debugged run ended.</summary>
/// <param name="End">The reason.</param>
/// <param name="Code">The guest's exit code; 0 if it did not exit.</param>
/// <param name="Text">A line that says more; empty if there is no more to say.</param>
public readonly record struct ServeResult(ServeEnd End, int Code = 0, string Text = "");

/// <summary>
/// Serves one GDB client after the other on a TCP port, all on the thread that calls <see cref="Serve"/>: if no
/// client lets it run, the machine stands still. A second client at the same time is refused. Whoever does not speak the protocol is
/// sent away: a port of this host can be reached by any program on it, and by web pages through a browser.
/// </summary>
public sealed class GdbServer : IDisposable
{
    private readonly Debuggee _debuggee;
    private readonly DebugOptions _options;
    private readonly Socket _listener;

    /// <summary>Listens on an address and port; port 0 takes a free one.</summary>
    /// <exception cref="SocketException">The address or port cannot be used.</exception>
    public GdbServer(Debuggee debuggee, DebugOptions options, IPEndPoint endPoint)
    {
        _debuggee = debuggee;
        _options = options;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(endPoint);
            _listener.Listen();
            EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
    }

    /// <summary>The address and port it listens on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Raised with a line for the user when a connection is closed because its other side does not keep to the protocol.</summary>
    public event Action<string>? Refused;

    /// <summary>Serves clients until the run ends: because of the guest, a limit, the user, or a client that does not read.</summary>
    public ServeResult Serve()
    {
        while (true)
        {
            using var socket = _listener.Accept();
            var session = new GdbSession(_listener, socket, _debuggee, _options);
            session.Run();
            _debuggee.ClearBreakpoints();
            session.Stub.Close();
            if (session.Stub.RunEnd is { } end) return end.Kind == StopKind.Exit ? new(ServeEnd.Exit, end.Code) : new(ServeEnd.Limit, Text: end.Text!);
            if (session.Stub.End == SessionEnd.Killed) return new(ServeEnd.Killed);
            if (session.IsStalled) return new(ServeEnd.Stalled, Text: $"the client at {session.Client} does not read what it is sent");
            if (session.Refusal is { } refusal) Refused?.Invoke($"closed the connection from {session.Client}: {refusal}");
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();
}
