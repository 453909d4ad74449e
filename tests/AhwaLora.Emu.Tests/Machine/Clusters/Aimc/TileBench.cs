using System.Runtime.InteropServices;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Emu.Tests.Machine.Clusters.Aimc;

/// <summary>A tile, a TCDM, and harts that only read and write registers.</summary>
internal sealed class TileBench : IBusMasters, IActivityObserver
{
    public const uint Tcdm = 0x1000_0000, TcdmBytes = 0x1_0000;

    public TileBench(CrossbarOptions crossbar, AimcTileOptions? options = null, int banks = 32)
    {
        Memory = new("tcdm", Tcdm, TcdmBytes) { Banks = banks };
        Space = new([Memory], []);
        Tile = new(options ?? new AimcTileOptions { TIntNs = 16 }, new(crossbar), this, new InterruptLine(level => Interrupt = level));
    }

    /// <summary>A noiseless tile of 64 x 64, w[out, in] = 1 + out + in / 64.</summary>
    public static TileBench Ideal(AimcTileOptions? options = null)
    {
        var bench = new TileBench(new(64, 64) { Preset = Preset.Ideal, Model = DeviceModel.None }, options);
        bench.Tile.ProgramByHost(bench.Tile.Crossbar.Whole, IdealWeights());
        return bench;
    }

    public static float[] IdealWeights() => [.. Enumerable.Range(0, 64 * 64).Select(i => 1 + i / 64 + i % 64 / 64f)];

    /// <summary>Everything on: noisy devices, 8-bit converters, bound management.</summary>
    public static CrossbarOptions Noisy(int size) => new(size, size) { Preset = Preset.AhwaLora, Model = DeviceModel.Pcm, Seed = 7 };

    private ulong _granted;

    public AimcTile Tile { get; }

    public MemoryRegion Memory { get; }

    public AddressSpace Space { get; }

    public ulong Time { get; private set; } = 100;

    public bool Interrupt { get; private set; }

    /// <summary>In exact contention: whether another master has an address's bank in a cycle.</summary>
    public Func<uint, ulong, bool> BankIsTaken { get; set; } = (_, _) => false;

    /// <summary>In exact contention: words that the banks have moved for the tile.</summary>
    public int Granted { get; private set; }

    public List<(int Hart, ulong Time, uint Value)> Released { get; } = [];

    /// <summary>Where a test listens to what the tile reports.</summary>
    public List<Activity>? Activities { get; set; }

    public IActivityObserver? Observer => Activities is null ? null : this;

    public void Acted(string device, in Activity activity) => Activities!.Add(activity);

    public void Release(int initiator, ulong time, uint value, Cause cause)
    {
        Assert.Equal(Cause.TileWait, cause);
        Released.Add((initiator, time, value));
    }

    public void Write(uint offset, uint value, int hart = 0) =>
        Assert.Equal(BusResponse.Ok, Tile.Write(new(offset, 4, hart, Time), value));

    public void WriteFloat(uint offset, float value) => Write(offset, BitConverter.SingleToUInt32Bits(value));

    public uint Read(uint offset, int hart = 0)
    {
        Assert.Equal(BusResponse.Ok, Tile.Read(new(offset, 4, hart, Time), out var value));
        return value;
    }

    public float ReadFloat(uint offset) => BitConverter.UInt32BitsToSingle(Read(offset));

    public ulong ReadCounter(uint offset) => Read(offset) | ((ulong)Read(offset + 4) << 32);

    public AimcTileError Error => (AimcTileError)Read(ErrorCause);

    public Span<float> Floats(uint address, int count) =>
        MemoryMarshal.Cast<byte, float>(Memory.Data.AsSpan((int)(address - Tcdm), 4 * count));

    public Span<Half> Halves(uint address, int count) =>
        MemoryMarshal.Cast<byte, Half>(Memory.Data.AsSpan((int)(address - Tcdm), 2 * count));

    /// <summary>Acquires a context and fills it in; vectors are dense.</summary>
    public void Prepare(uint rows, uint columns, uint vectors, uint src = Tcdm, uint dst = Tcdm + 0x8000, uint flags = 0, int hart = 0)
    {
        Assert.True((int)Read(Acquire, hart) >= 0);
        var bytes = flags == 2 ? 1u : (flags & 4) != 0 ? 2u : 4u;
        foreach (var (offset, value) in new (uint, uint)[]
        {
            (Src, src), (Dst, dst), (SrcStride, bytes * rows), (DstStride, bytes * columns), (Vectors, vectors), (FirstRow, 0), (Rows, rows),
            (FirstColumn, 0), (Columns, columns), (Flags, flags), (Scale, 0), (Bias, 0), (Tag, 0),
        })
        {
            Write(offset, value, hart);
        }
    }

    public void Start(uint rows, uint columns, uint vectors, int hart = 0)
    {
        Prepare(rows, columns, vectors, hart: hart);
        Write(Trigger, 0, hart);
    }

    /// <summary>Lets the tile act up to a cycle, that cycle's events included, and goes there.</summary>
    public void RunTo(ulong time)
    {
        while (NextStep <= time) Step();
        Time = time;
    }

    private ulong NextStep => Math.Min(Tile.NextEvent, NextGrant);

    private ulong NextGrant => Tile.BankMasters.Min(m => m.NextRequest == ulong.MaxValue ? ulong.MaxValue : Math.Max(m.NextRequest, _granted + 1));

    /// <summary>Lets the tile act until it is idle; returns the cycle of its last event.</summary>
    public ulong RunToIdle()
    {
        while (NextStep != ulong.MaxValue) Step();
        return Time;
    }

    public byte[] Save()
    {
        var stream = new MemoryStream();
        var state = new StateStream(stream, saving: true);
        Tile.SaveOrRestore(state);
        Memory.SaveOrRestore(state);
        return stream.ToArray();
    }

    public void Restore(byte[] snapshot, ulong time)
    {
        var state = new StateStream(new MemoryStream(snapshot), saving: false);
        Tile.SaveOrRestore(state);
        Memory.SaveOrRestore(state);
        Time = _granted = time;
    }

    private void Step()
    {
        Assert.True(Tile.NextEvent >= Time, $"an event of cycle {Tile.NextEvent} in cycle {Time}");
        Time = NextStep;
        if (Tile.NextEvent == Time) Tile.Advance(Time);
        Assert.True(Tile.NextEvent > Time, $"still an event in cycle {Time}");
        if (NextGrant == Time) Arbitrate();
    }

    private void Arbitrate()
    {
        _granted = Time;
        var addresses = new uint[Tile.Options.WordsPerCycle];
        foreach (var master in Tile.BankMasters)
        {
            if (master.NextRequest > Time) continue;
            var count = master.Requests(addresses);
            for (var i = 0; i < count; i++)
            {
                Assert.True(Memory.Contains(addresses[i], 4) && addresses[i] % 4 == 0, $"request for 0x{addresses[i]:x8}");
                if (BankIsTaken(addresses[i], Time)) continue;
                master.Granted(Time, i);
                Granted++;
            }
        }
    }
}
