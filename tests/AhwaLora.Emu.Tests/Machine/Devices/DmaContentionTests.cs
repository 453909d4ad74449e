using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Dma;
using static AhwaLora.Emu.Tests.Machine.Devices.TestBus;
using static AhwaLora.Machine.Clusters.Dma.DmaRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

/// <summary>The DMA as a master of the TCDM's banks, against an arbiter that grants what the test says.</summary>
public sealed class DmaContentionTests
{
    private const ulong StartupCycles = 10;

    private readonly TestBus _bus;
    private readonly Dma _dma;
    private readonly IBankMaster _master;

    public DmaContentionTests()
        : this(ramWidthBytes: 0)
    {
    }

    private DmaContentionTests(uint ramWidthBytes)
    {
        _bus = new TestBus(harts: 1, ramWidthBytes);
        _dma = new Dma(_bus, InterruptLine.Unconnected(), bytesPerCycle: 8, queueDepth: 4, (int)StartupCycles, isExact: true);
        _master = _dma.BankMasters.Single();
        for (var n = 0u; n < 64; n++) _bus.SetWord(Ram + 4 * n, 0x100 + n);
    }

    private void Copy(uint source, uint destination, uint bytes, uint rows = 1, uint stride = 0)
    {
        _dma.Store(Src, source);
        _dma.Store(Dst, destination);
        _dma.Store(Bytes, bytes);
        _dma.Store(Rows, rows);
        _dma.Store(SrcStride, stride);
        _dma.Store(DstStride, stride);
        _dma.Load(Launch);
    }

    /// <summary>Arbitrates until the transfer under way is over, and returns the cycle in which it completes.</summary>
    private ulong Run(Func<ulong, uint, bool> grants)
    {
        Span<uint> addresses = stackalloc uint[_master.Ports];
        for (var cycle = 0UL; _dma.NextEvent == ulong.MaxValue; cycle++)
        {
            Assert.True(cycle < 1000, "The DMA does not come to its end.");
            if (_master.NextRequest > cycle) continue;
            var count = _master.Requests(addresses);
            for (var index = 0; index < count; index++)
            {
                if (grants(cycle, addresses[index])) _master.Granted(cycle, index);
            }
        }

        var end = _dma.NextEvent;
        _dma.Advance(end);
        return end;
    }

    private void AssertCopied(uint destination, uint words, uint first = 0x100)
    {
        for (var n = 0u; n < words; n++) Assert.Equal(first + n, _bus.Word(destination + 4 * n));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(20, 3)]
    [InlineData(64, 8)]
    public void Alone_it_takes_as_long_as_without_contention(uint bytes, ulong cycles)
    {
        Copy(Ram, Tcdm, bytes);
        Assert.Equal(StartupCycles, _master.NextRequest);
        Assert.Equal(StartupCycles + cycles, Run(static (_, _) => true));
        AssertCopied(Tcdm, bytes / 4);
        Assert.Equal(0u, _bus.Word(Tcdm + bytes));
    }

    [Theory]
    [InlineData(4, 3, 4, 3)]
    [InlineData(12, 1, 4, 3)]
    [InlineData(20, 2, 4, 10)]
    [InlineData(20, 2, 8, 6)]
    public void Alone_at_a_narrow_memory_each_row_takes_a_cycle_for_each_width_begun(uint bytes, uint rows, uint widthBytes, ulong cycles)
    {
        var narrow = new DmaContentionTests(widthBytes);
        narrow.Copy(Ram, Tcdm, bytes, rows, stride: 64);
        Assert.Equal(StartupCycles + cycles, narrow.Run(static (_, _) => true));
    }

    [Fact]
    public void A_row_ends_its_beat()
    {
        Copy(Ram, Tcdm, bytes: 12, rows: 2, stride: 64);
        Assert.Equal(StartupCycles + 4, Run(static (_, _) => true));
        AssertCopied(Tcdm, 3);
        AssertCopied(Tcdm + 64, 3, first: 0x110);
    }

    [Fact]
    public void A_beat_waits_for_its_slowest_word_and_each_word_moves_when_granted()
    {
        Copy(Ram, Tcdm, bytes: 16);
        var end = Run((cycle, address) =>
        {
            if (cycle == 15) Assert.Equal((0x100u, 0u), (_bus.Word(Tcdm), _bus.Word(Tcdm + 4)));
            return address != Tcdm + 4 || cycle >= 15;
        });
        Assert.Equal(StartupCycles + 7, end);
        AssertCopied(Tcdm, 4);
    }

    [Fact]
    public void From_the_banks_to_plain_memory_it_asks_for_the_source()
    {
        for (var n = 0u; n < 4; n++) _bus.SetWord(Tcdm + 4 * n, 0x500 + n);
        Copy(Tcdm, Ram + 0x1000, bytes: 16);
        var asked = new List<uint>();
        Run((_, address) =>
        {
            asked.Add(address);
            return true;
        });
        Assert.Equal([Tcdm, Tcdm + 4, Tcdm + 8, Tcdm + 12], asked);
        AssertCopied(Ram + 0x1000, 4, first: 0x500);
    }

    [Fact]
    public void Between_banks_a_beat_takes_a_load_and_a_store()
    {
        for (var n = 0u; n < 4; n++) _bus.SetWord(Tcdm + 4 * n, 0x500 + n);
        Copy(Tcdm, Tcdm + 0x100, bytes: 16);
        Assert.Equal(StartupCycles + 4, Run(static (_, _) => true));
        AssertCopied(Tcdm + 0x100, 4, first: 0x500);
    }

    [Fact]
    public void Plain_memory_needs_no_grants()
    {
        Copy(Ram, Ram + 0x1000, bytes: 16);
        Assert.Equal((ulong.MaxValue, StartupCycles + 2), (_master.NextRequest, _dma.NextEvent));
        _dma.Advance(_dma.NextEvent);
        AssertCopied(Ram + 0x1000, 4);
    }

    [Fact]
    public void The_next_transfer_starts_when_the_last_completes()
    {
        Copy(Ram, Tcdm, bytes: 8);
        Copy(Ram, Tcdm + 8, bytes: 8);
        var first = Run(static (_, _) => true);
        Assert.Equal(first + StartupCycles, _master.NextRequest);
        Assert.Equal(first + StartupCycles + 1, Run(static (_, _) => true));
        Assert.Equal((2u, 16u, 22u), (_dma.Load(Completed), _dma.Load(BytesMoved), _dma.Load(BusyCycles)));
    }

    [Fact]
    public void Without_exact_contention_there_is_no_bank_master() =>
        Assert.Empty(new Dma(_bus, InterruptLine.Unconnected(), bytesPerCycle: 8, queueDepth: 4, startupCycles: 0).BankMasters);
}
