using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Emu.Tests.Machine.Devices;

/// <summary>
/// 20,000 accesses at random registers, offsets, widths and masters: nothing throws, a peek changes nothing, and a
/// device restored half-way from the other's snapshot behaves as the other does.
/// </summary>
public sealed class DeviceFuzzTests
{
    private const int Harts = 3, Accesses = 20_000;

    private readonly TestBus _bus = new(Harts);
    private readonly TestBus _twinBus = new(Harts);

    private static InterruptLine[] Lines() => [.. Enumerable.Range(0, Harts).Select(_ => InterruptLine.Unconnected())];

    [Fact]
    public void The_clint_survives() => Fuzz(static _ => new Clint(Lines(), Lines(), cyclesPerTick: 3), ClintRegisters.Map);

    [Fact]
    public void The_plic_survives() => Fuzz(static _ => new Plic(40, Lines()), PlicRegisters.Map, static (plic, _, random) => plic.Source(random.Next(1, 41)).Set(random.Next(2) == 0));

    [Fact]
    public void The_uart_survives() => Fuzz(static _ => new Uart16550(static _ => { }, InterruptLine.Unconnected()), UartRegisters.Map, static (uart, _, random) => uart.Receive((byte)random.Next()));

    [Fact]
    public void The_cluster_block_survives() => Fuzz(static bus => new ClusterBlock(bus, bus), ClusterRegisters.Map);

    [Fact]
    public void The_barrier_word_survives() => Fuzz(static bus => new BarrierWord(bus), ClusterRegisters.Map);

    [Fact]
    public void The_dma_survives() =>
        AssertMoved(Fuzz(static bus => new Dma(bus, InterruptLine.Unconnected(), 8, 4, 5), DmaRegisters.Map, LaunchSometimes));

    [Fact]
    public void The_dma_survives_as_a_master_of_banks() =>
        AssertMoved(Fuzz(static bus => new Dma(bus, InterruptLine.Unconnected(), 8, 4, 5, isExact: true), DmaRegisters.Map, LaunchSometimes));

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    public void The_redmule_survives(bool isHardware, bool isExact, bool isFirst)
    {
        var options = new RedMulEOptions { IsHardware = isHardware, IsExact = isExact, Priority = isFirst ? WidePriority.First : WidePriority.Rotate };
        var engine = Fuzz(bus => new RedMulE(options, bus, InterruptLine.Unconnected()), RedMulERegisters.Map, TriggerSometimes);
        Assert.InRange(engine.Counters(0).Single(counter => counter.Name == "jobs").Value, 20u, ulong.MaxValue);
    }

    private static void TriggerSometimes(RedMulE engine, ulong time, Random random)
    {
        if (random.Next(40) != 0) return;
        engine.Store(RedMulERegisters.XAddress, TestBus.Ram + (uint)random.Next(256), 0, time);
        engine.Store(RedMulERegisters.WAddress, TestBus.Tcdm + (uint)random.Next(256), 0, time);
        engine.Store(RedMulERegisters.ZAddress, TestBus.Tcdm + 0x800 + (uint)random.Next(256), 0, time);
        engine.Store(RedMulERegisters.Sizes0, (uint)random.Next(1, 20) << 16 | (uint)random.Next(1, 16), 0, time);
        engine.Store(RedMulERegisters.Sizes1, (uint)random.Next(4, 20), 0, time);
        engine.Store(RedMulERegisters.Operation, (uint)random.Next(8) << RedMulERegisters.OperationShift | RedMulERegisters.FormatFp16 << RedMulERegisters.FormatShift, 0, time);
        engine.Load(RedMulERegisters.Acquire, 0, time);
        engine.Store(RedMulERegisters.Trigger, 0, 0, time);
    }

    /// <summary>Random registers hardly ever make a good request.</summary>
    private static void LaunchSometimes(Dma dma, ulong time, Random random)
    {
        var hart = random.Next(10 * Harts);
        if (hart >= Harts) return;
        dma.Store(DmaRegisters.Src, TestBus.Ram + 4 * (uint)random.Next(256), hart);
        dma.Store(DmaRegisters.Dst, TestBus.Tcdm + 4 * (uint)random.Next(256), hart);
        dma.Store(DmaRegisters.Bytes, 4 * (uint)random.Next(1, 20), hart);
        dma.Store(DmaRegisters.Rows, (uint)random.Next(1, 4), hart);
        dma.Store(DmaRegisters.SrcStride, 4 * (uint)random.Next(64), hart);
        dma.Store(DmaRegisters.DstStride, 4 * (uint)random.Next(64), hart);
        dma.Load(DmaRegisters.Launch, hart, time);
    }

    private static void AssertMoved(Dma dma) => Assert.InRange(dma.Load(DmaRegisters.Completed), 500u, uint.MaxValue);

    private TDevice Fuzz<TDevice>(Func<TestBus, TDevice> make, RegisterMap map, Action<TDevice, ulong, Random>? stir = null)
        where TDevice : IDevice
    {
        var random = new Random(1);
        var (device, twin) = (make(_bus), make(_twinBus));
        var time = 0UL;
        for (var n = 0; n < Accesses; n++)
        {
            if (n == Accesses / 2)
            {
                twin.Restore(device.Save());
                foreach (var (memory, copy) in _bus.Space.Memories.Zip(_twinBus.Space.Memories)) memory.Data.CopyTo(copy.Data, 0);
                _bus.TakeReleased();
            }

            var isTwinAlike = n >= Accesses / 2;
            var seed = random.Next();
            var last = time;
            time += (ulong)random.Next(20);
            Step(device, last, time, new Random(seed));
            stir?.Invoke(device, time, new Random(seed));
            var access = new BusAccess(Offset(random, map), 1 << random.Next(5) / 2, random.Next(20) == 0 ? Initiators.Host : random.Next(Harts), time);
            var (isWrite, value) = (random.Next(2) == 0, Value(random));
            var answer = Access(device, access, isWrite, value, checksPeek: n % 50 == 0);
            if (!isTwinAlike) continue;
            Step(twin, last, time, new Random(seed));
            stir?.Invoke(twin, time, new Random(seed));
            Assert.Equal(answer, Access(twin, access, isWrite, value, checksPeek: false));
            Assert.Equal(_bus.TakeReleased(), _twinBus.TakeReleased());
        }

        Assert.Equal(device.Save(), twin.Save());
        foreach (var (memory, copy) in _bus.Space.Memories.Zip(_twinBus.Space.Memories)) Assert.Equal(memory.Data, copy.Data);
        return device;
    }

    private static (BusResponse Response, uint Value) Access(IDevice device, BusAccess access, bool isWrite, uint value, bool checksPeek)
    {
        if (checksPeek)
        {
            var before = device.Save();
            device.Peek(access.Offset, access.Bytes, access.Time, out _);
            Assert.Equal(before, device.Save());
        }

        return isWrite ? (device.Write(access, value), 0) : (device.Read(access, out var read), read);
    }

    /// <summary>What the machine does after cycle <paramref name="last"/> up to <paramref name="time"/>: events, and grants of banks at random.</summary>
    private static void Step(IDevice device, ulong last, ulong time, Random random)
    {
        if (device is not IClockedDevice clocked) return;
        var master = device.BankMasters is [var only] ? only : null;
        Span<uint> addresses = stackalloc uint[master?.Ports ?? 0];
        for (var cycle = last + 1; cycle <= time; cycle++)
        {
            while (clocked.NextEvent <= cycle) clocked.Advance(clocked.NextEvent);
            if (master is null || master.NextRequest > cycle) continue;
            var count = master.Requests(addresses);
            for (var index = 0; index < count; index++)
            {
                if (random.Next(3) != 0) master.Granted(cycle, index);
            }
        }
    }

    private static uint Offset(Random random, RegisterMap map)
    {
        if (random.Next(10) == 0) return (uint)random.NextInt64(map.Size);
        var register = map.Registers[random.Next(map.Registers.Count)];
        var index = random.Next(Math.Min(register.Count, Harts + 1));
        return register.Offset + (uint)index * register.Stride + (register.Bytes > 4 ? 4 * (uint)random.Next(register.Bytes / 4) : 0);
    }

    private static uint Value(Random random) => random.Next(6) switch
    {
        0 => (uint)random.NextInt64(1L << 32),
        1 => (uint)random.Next(8),
        2 => uint.MaxValue,
        3 => TestBus.Tcdm + 4 * (uint)random.Next(64),
        4 => TestBus.Ram + 4 * (uint)random.Next(64),
        _ => 4 * (uint)random.Next(32),
    };
}
