using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Soc;

/// <summary>Offsets, bits and datasheet of the <c>Uart16550</c> (NS16550A).</summary>
public static class UartRegisters
{
#pragma warning disable CS1591 // The map below says what each is.
    public const uint Data = 0, Ier = 1, IirFcr = 2, Lcr = 3, Mcr = 4, Lsr = 5, Msr = 6, Scr = 7;
    public const byte IerReceive = 0x01, IerTransmit = 0x02, IerLine = 0x04, IerModem = 0x08;
    public const byte IirModem = 0x00, IirNone = 0x01, IirTransmit = 0x02, IirReceive = 0x04, IirLine = 0x06, IirTimeout = 0x0C, IirFifos = 0xC0;
    public const byte FcrEnable = 0x01, FcrClearReceive = 0x02;
    public const byte LcrDivisor = 0x80;
    public const byte McrDtr = 0x01, McrRts = 0x02, McrOut1 = 0x04, McrOut2 = 0x08, McrLoop = 0x10;
    public const byte LsrReady = 0x01, LsrOverrun = 0x02, LsrTransmitEmpty = 0x60;
    public const byte MsrCts = 0x10, MsrDsr = 0x20, MsrRing = 0x40, MsrCarrier = 0x80;
    public const int FifoBytes = 16;
#pragma warning restore CS1591

    /// <summary>The datasheet. RBR, THR and DLL share an offset, as on the chip.</summary>
    public static readonly RegisterMap Map = new("UART", 0x1000, "16550 serial port, registers one byte apart; an access of any width reaches the register at its address.",
    [
        new(Data,   "RBR", ReadActs,  "Takes the oldest received byte.", Bytes: 1, Stride: 1),
        new(Data,   "THR", WriteOnly, "Sends a byte at once.", Bytes: 1, Stride: 1),
        new(Data,   "DLL", ReadWrite, "Divisor, low byte, while LCR.DLAB is 1; without effect.", Bytes: 1, Stride: 1),
        new(Ier,    "IER", ReadWrite, "Interrupt enable.", Bytes: 1, Stride: 1)
        {
            Fields = [new("RDA", 0, 0, "Received data available."), new("THRE", 1, 1, "Transmitter empty."), new("RLS", 2, 2, "Overrun."), new("MS", 3, 3, "Modem status.")],
        },
        new(Ier,    "DLM", ReadWrite, "Divisor, high byte, while LCR.DLAB is 1; without effect.", Bytes: 1, Stride: 1),
        new(IirFcr, "IIR", ReadActs,  "Pending interrupt of highest priority; a read that shows THRE clears it.", Bytes: 1, Stride: 1)
        {
            Fields = [new("NONE", 0, 0, "No interrupt is pending."),
                new("ID", 3, 1, "3 overrun, 2 received data at the trigger level, 6 below it, 1 transmitter empty, 0 modem status."), new("FIFOS", 7, 6, "3 while the FIFOs are on.")],
        },
        new(IirFcr, "FCR", WriteOnly, "FIFO control.", Bytes: 1, Stride: 1)
        {
            Fields = [new("ENABLE", 0, 0, "Turns the 16-byte FIFOs on."), new("CLEAR_RX", 1, 1, "Empties the receive FIFO."), new("CLEAR_TX", 2, 2, "Without effect."),
                new("TRIGGER", 7, 6, "Trigger level: 1, 4, 8 or 14 bytes.")],
        },
        new(Lcr,    "LCR", ReadWrite, "Line control: framing without effect.", Bytes: 1, Stride: 1) { Fields = [new("DLAB", 7, 7, "Puts the divisor at offsets 0 and 1.")] },
        new(Mcr,    "MCR", ReadWrite, "Modem control.", Bytes: 1, Stride: 1) 
        {
            Fields = [new("DTR", 0, 0, "Data terminal ready."), new("RTS", 1, 1, "Request to send."), new("OUT1", 2, 2, "Output 1."), new("OUT2", 3, 3, "Output 2."),
                new("LOOP", 4, 4, "What is sent is received, and the outputs are the modem status; nothing leaves or enters.")],
        },
        new(Lsr,    "LSR", ReadActs,  "Line status; a read clears OE.", Bytes: 1, Stride: 1)
        {
            Fields = [new("DR", 0, 0, "A byte has been received."), new("OE", 1, 1, "A byte was lost."), new("THRE", 5, 5, "THR takes a byte; always 1."),
                new("TEMT", 6, 6, "Everything is sent; always 1.")],
        },
        new(Msr,    "MSR", ReadActs,  "Modem status: CTS, DSR and DCD asserted; in loopback the outputs of MCR. A read clears bits 3:0.", Bytes: 1, Stride: 1)
        {
            Fields = [new("DCTS", 0, 0, "CTS has changed."), new("DDSR", 1, 1, "DSR has changed."), new("TERI", 2, 2, "RI has ended."), new("DDCD", 3, 3, "DCD has changed."),
                new("CTS", 4, 4, "Clear to send; in loopback RTS."), new("DSR", 5, 5, "Data set ready; in loopback DTR."), new("RI", 6, 6, "Ring; in loopback OUT1."),
                new("DCD", 7, 7, "Carrier; in loopback OUT2.")],
        },
        new(Scr,    "SCR", ReadWrite, "Scratch.", Bytes: 1, Stride: 1),
    ], []);
}
