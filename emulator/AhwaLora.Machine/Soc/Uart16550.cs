using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Soc.UartRegisters;

namespace AhwaLora.Machine.Soc;

/// <summary>
/// 16550 serial port. It sends at once, so the transmitter is always empty. Bytes below the trigger level are shown
/// as after the character timeout, but without its delay of four characters. A byte of input arrives when the guest looks
/// for one and there is room, so that a guest that reads slowly loses none.
/// </summary>
public sealed class Uart16550 : IDevice
{
    [Unsaved("outside of the machine, so not in a snapshot")]
    private readonly Action<byte> _sink;
    private readonly InterruptLine _line;
    [Unsaved("fixed; the number of bytes taken is saved")]
    private readonly ReadOnlyMemory<byte> _input;

    private readonly byte[] _received = new byte[FifoBytes];
    private readonly byte[] _divisor = new byte[2];
    private int _receivedFirst;
    private int _receivedCount;
    private int _inputTaken;
    private uint _ier, _fcr, _lcr, _mcr, _scr;
    private uint _modemChanges; // bits 3:0 of MSR
    private bool _hasOverrun;
    private bool _transmitterEmptied;

    /// <summary>A port at reset.</summary>
    /// <param name="sink">Takes each byte sent.</param>
    /// <param name="line">Its interrupt.</param>
    /// <param name="input">The bytes to be received.</param>
    public Uart16550(Action<byte> sink, InterruptLine line, ReadOnlyMemory<byte> input = default)
    {
        _sink = sink;
        _line = line;
        _input = input;
    }

    /// <inheritdoc/>
    public string Name => "uart";

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <summary>Bytes that <see cref="Receive"/> takes without an overrun.</summary>
    public int ReceiveSpace => ReceiveDepth - _receivedCount;

    private bool HasFifos => (_fcr & FcrEnable) != 0;

    private int ReceiveDepth => HasFifos ? FifoBytes : 1;

    private bool IsLooped => (_mcr & McrLoop) != 0;

    private bool HasDivisorAccess => (_lcr & LcrDivisor) != 0;

    /// <summary>The modem's lines, MSR bits 7:4. The port outside is always ready; in loopback the outputs of MCR take its place (datasheet, "Modem Control Register").</summary>
    private uint ModemLines => !IsLooped
        ? MsrCts | MsrDsr | MsrCarrier
        : (_mcr & McrDtr) << 5 | (_mcr & McrRts) << 3 | (_mcr & (McrOut1 | McrOut2)) << 4;

    /// <summary>A byte arrives from outside. In loopback it is lost; if there is no space, it is lost and LSR.OE is set.</summary>
    public void Receive(byte value)
    {
        if (!IsLooped) Take(value);
        Update();
    }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (access.Offset is Lsr or IirFcr || (access.Offset == Data && !HasDivisorAccess)) TakeInput();
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        switch (access.Offset)
        {
            case Data when !HasDivisorAccess && _receivedCount != 0:
                _receivedFirst = (_receivedFirst + 1) % FifoBytes;
                _receivedCount--;
                break;
            case IirFcr when (value & ~(uint)IirFifos) == IirTransmit:
                _transmitterEmptied = false;
                break;
            case Lsr:
                _hasOverrun = false;
                break;
            case Msr:
                _modemChanges = 0;
                break;
        }

        Update();
        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        value &= 0xFF;
        switch (access.Offset)
        {
            case Data or Ier when HasDivisorAccess: _divisor[access.Offset] = (byte)value; break;
            case Data: Send((byte)value); break;
            case Ier:
                _transmitterEmptied |= (value & ~_ier & IerTransmit) != 0;
                _ier = value & 0x0F;
                break;
            case IirFcr: ControlFifos(value); break;
            case Lcr: _lcr = value; break;
            case Mcr: ControlModem(value & 0x1F); break;
            case Lsr or Msr: break;
            case Scr: _scr = value; break;
            default: return BusResponse.Fault;
        }

        Update();
        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        switch (offset)
        {
            case Data or Ier when HasDivisorAccess: value = _divisor[offset]; break;
            case Data: value = _receivedCount == 0 ? 0u : _received[_receivedFirst]; break;
            case Ier: value = _ier; break;
            case IirFcr: value = Identify() | (HasFifos ? IirFifos : 0u); break;
            case Lcr: value = _lcr; break;
            case Mcr: value = _mcr; break;
            case Lsr: value = LsrTransmitEmpty | (_receivedCount != 0 ? LsrReady : 0u) | (_hasOverrun ? LsrOverrun : 0u); break;
            case Msr: value = ModemLines | _modemChanges; break;
            case Scr: value = _scr; break;
            default: return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_received);
        state.Array(_divisor);
        state.Index(ref _receivedFirst, FifoBytes);
        state.Count(ref _receivedCount, FifoBytes);
        state.Field(ref _inputTaken);
        state.Require(IsInInput(_inputTaken));
        state.Field(ref _ier);
        state.Field(ref _fcr);
        state.Field(ref _lcr);
        state.Field(ref _mcr);
        state.Field(ref _scr);
        state.Field(ref _modemChanges);
        state.Field(ref _hasOverrun);
        state.Field(ref _transmitterEmptied);
        _line.SaveOrRestore(state);
    }

    private bool IsInInput(int taken) => taken >= 0 && taken <= _input.Length;

    private void Send(byte value)
    {
        if (IsLooped) Take(value);
        else _sink(value);
        _transmitterEmptied = true;
    }

    private void Take(byte value)
    {
        if (ReceiveSpace <= 0) _hasOverrun = true;
        else _received[(_receivedFirst + _receivedCount++) % FifoBytes] = value;
    }

    /// <summary>In loopback, and on entering and leaving it, a write of MCR changes the modem's lines. MSR notes each change; of RI only its end.</summary>
    private void ControlModem(uint value)
    {
        var before = ModemLines;
        _mcr = value;
        var changed = before ^ ModemLines;
        if ((before & MsrRing) == 0) changed &= ~(uint)MsrRing;
        _modemChanges |= changed >> 4;
    }

    /// <summary>Turning the FIFOs on or off empties them, as clearing does.</summary>
    private void ControlFifos(uint value)
    {
        if (((value ^ _fcr) & FcrEnable) != 0 || (value & FcrClearReceive) != 0) _receivedCount = 0;
        _fcr = value;
    }

    /// <summary>The pending interrupt of highest priority, as IIR shows it.</summary>
    private uint Identify()
    {
        if (_hasOverrun && (_ier & IerLine) != 0) return IirLine;
        if (_receivedCount != 0 && (_ier & IerReceive) != 0) return _receivedCount >= TriggerLevel() ? IirReceive : IirTimeout;
        if (_transmitterEmptied && (_ier & IerTransmit) != 0) return IirTransmit;
        return _modemChanges != 0 && (_ier & IerModem) != 0 ? IirModem : IirNone;
    }

    private int TriggerLevel() => !HasFifos ? 1 : (_fcr >> 6) switch { 0 => 1, 1 => 4, 2 => 8, _ => 14 };

    /// <summary>The guest looks for input: as much of it arrives as there is room for.</summary>
    private void TakeInput()
    {
        while (!IsLooped && _inputTaken < _input.Length && ReceiveSpace > 0) Take(_input.Span[_inputTaken++]);
    }

    /// <summary>A guest that has enabled the interrupt of received data looks for input all the time.</summary>
    private void Update()
    {
        if ((_ier & IerReceive) != 0) TakeInput();
        _line.Set(Identify() != IirNone);
    }
}
