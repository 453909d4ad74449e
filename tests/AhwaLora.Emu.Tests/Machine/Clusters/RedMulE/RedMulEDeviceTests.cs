using AhwaLora.Emu.Tests.Machine.Devices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using static AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulERegisters;
using Device = AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulE;

namespace AhwaLora.Emu.Tests.Machine.Clusters.RedMulE;

/// <summary>The engine's registers, its queue and its clear, as a driver meets them.</summary>
public sealed class RedMulEDeviceTests
{
    private readonly TestBus _bus = new(harts: 2);
    private readonly List<bool> _interrupts = [];
    private readonly Device _engine;

    public RedMulEDeviceTests() => _engine = Engine(new RedMulEOptions());

    private Device Engine(RedMulEOptions options) => new(options, _bus, new InterruptLine(_interrupts.Add));

    private static uint Code(RedMulEOperation operation, uint format = FormatFp16) => (uint)operation << OperationShift | format << FormatShift;

    private static void Program(Device engine, ulong time, uint m = 12, uint n = 16, uint k = 16, RedMulEOperation operation = RedMulEOperation.Gemm, uint format = FormatFp16)
    {
        engine.Store(XAddress, TestBus.Ram, 0, time);
        engine.Store(WAddress, TestBus.Ram + 0x1000, 0, time);
        engine.Store(ZAddress, TestBus.Ram + 0x2000, 0, time);
        engine.Store(Sizes0, k << 16 | m, 0, time);
        engine.Store(Sizes1, n, 0, time);
        engine.Store(Operation, Code(operation, format), 0, time);
    }

    private static void Submit(Device engine, ulong time, uint m = 12, uint n = 16, uint k = 16, RedMulEOperation operation = RedMulEOperation.Gemm)
    {
        engine.Load(Acquire, 0, time);
        Program(engine, time, m, n, k, operation);
        engine.Store(Trigger, 0, 0, time + 1);
    }

    private static ulong Finish(Device engine)
    {
        var end = engine.NextEvent;
        Assert.NotEqual(ulong.MaxValue, end);
        engine.Advance(end);
        return end;
    }

    [Fact]
    public void A_job_is_acquired_triggered_and_counted()
    {
        Assert.Equal(0u, _engine.Load(Acquire, time: 10));
        Assert.Equal(Locked, _engine.Load(Acquire, time: 11));
        Program(_engine, 12);
        _engine.Store(Trigger, 0, 0, 13);
        Assert.Equal(1u, _engine.Load(Status, time: 14));
        Assert.Equal(1u, _engine.Load(Acquire, time: 14));

        Assert.InRange(Finish(_engine), 100u, 400u);
        Assert.Equal((0u, 1u, 1u), (_engine.Load(Status), _engine.Load(RunningJob), _engine.Load(Finished)));
        Assert.Equal(0u, _engine.Load(Finished));
    }

    [Fact]
    public void The_interrupt_lasts_until_finished_is_read()
    {
        Submit(_engine, 10);
        Finish(_engine);
        Assert.Equal([true], _interrupts);
        _engine.Load(Finished);
        Assert.Equal([true, false], _interrupts);
    }

    [Fact]
    public void Two_contexts_hold_jobs_and_a_third_is_refused()
    {
        Submit(_engine, 10);
        Submit(_engine, 60);
        Assert.Equal((0x101u, BothBusy), (_engine.Load(Status), _engine.Load(Acquire)));
        var first = Finish(_engine);
        Assert.Equal(0x100u, _engine.Load(Status));
        Assert.InRange(Finish(_engine), first + 50, first + 500);
        Assert.Equal((0u, 2u), (_engine.Load(Status), _engine.Load(RunningJob)));
    }

    [Fact]
    public void A_job_that_is_only_committed_waits_for_a_trigger()
    {
        _engine.Load(Acquire, time: 10);
        Program(_engine, 10);
        _engine.Store(Trigger, 1, 0, 11);
        Assert.Equal((1u, ulong.MaxValue), (_engine.Load(Status), _engine.NextEvent));
        _engine.Store(Trigger, 0, 0, 100);
        Assert.InRange(Finish(_engine), 200u, 400u);
    }

    [Fact]
    public void A_clear_begins_two_cycles_later_and_loses_what_is_written_until_it_ends()
    {
        Submit(_engine, 10);
        _engine.Store(SoftClear, 0, 0, 50);
        Assert.Equal(52u, _engine.NextEvent);
        Finish(_engine);
        Assert.Equal((0u, ulong.MaxValue), (_engine.Load(Status, time: 54), _engine.NextEvent));
        _engine.Load(Acquire, time: 54);
        Assert.Equal(0u, _engine.Load(Acquire, time: 55));
    }

    [Theory]
    [InlineData(24u, 4u, 128u, RedMulEOperation.Gemm, "hangs at GEMM 24x4x128: N of at most H = 4")]
    [InlineData(24u, 16u, 16u, RedMulEOperation.Matmul, "MATMUL hangs with more than one tile")]
    [InlineData(0u, 16u, 16u, RedMulEOperation.Gemm, "a size is 0")]
    public void A_hang_names_the_shape_and_the_rule(uint m, uint n, uint k, RedMulEOperation operation, string expected)
    {
        Submit(_engine, 10, m, n, k, operation);
        while (_engine.NextEvent != ulong.MaxValue) Finish(_engine);
        Assert.Contains(expected, _engine.Stuck, StringComparison.Ordinal);
        Assert.Equal(1u, _engine.Load(Status));
    }

    [Fact]
    public void A_queued_job_of_another_shape_hangs()
    {
        Submit(_engine, 10);
        Submit(_engine, 60, m: 5);
        Finish(_engine);
        Assert.Equal(ulong.MaxValue, _engine.NextEvent);
        Assert.Contains("runs with the sizes of GEMM 12x16x16", _engine.Stuck, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_size_computation_during_the_first_hangs()
    {
        Submit(_engine, 10);
        _engine.Load(Acquire, time: 20);
        Program(_engine, 20);
        Assert.Equal(ulong.MaxValue, _engine.NextEvent);
        Assert.Contains("MACFG", _engine.Stuck, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_quirks_no_shape_hangs_and_no_queue_needs_a_clear()
    {
        var engine = Engine(new RedMulEOptions { IsHardware = false });
        Submit(engine, 10, m: 24, n: 4, k: 128);
        Submit(engine, 20, m: 3, n: 1, k: 1, RedMulEOperation.Matmul);
        Finish(engine);
        Finish(engine);
        Assert.Null(engine.Stuck);
        Assert.Equal((2u, 0), (engine.Load(RunningJob), engine.Findings.Count));
    }

    [Fact]
    public void Findings_name_wrong_shapes_overwritten_rows_and_missing_clears()
    {
        Submit(_engine, 10, m: 8, n: 17, k: 32);
        Finish(_engine);
        _engine.Store(SoftClear, 0, 0, 2000);
        Finish(_engine);
        Submit(_engine, 3000, m: 13);
        Finish(_engine);
        Submit(_engine, 4000, m: 12);
        Assert.Collection(
            _engine.Findings,
            finding => Assert.Contains("GEMM 8x17x32 on 4x12x3: v2.0.4 computes this shape wrongly; GEMM 8x21x32 is right", finding, StringComparison.Ordinal),
            finding => Assert.Contains("GEMM 13x16x16 on 4x12x3: the 352 bytes after row M of Z, from 0x800021a0 on, are overwritten", finding, StringComparison.Ordinal),
            finding => Assert.Contains("GEMM 12x16x16 started without a SOFT_CLEAR after GEMM 13x16x16", finding, StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_that_is_never_denied_takes_the_cycles_of_ideal_memory()
    {
        Submit(_engine, 10);
        var ideal = Finish(_engine);
        var engine = Engine(new RedMulEOptions { IsExact = true });
        Submit(engine, 10);
        var (port, cycle) = (engine.BankMasters.Single(), 0UL);
        Span<uint> address = stackalloc uint[1];
        for (; engine.NextEvent == ulong.MaxValue; cycle++)
        {
            Assert.Equal(36, port.AccessBytes);
            if (port.NextRequest <= cycle && port.Requests(address) == 1) port.Granted(cycle, 0);
        }

        Assert.Equal(ideal, Finish(engine));
        Assert.Equal(_engine.Counters(ideal), engine.Counters(ideal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restored_engine_goes_on_as_the_first_does(bool isExact)
    {
        var options = new RedMulEOptions { IsExact = isExact, Priority = WidePriority.Rotate };
        var (first, second) = (Engine(options), Engine(options));
        Submit(first, 10, m: 20, n: 20, k: 20);
        var stopped = Grant(first, 0, 150);
        second.Restore(first.Save());
        Assert.Equal(Grant(first, stopped, ulong.MaxValue), Grant(second, stopped, ulong.MaxValue));
        Assert.Equal(first.Save(), second.Save());
    }

    /// <summary>Grants two of three cycles until a cycle, or until the job's event.</summary>
    private static ulong Grant(Device engine, ulong from, ulong until)
    {
        Span<uint> address = stackalloc uint[1];
        var cycle = from;
        for (; cycle < until; cycle++)
        {
            if (engine.NextEvent <= cycle)
            {
                engine.Advance(engine.NextEvent);
                return cycle;
            }

            if (engine.BankMasters is [var port] && port.NextRequest <= cycle && port.Requests(address) == 1 && cycle % 3 != 0) port.Granted(cycle, 0);
        }

        return cycle;
    }
}
