using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AhwaLora.Debug.Gdb;

/// <summary>
/// Serves one client, from connection to disconnection. No client can hold up the run for long: there is a time within which it has to
/// read what it is sent and to finish the packet that it has begun, and a bound on what it sends without being asked.
/// </summary>
internal sealed class GdbSession : IGdbLink
{
    private const int PollMilliseconds = 100, BufferBytes = 0x8000, MostUnhandledBytes = 2 * PacketReader.MaxBytes;

    // The slowest client that is waited for: it takes, on average, a byte in a millisecond.
    private const int BytesPerMillisecond = 1;

    private readonly Socket _listener;
    private readonly Socket _socket;
    private readonly PacketReader _reader = new();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Queue<byte> _received = [];
    private readonly long _patienceMilliseconds;
    private byte[] _sent = [];
    private bool _hasGreeted;
    private bool _isGone;
    private long _waitsSince = Environment.TickCount64;
    private long _lagMilliseconds;

    /// <summary>A session with a client that has just connected.</summary>
    /// <param name="listener">Where further clients connect, which are refused.</param>
    /// <param name="socket">The connection.</param>
    /// <param name="debuggee">The machine.</param>
    /// <param name="options">What the client may do, and how long it may take.</param>
    public GdbSession(Socket listener, Socket socket, Debuggee debuggee, DebugOptions options)
    {
        _listener = listener;
        _socket = socket;
        _patienceMilliseconds = (long)options.Patience.TotalMilliseconds;
        socket.NoDelay = true;
        socket.Blocking = false;
        Client = socket.RemoteEndPoint?.ToString() ?? "an unknown address";
        Stub = new GdbStub(debuggee, this, options);
    }

    public GdbStub Stub { get; }

    /// <summary>The client's address and port.</summary>
    public string Client { get; }

    /// <summary>Why the connection was closed; null if the client has not broken the protocol.</summary>
    public string? Refusal { get; private set; }

    /// <summary>True if the client has not read what it was sent.</summary>
    public bool IsStalled { get; private set; }

    public void Run()
    {
        while (!_isGone && Stub.End == SessionEnd.None)
        {
            RefuseOthers();
            if (_socket.Poll(1000 * PollMilliseconds, SelectMode.SelectRead)) Receive();
            while (!_isGone && Stub.End == SessionEnd.None && _received.TryDequeue(out var value)) Take(value);
            if ((!_hasGreeted || _reader.IsWithin) && Environment.TickCount64 - _waitsSince > _patienceMilliseconds)
            {
                Refuse(_hasGreeted ? "it has left a packet unfinished" : "it has not sent a packet");
            }
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
        while (!_isGone && _received.TryDequeue(out var value))
        {
            switch (_reader.Take(value))
            {
                case PacketKind.Interrupt: return true;
                case PacketKind.Foreign or PacketKind.TooLong: Refuse("it sends bytes that do not belong to a packet"); break;
            }
        }

        return _isGone;
    }

    /// <summary>Refuses another client that wants to connect. If the present client has gone, the other is served next.</summary>
    private void RefuseOthers()
    {
        while (!_isGone && _listener.Poll(0, SelectMode.SelectRead))
        {
            while (!_isGone && _socket.Poll(0, SelectMode.SelectRead)) Receive();
            if (_isGone) return;
            using var other = _listener.Accept();
        }
    }

    /// <summary>Lets the client read the last answer before the connection goes, but does not wait long for it.</summary>
    private void LeaveInPeace()
    {
        try
        {
            if (_isGone) return;
            _socket.Shutdown(SocketShutdown.Send);
            var end = Environment.TickCount64 + 10 * PollMilliseconds;
            while (!_isGone && Environment.TickCount64 < end)
            {
                _received.Clear();
                if (_socket.Poll(1000 * PollMilliseconds, SelectMode.SelectRead)) Receive();
            }
        }
        catch (SocketException)
        {
            _isGone = true;
        }
    }

    private void Take(byte value)
    {
        var wasWithin = _reader.IsWithin;
        var kind = _reader.Take(value);
        if (!wasWithin && _hasGreeted) _waitsSince = Environment.TickCount64;
        switch (kind)
        {
            case PacketKind.Packet:
                _hasGreeted = true;
                if (!Stub.IsWithoutAcknowledgement) SendBytes("+"u8);
                Send(Stub.Handle(_reader.Data));
                break;
            case PacketKind.Damaged when !_hasGreeted:
                Refuse("its first packet has a wrong checksum");
                break;
            case PacketKind.Damaged:
                SendBytes("-"u8);
                break;
            case PacketKind.TooLong:
                Refuse(string.Create(CultureInfo.InvariantCulture, $"its packet is longer than {PacketReader.MaxBytes} bytes"));
                break;
            case PacketKind.Foreign:
                Refuse($"it does not speak GDB's remote protocol (a packet does not begin with byte 0x{value:x2})");
                break;
            case PacketKind.Resend:
                SendBytes(_sent);
                break;
        }
    }

    private void Refuse(string reason) => (Refusal, _isGone) = (reason, true);

    /// <summary>Reads what has arrived, after the bytes that are not handled yet.</summary>
    private void Receive()
    {
        var count = _socket.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return;
        if (error != SocketError.Success || count == 0)
        {
            _isGone = true;
            return;
        }

        foreach (var value in _buffer.AsSpan(0, count)) _received.Enqueue(value);
        if (_received.Count > MostUnhandledBytes) Refuse("it sends more than it is asked for");
    }

    /// <summary>Sends bytes as the client takes them. A client that takes them too slowly is given up.</summary>
    private void SendBytes(ReadOnlySpan<byte> bytes)
    {
        while (!_isGone && !bytes.IsEmpty)
        {
            var begin = Environment.TickCount64;
            var isReady = _socket.Poll(1000 * PollMilliseconds, SelectMode.SelectWrite);
            var count = isReady ? _socket.Send(bytes, SocketFlags.None, out var error) : Wait(out error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) _isGone = true;
            bytes = bytes[count..];
            _lagMilliseconds = Math.Max(0, _lagMilliseconds + (Environment.TickCount64 - begin) - count / BytesPerMillisecond);
            if (_lagMilliseconds > _patienceMilliseconds) (IsStalled, _isGone) = (true, true);
        }
    }

    private static int Wait(out SocketError error)
    {
        error = SocketError.WouldBlock;
        return 0;
    }
}
