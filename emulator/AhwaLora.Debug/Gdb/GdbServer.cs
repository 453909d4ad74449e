using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AhwaLora.Debug.Gdb;

/// <summary>
/// Serves one GDB client after the other on a TCP port, all on the thread that calls <see cref="Serve"/>: while no
/// client lets it run, the machine stands still. A second client at the same time is refused.
/// </summary>
public sealed class GdbServer : IDisposable
{
    private const int PollMicroseconds = 100_000, BufferBytes = 0x8000;

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

    /// <summary>Serves clients until one has seen the guest exit, or ends the run.</summary>
    /// <returns>The guest's exit code; null if the user ended the run.</returns>
    public int? Serve()
    {
        while (true)
        {
            using var socket = _listener.Accept();
            socket.NoDelay = true;
            var session = new Session(this, socket);
            session.Run();
            _debuggee.ClearBreakpoints();
            session.Stub.Close();
            if (session.Stub.Last is { } last) return last.Code;
            if (session.Stub.End == SessionEnd.Killed) return null;
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    /// <summary>Serves one client, from connection to disconnection.</summary>
    private sealed class Session : IGdbLink
    {
        private readonly GdbServer _server;
        private readonly Socket _socket;
        private readonly PacketReader _reader = new();
        private readonly byte[] _buffer = new byte[BufferBytes];
        private readonly Queue<byte> _received = [];
        private byte[] _sent = [];
        private bool _isGone;

        public Session(GdbServer server, Socket socket)
        {
            _server = server;
            _socket = socket;
            Stub = new GdbStub(server._debuggee, this, server._options);
        }

        public GdbStub Stub { get; }

        public void Run()
        {
            while (!_isGone && Stub.End == SessionEnd.None)
            {
                RefuseOthers();
                if (_socket.Poll(PollMicroseconds, SelectMode.SelectRead)) Receive();
                while (Stub.End == SessionEnd.None && _received.TryDequeue(out var value)) Take(_reader.Take(value));
            }

            LeaveInPeace();
        }

        /// <summary>Sends console output of the stub while the machine runs.</summary>
        public void Send(string data)
        {
            var body = Encoding.Latin1.GetBytes(data);
            var sum = 0;
            foreach (var value in body) sum += value;
            _sent = [(byte)'$', .. body, .. Encoding.ASCII.GetBytes($"#{sum & 0xff:x2}")];
            SendBytes(_sent);
        }

        public bool IsInterrupted()
        {
            RefuseOthers();
            if (_isGone) return true;
            if (_socket.Poll(0, SelectMode.SelectRead)) Receive();

            // While the machine runs, only the interrupt is expected; what arrives after it waits until the machine has stopped.
            while (_received.TryDequeue(out var value))
            {
                if (_reader.Take(value) == PacketKind.Interrupt) return true;
            }

            return _isGone;
        }

        /// <summary>Refuses another client that wants to connect. If the present client has gone, the other is served next.</summary>
        private void RefuseOthers()
        {
            while (_server._listener.Poll(0, SelectMode.SelectRead))
            {
                while (!_isGone && _socket.Poll(0, SelectMode.SelectRead)) Receive();
                if (_isGone) return;
                using var other = _server._listener.Accept();
            }
        }

        /// <summary>Lets the client read the last answer before the connection goes.</summary>
        private void LeaveInPeace()
        {
            try
            {
                if (_isGone) return;
                _socket.Shutdown(SocketShutdown.Send);
                while (!_isGone && _socket.Poll(10 * PollMicroseconds, SelectMode.SelectRead)) Receive();
            }
            catch (SocketException)
            {
                _isGone = true;
            }
        }

        private void Take(PacketKind kind)
        {
            switch (kind)
            {
                case PacketKind.Packet:
                    if (!Stub.IsWithoutAcknowledgement) SendBytes("+"u8);
                    var answer = Stub.Handle(_reader.Data);
                    Send(answer);
                    break;
                case PacketKind.Damaged:
                    SendBytes("-"u8);
                    break;
                case PacketKind.Resend:
                    SendBytes(_sent);
                    break;
            }
        }

        /// <summary>Reads what has arrived, after the bytes that are not handled yet.</summary>
        private void Receive()
        {
            try
            {
                var count = _socket.Receive(_buffer);
                _isGone = count == 0;
                foreach (var value in _buffer.AsSpan(0, count)) _received.Enqueue(value);
            }
            catch (SocketException)
            {
                _isGone = true;
            }
        }

        private void SendBytes(ReadOnlySpan<byte> bytes)
        {
            try
            {
                while (!_isGone && !bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
            }
            catch (SocketException)
            {
                _isGone = true;
            }
        }
    }
}
