using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Core.Pipelines;
using static AhwaLora.Emu.Tests.Machine.Devices.TestBus;
using static AhwaLora.Machine.Clusters.Dma.DmaRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

public sealed class DmaTests
{
    private const int StartupCycles = 10;

    private readonly TestBus _bus = new(harts: 2);
    private readonly InterruptLine _line = InterruptLine.Unconnected();
    private readonly Dma _dma;

    public DmaTests()
    {
        _dma = new Dma(_bus, _line, bytesPerCycle: 8, queueDepth: 3, StartupCycles);
        for (var n = 0u; n < 256; n++) _bus.SetWord(Ram + 4 * n, 0x100 + n);
    }

    private uint Copy(uint source, uint destination, uint bytes, int hart = 0, ulong time = 0)
    {
        _dma.Store(Src, source, hart);
        _dma.Store(Dst, destination, hart);
        _dma.Store(Bytes, bytes, hart);
        return _dma.Load(Launch, hart, time);
    }

    [Fact]
    public void A_copy_takes_start_up_and_a_cycle_for_each_width_begun_and_moves_at_its_end()
    {
        Assert.Equal(1u, Copy(Ram, Tcdm, 20, time: 100));
        Assert.Equal(100UL + StartupCycles + 3, _dma.NextEvent);
        Assert.Equal((1u, 0u, 0u), (_dma.Load(Status), _dma.Load(Completed), _bus.Word(Tcdm)));
        _dma.Advance(113);
        Assert.Equal([0x100u, 0x101, 0x102, 0x103, 0x104, 0], Enumerable.Range(0, 6).Select(n => _bus.Word(Tcdm + 4 * (uint)n)));
        Assert.Equal((0u, 1u, ulong.MaxValue), (_dma.Load(Status), _dma.Load(Completed), _dma.NextEvent));
        Assert.Equal((20u, 13u), (_dma.Load(BytesMoved, time: 200), _dma.Load(BusyCycles, time: 200)));
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(16, 3)]
    public void The_narrower_of_memories_and_dma_decides(uint width, ulong cycles)
    {
        var bus = new TestBus(harts: 1, ramWidthBytes: width);
        var dma = new Dma(bus, _line, bytesPerCycle: 8, queueDepth: 3, StartupCycles);
        dma.Store(Src, Ram);
        dma.Store(Dst, Tcdm);
        dma.Store(Bytes, 20);
        dma.Load(Launch);
        Assert.Equal(StartupCycles + cycles, dma.NextEvent);
    }

    [Theory]
    [InlineData(Ram, Tcdm, 7)]
    [InlineData(Tcdm, Ram, 7)]
    [InlineData(Ram, Ram + 0x1000, 14)]
    [InlineData(Tcdm, Tcdm + 0x100, 0)]
    public void A_transfer_waits_once_for_the_latency_of_each_memory(uint source, uint destination, ulong latency)
    {
        foreach (var isExact in new[] { false, true })
        {
            var bus = new TestBus(harts: 1, ramExtraCycles: 7);
            var dma = new Dma(bus, _line, bytesPerCycle: 8, queueDepth: 3, StartupCycles, isExact);
            dma.Store(Src, source);
            dma.Store(Dst, destination);
            dma.Store(Bytes, 16);
            dma.Store(Rows, 2);
            dma.Store(SrcStride, 16);
            dma.Store(DstStride, 16);
            dma.Load(Launch);
            const ulong Moving = 4;
            var first = dma.BankMasters is [{ NextRequest: not ulong.MaxValue } asking] ? asking.NextRequest : dma.NextEvent - Moving;
            Assert.Equal(StartupCycles + latency, first);
        }
    }

    [Fact]
    public void Rows_follow_their_strides()
    {
        _dma.Store(SrcStride, 64);
        _dma.Store(DstStride, unchecked((uint)-8));
        _dma.Store(Rows, 3);
        Copy(Ram, Tcdm + 16, 8);
        Assert.Equal(StartupCycles + 3UL, _dma.NextEvent);
        _dma.Advance(_dma.NextEvent);
        Assert.Equal([0x120u, 0x121, 0x110, 0x111, 0x100, 0x101], Enumerable.Range(0, 6).Select(n => _bus.Word(Tcdm + 4 * (uint)n)));
    }

    [Fact]
    public void Transfers_are_served_in_order_one_after_the_other()
    {
        Copy(Ram, Tcdm, 8);
        Copy(Tcdm, Tcdm + 64, 8, time: 1);
        Assert.Equal(StartupCycles + 1UL, _dma.NextEvent);
        _dma.Advance(_dma.NextEvent);
        Assert.Equal((1u, 1u), (_dma.Load(Completed), _dma.Load(Status)));
        Assert.Equal(2 * (StartupCycles + 1UL), _dma.NextEvent);
        _dma.Advance(_dma.NextEvent);
        Assert.Equal((2u, 0x100u), (_dma.Load(Completed), _bus.Word(Tcdm + 64)));
    }

    [Fact]
    public void A_full_queue_refuses_without_an_error()
    {
        for (var id = 1u; id <= 3; id++) Assert.Equal(id, Copy(Ram, Tcdm, 4));
        Assert.Equal(QueueFull, Copy(Ram, Tcdm, 4));
        Assert.Equal((0u, 3u), (_dma.Load(IrqStatus), _dma.Load(Status)));
        _dma.Advance(_dma.NextEvent);
        Assert.Equal(4u, Copy(Ram, Tcdm, 4));
    }

    [Fact]
    public void Each_hart_has_its_own_programming_registers()
    {
        _dma.Store(Src, Ram + 64, hart: 1);
        _dma.Store(Dst, Tcdm + 64, hart: 1);
        _dma.Store(Bytes, 4, hart: 1);
        Copy(Ram, Tcdm, 4, hart: 0);
        Assert.Equal(2u, _dma.Load(Launch, hart: 1));
        _dma.Advance(_dma.NextEvent);
        _dma.Advance(_dma.NextEvent);
        Assert.Equal((0x100u, 0x110u), (_bus.Word(Tcdm), _bus.Word(Tcdm + 64)));
    }

    [Fact]
    public void A_wait_ends_with_the_last_transfer_of_that_hart()
    {
        Copy(Ram, Tcdm, 4, hart: 0);
        Copy(Ram, Tcdm + 4, 4, hart: 1);
        Copy(Ram, Tcdm + 8, 4, hart: 0);
        _dma.AssertWaits(Wait, hart: 0, time: 3);
        _dma.Advance(11);
        _dma.Advance(22);
        Assert.Empty(_bus.TakeReleased());
        Assert.Equal(2u, _dma.Load(Wait, hart: 1));
        _dma.Advance(33);
        Assert.Equal([new(0, 33, 3, Cause.DmaWait)], _bus.TakeReleased());
    }

    [Fact]
    public void Completion_interrupts_where_enabled_until_cleared()
    {
        Copy(Ram, Tcdm, 4);
        _dma.Advance(_dma.NextEvent);
        Assert.False(_line.Level);
        _dma.Store(IrqEnable, IrqDone);
        Assert.True(_line.Level);
        _dma.Store(IrqStatus, IrqError);
        Assert.True(_line.Level);
        _dma.Store(IrqStatus, IrqDone);
        Assert.False(_line.Level);
    }

    [Theory]
    [InlineData(Ram + 2, Tcdm, 4, DmaError.Misaligned, Ram + 2)]
    [InlineData(Ram, Tcdm + 1, 4, DmaError.Misaligned, Tcdm + 1)]
    [InlineData(Ram, Tcdm, 6, DmaError.Misaligned, 6)]
    [InlineData(Ram, Tcdm, 0, DmaError.Size, 0)]
    [InlineData(Ram, Tcdm, 0x8000_0000, DmaError.Size, 0x8000_0000)]
    [InlineData(0x5000_0000, Tcdm, 4, DmaError.Unmapped, 0x5000_0000)]
    [InlineData(Ram, Tcdm + TcdmBytes - 4, 8, DmaError.Unmapped, Tcdm + TcdmBytes - 4)]
    [InlineData(Ram, TestBus.Registers, 4, DmaError.Device, TestBus.Registers)]
    [InlineData(TestBus.Registers, Tcdm, 4, DmaError.Device, TestBus.Registers)]
    public void A_bad_request_says_why_and_changes_nothing_else(uint source, uint destination, uint bytes, DmaError cause, uint argument)
    {
        _dma.Store(IrqEnable, IrqError);
        Assert.Equal(BadRequest, Copy(source, destination, bytes));
        Assert.Equal(((uint)cause, argument), (_dma.Load(ErrorCause), _dma.Load(ErrorArgument)));
        Assert.Equal((0u, ulong.MaxValue, true), (_dma.Load(Status), _dma.NextEvent, _line.Level));
        _dma.Store(IrqStatus, IrqError);
        Assert.Equal((0u, 0u, false), (_dma.Load(ErrorCause), _dma.Load(ErrorArgument), _line.Level));
        Assert.Equal(1u, Copy(Ram, Tcdm, 4));
    }

    [Theory]
    [InlineData(0u, 4u, DmaError.Size, 0u)]
    [InlineData(65536u, 0u, DmaError.Size, 65536u)]
    [InlineData(2u, 6u, DmaError.Misaligned, 6u)]
    [InlineData(5u, 0x400u, DmaError.Unmapped, Tcdm + 0x1000)]
    [InlineData(2u, 0xFFFF_FFFCu, DmaError.Unmapped, Tcdm - 4)]
    public void Bad_rows_are_refused(uint rows, uint destinationStride, DmaError cause, uint argument)
    {
        _dma.Store(Rows, rows);
        _dma.Store(DstStride, destinationStride);
        Assert.Equal(BadRequest, Copy(Ram, Tcdm, 4));
        Assert.Equal(((uint)cause, argument), (_dma.Load(ErrorCause), _dma.Load(ErrorArgument)));
    }

    [Fact]
    public void The_size_of_a_transfer_is_bounded_over_all_rows()
    {
        _dma.Store(Rows, MaxRows);
        Assert.Equal(BadRequest, Copy(Ram, Tcdm, 0x1_0000));
        Assert.Equal((uint)DmaError.Size, _dma.Load(ErrorCause));
    }

    [Fact]
    public void Capabilities_and_running_counters_can_be_read()
    {
        Assert.Equal(3u << 16 | 8, _dma.Load(Caps));
        Copy(Ram, Tcdm, 4, time: 50);
        Assert.Equal(7u, _dma.Load(BusyCycles, time: 57));
    }

    [Fact]
    public void Peeking_at_launch_starts_nothing()
    {
        Copy(Ram, Tcdm, 4);
        Assert.True(_dma.Peek(Launch, 4, 0, out var id));
        Assert.Equal((2u, 1u), (id, _dma.Load(Status)));
    }

    [Fact]
    public void Code_that_is_overwritten_is_noticed()
    {
        var stores = new List<(uint Address, uint Bytes, int Initiator)>();
        _bus.TcdmMemory.Watches[0] = Watch.Code;
        _bus.TcdmMemory.Stored += (_, address, bytes, _, initiator) => stores.Add((address, bytes, initiator));
        Copy(Ram, Tcdm + 8, 16);
        _dma.Advance(_dma.NextEvent);
        Assert.Equal([(Tcdm + 8, 16u, Initiators.Device0)], stores);
    }

    [Theory]
    [InlineData(Caps + 4, 4, 0)]
    [InlineData(Src, 2, 0)]
    [InlineData(Src, 4, Initiators.Device0)]
    public void Registers_widths_and_masters_that_do_not_exist_fault(uint offset, int bytes, int initiator)
    {
        Assert.Equal(BusResponse.Fault, _dma.TryLoad(offset, out _, initiator, bytes: bytes));
        Assert.Equal(BusResponse.Fault, _dma.TryStore(offset, 0, initiator, bytes: bytes));
    }

    [Theory]
    [InlineData(0, 8, 1, 0)]
    [InlineData(65, 8, 1, 0)]
    [InlineData(1, 6, 1, 0)]
    [InlineData(1, 260, 1, 0)]
    [InlineData(1, 8, 0, 0)]
    [InlineData(1, 8, 1, -1)]
    public void Impossible_values_are_refused(int harts, int bytesPerCycle, int queueDepth, int startupCycles) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dma(new TestBus(harts), _line, bytesPerCycle, queueDepth, startupCycles));
}
