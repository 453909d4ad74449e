using System.Text;

namespace AhwaLora.Debug.Gdb;

/// <summary>What a packet reader has received.</summary>
internal enum PacketKind
{
    /// <summary>Nothing complete yet.</summary>
    None,

    /// <summary>A packet with a correct checksum.</summary>
    Packet,

    /// <summary>A packet with a wrong checksum, or with none.</summary>
    Damaged,

    /// <summary>More than the longest packet, and its end is not seen.</summary>
    TooLong,

    /// <summary>A byte between packets that the protocol does not have there.</summary>
    Foreign,

    /// <summary>The user's interrupt, a byte of its own.</summary>
    Interrupt,

    /// <summary>The other side asks for our last packet again.</summary>
    Resend,
}

/// <summary>Takes packets of the form <c>$data#checksum</c> from a stream of bytes, however it is cut.</summary>
internal sealed class PacketReader
{
    /// <summary>Bytes of a packet that are accepted; the limit told to the client is lower.</summary>
    public const int MaxBytes = 1 << 16;

    private const byte InterruptByte = 3;

    private readonly List<byte> _data = [];
    private State _state;
    private int _sum;
    private int _expected;

    private enum State
    {
        Between,
        Inside,
        FirstDigit,
        SecondDigit,
    }

    /// <summary>Data of the last packet, one byte per char, with its escapes.</summary>
    public string Data { get; private set; } = "";

    /// <summary>True from the beginning of a packet to its end.</summary>
    public bool IsWithin => _state != State.Between;

    /// <summary>Takes a byte.</summary>
    public PacketKind Take(byte value)
    {
        switch (_state)
        {
            case State.Between when value == '$':
                Begin();
                return PacketKind.None;
            case State.Between:
                return value switch { InterruptByte => PacketKind.Interrupt, (byte)'-' => PacketKind.Resend, (byte)'+' => PacketKind.None, _ => PacketKind.Foreign };
            case State.Inside when value == '$':
                Begin(); // the previous packet was cut off
                return PacketKind.None;
            case State.Inside when value == '#':
                _state = State.FirstDigit;
                return PacketKind.None;
            case State.Inside:
                if (_data.Count == MaxBytes)
                {
                    _state = State.Between;
                    return PacketKind.TooLong;
                }

                _sum += value;
                _data.Add(value);
                return PacketKind.None;
            case State.FirstDigit:
                _expected = Hex.Digit(value);
                _state = State.SecondDigit;
                return PacketKind.None;
            default:
                _state = State.Between;
                var digit = Hex.Digit(value);
                if (_expected < 0 || digit < 0 || (_expected << 4 | digit) != (_sum & 0xff)) return PacketKind.Damaged;
                Data = Encoding.Latin1.GetString(_data.ToArray());
                return PacketKind.Packet;
        }
    }

    private void Begin()
    {
        _data.Clear();
        _sum = 0;
        _state = State.Inside;
    }
}
