using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Soc;
using static AhwaLora.Machine.Soc.PlicRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

public sealed class PlicTests
{
    private readonly InterruptLine[] _external = [InterruptLine.Unconnected(), InterruptLine.Unconnected()];
    private readonly Plic _plic;

    public PlicTests() => _plic = new Plic(40, _external);

    private void Enable0(params int[] sources)
    {
        foreach (var source in sources)
        {
            var offset = Enable + 4 * (uint)(source / 32);
            _plic.Store(offset, _plic.Load(offset) | 1u << source % 32);
        }
    }

    private void Prioritise(uint source, uint priority) => _plic.Store(Priority + 4 * source, priority);

    [Fact]
    public void A_source_interrupts_only_when_enabled_with_a_priority_above_the_threshold()
    {
        _plic.Source(1).Set(true);
        Assert.Equal(2u, _plic.Load(Pending));
        Assert.False(_external[0].Level);
        Enable0(1);
        Assert.False(_external[0].Level);
        Prioritise(1, 3);
        Assert.True(_external[0].Level);
        _plic.Store(Threshold, 3);
        Assert.False(_external[0].Level);
        _plic.Store(Threshold, 2);
        Assert.Equal((true, false), (_external[0].Level, _external[1].Level));
    }

    [Fact]
    public void A_claim_takes_the_highest_priority_and_of_equals_the_lowest_id()
    {
        Enable0(1, 2, 3, 35);
        Prioritise(1, 2);
        Prioritise(2, 5);
        Prioritise(3, 2);
        Prioritise(35, 5);
        foreach (var source in (int[])[35, 3, 2, 1]) _plic.Source(source).Set(true);
        Assert.Equal([2u, 35u, 1u, 3u, 0u], Enumerable.Range(0, 5).Select(_ => _plic.Load(Claim)));
        Assert.False(_external[0].Level);
    }

    [Fact]
    public void A_claim_ignores_the_threshold_and_priority_zero_never_interrupts()
    {
        Enable0(1, 2);
        Prioritise(1, 1);
        _plic.Store(Threshold, 7);
        _plic.Source(1).Set(true);
        _plic.Source(2).Set(true);
        Assert.Equal(1u, _plic.Load(Claim));
        Assert.Equal(0u, _plic.Load(Claim));
    }

    [Fact]
    public void A_level_that_stays_interrupts_again_only_after_completion()
    {
        Enable0(4);
        Prioritise(4, 1);
        _plic.Source(4).Set(true);
        Assert.Equal(4u, _plic.Load(Claim));
        Assert.False(_external[0].Level);
        _plic.Store(Claim, 4);
        Assert.True(_external[0].Level);
        Assert.Equal(4u, _plic.Load(Claim));
        _plic.Source(4).Set(false);
        _plic.Store(Claim, 4);
        Assert.False(_external[0].Level);
    }

    [Fact]
    public void A_request_once_pending_outlives_its_level()
    {
        Enable0(4);
        Prioritise(4, 1);
        _plic.Source(4).Set(true);
        _plic.Source(4).Set(false);
        Assert.Equal(4u, _plic.Load(Claim));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(41)]
    [InlineData(0xFFFF_FFFF)]
    public void Completing_what_is_not_enabled_is_ignored(uint completed)
    {
        Enable0(4);
        Prioritise(4, 1);
        _plic.Source(4).Set(true);
        _plic.Load(Claim);
        _plic.Store(Claim, completed);
        Assert.False(_external[0].Level);
    }

    [Fact]
    public void Of_two_contexts_one_claims()
    {
        Enable0(6);
        _plic.Store(Enable + EnableStride, 1 << 6);
        Prioritise(6, 1);
        _plic.Source(6).Set(true);
        Assert.Equal((true, true), (_external[0].Level, _external[1].Level));
        Assert.Equal(6u, _plic.Load(Claim + ContextStride));
        Assert.Equal(0u, _plic.Load(Claim));
        Assert.Equal((false, false), (_external[0].Level, _external[1].Level));
    }

    [Fact]
    public void Only_existing_bits_can_be_written()
    {
        _plic.Store(Priority, 7);
        _plic.Store(Priority + 4, 0xFF);
        _plic.Store(Enable, uint.MaxValue);
        _plic.Store(Enable + 4, uint.MaxValue);
        _plic.Store(Threshold, 0xFF);
        Assert.Equal([0u, 7u, 0xFFFF_FFFEu, 0x1FFu, 7u], new[] { Priority, Priority + 4, Enable, Enable + 4, Threshold }.Select(offset => _plic.Load(offset)));
    }

    [Theory]
    [InlineData(Priority + 4 * 41, 4)]
    [InlineData(Enable + 2 * EnableStride, 4)]
    [InlineData(Claim + 2 * ContextStride, 4)]
    [InlineData(Threshold + 8, 4)]
    [InlineData(Priority + 4, 1)]
    public void Registers_and_widths_that_do_not_exist_fault(uint offset, int bytes)
    {
        Assert.Equal(BusResponse.Fault, _plic.TryLoad(offset, out _, bytes: bytes));
        Assert.Equal(BusResponse.Fault, _plic.TryStore(offset, 1, bytes: bytes));
    }

    [Fact]
    public void Peeking_at_a_claim_takes_nothing()
    {
        Enable0(4);
        Prioritise(4, 1);
        _plic.Source(4).Set(true);
        Assert.True(_plic.Peek(Claim, 4, 0, out var value));
        Assert.Equal(4u, value);
        Assert.True(_external[0].Level);
    }

    [Fact]
    public void The_last_of_all_sources_interrupts_like_the_first()
    {
        var plic = new Plic(MaxSources, _external);
        foreach (var source in (uint[])[64, MaxSources])
        {
            var word = 4 * (source / 32);
            plic.Store(Priority + 4 * source, 1);
            plic.Store(Enable + EnableStride + word, 1u << (int)(source % 32));
            plic.Source((int)source).Set(true);
            Assert.Equal(1u << (int)(source % 32), plic.Load(Pending + word));
            Assert.Equal((false, true), (_external[0].Level, _external[1].Level));

            Assert.Equal(source, plic.Load(Claim + ContextStride));
            Assert.False(_external[1].Level);
            plic.Source((int)source).Set(false);
            plic.Store(Claim + ContextStride, source);
        }

        Assert.Equal(BusResponse.Fault, plic.TryLoad(Enable + EnableStride * 2, out _));
        Assert.Equal(BusResponse.Fault, plic.TryLoad(Pending + 128, out _));
    }

    [Fact]
    public void Sources_of_clusters_and_of_tiles_stay_apart()
    {
        const int clusters = 3;
        var ofTiles = Enumerable.Range(0, 2000).Select(tile => SourceInRow(SourceTile0, tile, clusters)).Where(source => source != 0).ToList();
        var ofDma = Enumerable.Range(0, clusters).Select(cluster => SourceOf(cluster, SourceDma)).ToList();
        Assert.Equal([2u, 1018u, 1010u], ofDma);
        Assert.Equal(Enumerable.Range(8, 1000).Select(n => (uint)n), ofTiles);
        Assert.Equal(0u, SourceOf(1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Interrupts_survive_a_restore_in_any_order_of_the_devices(bool plicFirst)
    {
        Enable0(4);
        Prioritise(4, 1);
        var uart = new Uart16550(static _ => { }, _plic.Source(4));
        uart.Store(UartRegisters.Ier, UartRegisters.IerReceive);
        uart.Receive(1);

        var external = InterruptLine.Unconnected();
        var restoredPlic = new Plic(40, [external, InterruptLine.Unconnected()]);
        var restoredUart = new Uart16550(static _ => { }, restoredPlic.Source(4));
        if (plicFirst) restoredPlic.Restore(_plic.Save());
        restoredUart.Restore(uart.Save());
        if (!plicFirst) restoredPlic.Restore(_plic.Save());
        Assert.True(external.Level);
        Assert.Equal(4u, restoredPlic.Load(Claim));
        restoredUart.Load(UartRegisters.Data);
        restoredPlic.Store(Claim, 4);
        Assert.False(external.Level);
    }

    [Fact]
    public void Impossible_values_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plic(0, _external));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plic(1024, _external));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plic(31, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => _plic.Source(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _plic.Source(41));
    }
}
