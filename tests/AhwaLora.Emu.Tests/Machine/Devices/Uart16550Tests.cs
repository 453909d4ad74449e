using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Soc;
using static AhwaLora.Machine.Soc.UartRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

public sealed class Uart16550Tests
{
    private readonly List<byte> _sent = [];
    private readonly InterruptLine _line = InterruptLine.Unconnected();
    private readonly Uart16550 _uart;

    public Uart16550Tests() => _uart = new Uart16550(_sent.Add, _line);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_byte_is_sent_at_once_by_an_access_of_any_width(int bytes)
    {
        _uart.Store(Data, 0x1241, bytes: bytes);
        Assert.Equal([0x41], _sent);
        Assert.Equal(0x60u, _uart.Load(Lsr, bytes: 1));
    }

    [Fact]
    public void Received_bytes_come_out_in_order()
    {
        _uart.Store(IirFcr, FcrEnable, bytes: 1);
        for (var n = 0; n < FifoBytes; n++) _uart.Receive((byte)(n + 1));
        Assert.Equal(0, _uart.ReceiveSpace);
        Assert.Equal(Enumerable.Range(1, FifoBytes).Select(n => (uint)n), Enumerable.Range(0, FifoBytes).Select(_ => _uart.Load(Data, bytes: 1)));
        Assert.Equal(0u, _uart.Load(Lsr, bytes: 1) & LsrReady);
    }

    [Fact]
    public void Without_fifos_a_second_byte_overruns_until_the_line_status_is_read()
    {
        _uart.Store(Ier, IerLine, bytes: 1);
        _uart.Receive(1);
        _uart.Receive(2);
        Assert.True(_line.Level);
        Assert.Equal((uint)IirLine, _uart.Load(IirFcr, bytes: 1));
        Assert.Equal(0x63u, _uart.Load(Lsr, bytes: 1));
        Assert.Equal(0x61u, _uart.Load(Lsr, bytes: 1));
        Assert.False(_line.Level);
        Assert.Equal(1u, _uart.Load(Data, bytes: 1));
    }

    [Fact]
    public void Received_data_interrupt_until_they_are_taken()
    {
        _uart.Store(Ier, IerReceive, bytes: 1);
        Assert.False(_line.Level);
        _uart.Receive(7);
        Assert.True(_line.Level);
        Assert.Equal((uint)IirReceive, _uart.Load(IirFcr, bytes: 1));
        _uart.Load(Data, bytes: 1);
        Assert.False(_line.Level);
        Assert.Equal((uint)IirNone, _uart.Load(IirFcr, bytes: 1));
    }

    [Fact]
    public void Below_the_trigger_level_the_interrupt_is_the_timeout()
    {
        _uart.Store(IirFcr, FcrEnable | 1 << 6, bytes: 1);
        _uart.Store(Ier, IerReceive, bytes: 1);
        for (var n = 0; n < 3; n++) _uart.Receive(0);
        Assert.Equal((uint)(IirTimeout | IirFifos), _uart.Load(IirFcr, bytes: 1));
        _uart.Receive(0);
        Assert.Equal((uint)(IirReceive | IirFifos), _uart.Load(IirFcr, bytes: 1));
    }

    [Fact]
    public void The_empty_transmitter_interrupts_once_a_byte_and_reading_iir_ends_it()
    {
        _uart.Store(Ier, IerTransmit, bytes: 1);
        Assert.True(_line.Level);
        Assert.Equal((uint)IirTransmit, _uart.Load(IirFcr, bytes: 1));
        Assert.False(_line.Level);
        _uart.Store(Data, 'x', bytes: 1);
        Assert.True(_line.Level);
    }

    [Fact]
    public void Peeking_takes_no_byte_and_ends_no_interrupt()
    {
        _uart.Store(Ier, IerReceive | IerTransmit, bytes: 1);
        _uart.Receive(9);
        for (var offset = 0u; offset < 8; offset++) Assert.True(_uart.Peek(offset, 1, 0, out _));
        Assert.Equal(9u, _uart.Load(Data, bytes: 1));
        Assert.Equal((uint)IirTransmit, _uart.Load(IirFcr, bytes: 1));
    }

    [Fact]
    public void The_divisor_hides_data_and_interrupt_enable_while_dlab_is_set()
    {
        _uart.Store(Lcr, LcrDivisor | 3, bytes: 1);
        _uart.Store(Data, 0x1B, bytes: 1);
        _uart.Store(Ier, 0x02, bytes: 1);
        Assert.Equal((0x1Bu, 0x02u), (_uart.Load(Data, bytes: 1), _uart.Load(Ier, bytes: 1)));
        Assert.Empty(_sent);
        _uart.Store(Lcr, 3, bytes: 1);
        Assert.Equal(0u, _uart.Load(Ier, bytes: 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(FcrEnable)]
    public void Input_comes_in_as_the_guest_takes_it(int fifos)
    {
        var input = Enumerable.Range(1, 3 * FifoBytes).Select(n => (byte)n).ToArray();
        var uart = new Uart16550(_sent.Add, _line, input);
        uart.Store(IirFcr, FcrClearReceive | (uint)fifos, bytes: 1);
        var read = new List<byte>();
        while ((uart.Load(Lsr, bytes: 1) & (LsrReady | LsrOverrun)) == LsrReady) read.Add((byte)uart.Load(Data, bytes: 1));
        Assert.Equal(input, read);
        Assert.Equal(LsrTransmitEmpty, uart.Load(Lsr, bytes: 1));
    }

    [Fact]
    public void Input_interrupts_until_the_last_byte_is_taken_and_goes_on_from_a_snapshot()
    {
        var uart = new Uart16550(_sent.Add, _line, "ab"u8.ToArray());
        Assert.False(_line.Level);
        uart.Store(Ier, IerReceive, bytes: 1);
        Assert.True(_line.Level);
        Assert.Equal('a', (char)uart.Load(Data, bytes: 1));

        var restored = new Uart16550(_sent.Add, InterruptLine.Unconnected(), "ab"u8.ToArray());
        restored.Restore(uart.Save());
        foreach (var each in new[] { uart, restored })
        {
            Assert.Equal('b', (char)each.Load(Data, bytes: 1));
            Assert.Equal(0u, each.Load(Lsr, bytes: 1) & LsrReady);
        }

        Assert.False(_line.Level);
    }

    [Fact]
    public void In_loopback_what_is_sent_is_received()
    {
        _uart.Store(Mcr, McrLoop, bytes: 1);
        _uart.Store(Data, 0x5A, bytes: 1);
        Assert.Empty(_sent);
        Assert.Equal(0x5Au, _uart.Load(Data, bytes: 1));
    }

    /// <summary>NS16550A, "Modem Control Register": DTR, RTS, OUT1 and OUT2 take the place of DSR, CTS, RI and DCD.</summary>
    [Theory]
    [InlineData(0x00, 0x00)]
    [InlineData(McrDtr, MsrDsr)]
    [InlineData(McrRts, MsrCts)]
    [InlineData(McrOut1, MsrRing)]
    [InlineData(McrOut2, MsrCarrier)]
    [InlineData(McrRts | McrOut2, MsrCts | MsrCarrier)]
    [InlineData(0x0F, 0xF0)]
    public void In_loopback_the_modem_status_is_the_modem_control(uint control, uint status)
    {
        _uart.Store(Mcr, McrLoop | control, bytes: 1);
        Assert.Equal(status, _uart.Load(Msr, bytes: 1) & 0xF0);
        Assert.Equal(McrLoop | control, _uart.Load(Mcr, bytes: 1));
        _uart.Store(Mcr, control, bytes: 1);
        Assert.Equal(0xB0u, _uart.Load(Msr, bytes: 1) & 0xF0);
    }

    [Fact]
    public void A_change_of_the_modem_status_is_noted_until_it_is_read()
    {
        _uart.Store(Mcr, McrLoop | 0x0F, bytes: 1);
        Assert.Equal(0xF0u, _uart.Load(Msr, bytes: 1)); // the begin of RI is not noted
        _uart.Store(Mcr, McrLoop | McrDtr, bytes: 1);
        Assert.True(_uart.Peek(Msr, 1, 0, out var peeked));
        Assert.Equal((0x2Du, 0x2Du, 0x20u), (peeked, _uart.Load(Msr, bytes: 1), _uart.Load(Msr, bytes: 1)));
    }

    [Fact]
    public void A_change_of_the_modem_status_interrupts_last_of_all()
    {
        _uart.Store(Ier, IerModem | IerReceive, bytes: 1);
        Assert.False(_line.Level);
        _uart.Store(Mcr, McrLoop, bytes: 1);
        Assert.True(_line.Level);
        Assert.Equal(IirModem, _uart.Load(IirFcr, bytes: 1));
        _uart.Store(Data, 1, bytes: 1);
        Assert.Equal(IirReceive, _uart.Load(IirFcr, bytes: 1));
        _uart.Load(Data, bytes: 1);
        Assert.Equal(IirModem, _uart.Load(IirFcr, bytes: 1));
        _uart.Load(Msr, bytes: 1);
        Assert.Equal(IirNone, _uart.Load(IirFcr, bytes: 1));
        Assert.False(_line.Level);
    }

    [Fact]
    public void In_loopback_nothing_leaves_and_nothing_enters()
    {
        var uart = new Uart16550(_sent.Add, _line, "ab"u8.ToArray());
        uart.Store(Mcr, McrLoop, bytes: 1);
        uart.Receive((byte)'x');
        Assert.Equal(LsrTransmitEmpty, uart.Load(Lsr, bytes: 1));
        uart.Store(Data, 1, bytes: 1);
        uart.Store(Data, 2, bytes: 1);
        Assert.Equal((uint)(LsrTransmitEmpty | LsrReady | LsrOverrun), uart.Load(Lsr, bytes: 1));
        Assert.Equal(1u, uart.Load(Data, bytes: 1));
        Assert.Empty(_sent);
        uart.Store(Mcr, 0, bytes: 1);
        Assert.Equal((uint)(LsrTransmitEmpty | LsrReady), uart.Load(Lsr, bytes: 1));
        Assert.Equal('a', (char)uart.Load(Data, bytes: 1));
    }

    [Fact]
    public void Clearing_the_fifo_drops_what_was_received()
    {
        _uart.Store(IirFcr, FcrEnable, bytes: 1);
        _uart.Receive(1);
        _uart.Store(IirFcr, FcrEnable | FcrClearReceive, bytes: 1);
        Assert.Equal(0u, _uart.Load(Lsr, bytes: 1) & LsrReady);
    }

    [Fact]
    public void Scratch_keeps_a_byte_and_there_is_nothing_behind_it()
    {
        _uart.Store(Scr, 0xA5, bytes: 1);
        Assert.Equal(0xA5u, _uart.Load(Scr, bytes: 1));
        Assert.Equal(BusResponse.Fault, _uart.TryLoad(8, out _));
        Assert.Equal(BusResponse.Fault, _uart.TryStore(8, 0));
    }
}
