using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Debug.Races;

/// <summary>
/// Finds accesses of the TCDM by two harts, or by a hart and a job of the DMA or a tile, that are not ordered by a barrier,
/// mutex, event, software interrupt, atomic or job completion. It follows the order of synchronisation, not time, so
/// a race is found even if it had no effect in this run. A job's accesses count from its launch to its completion.
/// </summary>
public sealed class RaceCheck : IProbe
{
    private readonly EmulatedMachine _machine;
    private readonly uint[][] _clocks;
    private readonly Shape[] _shapes;
    private readonly RaceShadow[] _shadows;
    private readonly Dictionary<(RacingAccess, RacingAccess), Race> _races = [];
    private readonly Dictionary<int, JobQueue> _jobs = [];
    private readonly Dictionary<uint, uint[]> _releases = [];
    private readonly BarrierClock _barrier, _csrBarrier;
    private readonly bool[] _leavesCsrBarrier;

    /// <summary>A check for a machine at reset; attach it with <see cref="EmulatedMachine.Attach"/>.</summary>
    public RaceCheck(EmulatedMachine machine)
    {
        _machine = machine;
        var actors = machine.Harts.Count + 1 + machine.Tiles.Count;
        _clocks = [.. Enumerable.Range(0, actors).Select(actor => Enumerable.Range(0, actors).Select(a => a == actor ? 1u : 0).ToArray())];
        _shapes = new Shape[machine.Harts.Count];
        _shadows = [.. machine.Memories.Where(m => m.Banks != 0 && m.OwnerHart < 0).Select(m => new RaceShadow(m, _clocks, _races))];
        _barrier = new BarrierClock(actors);
        _csrBarrier = new BarrierClock(actors);
        _leavesCsrBarrier = new bool[machine.Harts.Count];
    }

    /// <summary>The races found, one for each pair of instructions.</summary>
    public IEnumerable<Race> Races => _races.Values.OrderBy(r => r.Address).ThenBy(r => r.Second.Pc);

    private int DmaActor => _machine.Harts.Count;

    /// <summary>An actor as reports name it.</summary>
    public string NameOf(int actor) => actor < DmaActor ? $"hart {actor}" : actor == DmaActor ? "the DMA" : $"tile {actor - DmaActor - 1}";

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction)
    {
        _shapes[hart.Id] = instruction.Shape;
        if (_leavesCsrBarrier[hart.Id]) Join(_clocks[hart.Id], _csrBarrier.Released);
        _leavesCsrBarrier[hart.Id] = false;
        return true;
    }

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        if (hart.Space.FindMemory(address, (uint)bytes) is not null) AccessByHart(hart, address, isWrite: false);
        else if (hart.Space.FindDevice(address, (uint)bytes) is { } mapping) Acquire(hart, mapping, address - mapping.Base);
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        if (hart.Space.FindMemory(address, (uint)bytes) is not null) AccessByHart(hart, address, isWrite: true);
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        if (instruction.Shape == Shape.Wfi) AcquireInterrupts(hart);
        if (instruction.Shape is not (Shape.Csr or Shape.CsrImmediate) || (uint)instruction.Imm != CsrMap.Barrier) return;
        _csrBarrier.Arrive(hart.Id, _clocks[hart.Id], _machine.RunningHarts);
        _leavesCsrBarrier[hart.Id] = true;
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
        if (hart.Mcause >> 31 != 0) AcquireInterrupts(hart);
    }

    /// <inheritdoc/>
    public void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value)
    {
        switch (mapping.Device)
        {
            case ClusterBlock when isLoad && access.Offset == ClusterRegisters.BarrierRead:
            case BarrierWord when isLoad:
                _barrier.Arrive(hart.Id, _clocks[hart.Id], _machine.RunningHarts);
                break;
            case ClusterBlock when !isLoad && access.Offset is ClusterRegisters.WakeLow or ClusterRegisters.WakeHigh:
                for (var bit = 0; bit < 32; bit++)
                {
                    if ((value >> bit & 1) != 0) Release(hart.Id, EventKey(access.Offset == ClusterRegisters.WakeLow ? bit : 32 + bit));
                }

                break;
            case ClusterBlock when !isLoad:
            case Clint when !isLoad:
                Release(hart.Id, mapping.Base + access.Offset);
                break;
            case Dma dma when isLoad && access.Offset == DmaRegisters.Launch:
                LaunchCopy(hart, dma);
                break;
            case AimcTile tile when !isLoad && access.Offset == AimcTileRegisters.SoftClear:
                if (_jobs.TryGetValue(DmaActor + 1 + tile.Options.Number, out var aborted)) aborted.Clear();
                AcquireJobs(hart);
                break;
            case AimcTile tile when !isLoad && access.Offset == AimcTileRegisters.Trigger:
                LaunchJob(hart, tile);
                break;
        }
    }

    private static uint EventKey(int hart) => 0xFFFF_0000 + (uint)hart;

    private static void Join(uint[] clock, uint[] other)
    {
        for (var n = 0; n < clock.Length; n++) clock[n] = Math.Max(clock[n], other[n]);
    }

    private void AccessByHart(Hart hart, uint address, bool isWrite)
    {
        if (_shapes[hart.Id] is Shape.Atomic or Shape.LoadReserved or Shape.StoreConditional)
        {
            // An atomic orders what comes before it on one hart, and after the next atomic of that word on another hart.
            if (!isWrite) AcquireFrom(hart.Id, address);
            else Release(hart.Id, address);
            return;
        }

        Access(hart.Id, address, isWrite, hart.Pc);
    }

    private void Access(int actor, uint address, bool isWrite, uint pc)
    {
        foreach (var shadow in _shadows)
        {
            if (shadow.Contains(address)) shadow.Access(actor, address, isWrite, pc);
        }
    }

    /// <summary>All that a hart has done so far is ordered before whatever acquires the key's clock later.</summary>
    private void Release(int hart, uint key)
    {
        if (!_releases.TryGetValue(key, out var clock)) _releases[key] = clock = new uint[_clocks.Length];
        Join(clock, _clocks[hart]);
        _clocks[hart][hart]++;
    }

    private void AcquireFrom(int hart, uint key)
    {
        if (_releases.TryGetValue(key, out var clock)) Join(_clocks[hart], clock);
    }

    private void Acquire(Hart hart, MappedDevice mapping, uint offset)
    {
        switch (mapping.Device)
        {
            case ClusterBlock when offset == ClusterRegisters.BarrierRead:
            case BarrierWord:
                Join(_clocks[hart.Id], _barrier.Released);
                break;
            case ClusterBlock when offset == ClusterRegisters.WaitEvent:
                AcquireFrom(hart.Id, EventKey(hart.Id));
                break;
            case ClusterBlock when offset >= ClusterRegisters.TryMutex0:
                AcquireFrom(hart.Id, mapping.Base + offset - ClusterRegisters.TryMutex0 + ClusterRegisters.Mutex0);
                break;
            case ClusterBlock:
                AcquireFrom(hart.Id, mapping.Base + offset);
                break;
            case Dma or AimcTile:
                AcquireJobs(hart);
                break;
        }
    }

    /// <summary>A hart that reads a device, or is interrupted by it, is ordered after the jobs that are done.</summary>
    private void AcquireJobs(Hart hart)
    {
        foreach (var (actor, queue) in _jobs) Join(_clocks[hart.Id], queue.Done(Completed(actor)));
    }

    private void AcquireInterrupts(Hart hart)
    {
        AcquireJobs(hart);
        foreach (var mapping in _machine.Devices.Where(d => d.Device is Clint)) AcquireFrom(hart.Id, mapping.Base + ClintRegisters.Msip + 4 * (uint)hart.Id);
    }

    private IDevice DeviceOf(int actor) => actor == DmaActor ? _machine.Devices.First(d => d.Device is Dma).Device : _machine.Tiles[actor - DmaActor - 1];

    private uint Completed(int actor)
    {
        DeviceOf(actor).Peek(actor == DmaActor ? DmaRegisters.Completed : AimcTileRegisters.Finished, 4, 0, out var id);
        return id;
    }

    /// <summary>The job's accesses are ordered after all that its launcher has done, and before all that is ordered after its completion.</summary>
    private void Launch(Hart hart, int actor, uint id, IEnumerable<(uint Address, uint Bytes, bool IsWrite)> ranges)
    {
        var clock = _clocks[actor];
        Join(clock, _clocks[hart.Id]);
        clock[actor]++;
        _clocks[hart.Id][hart.Id]++;
        foreach (var (address, bytes, isWrite) in ranges)
        {
            for (var at = address & ~3u; at < address + bytes; at += 4) Access(actor, at, isWrite, hart.Pc);
        }

        if (!_jobs.TryGetValue(actor, out var queue)) _jobs[actor] = queue = new JobQueue(clock.Length);
        queue.Add(id, clock);
    }

    private void LaunchCopy(Hart hart, Dma dma)
    {
        uint Register(uint offset)
        {
            dma.Read(new BusAccess(offset, 4, hart.Id, hart.Time), out var value);
            return value;
        }

        var answer = dma.NextAnswer(hart.Id);
        if ((int)answer < 0) return;
        var (source, destination, bytes) = (Register(DmaRegisters.Src), Register(DmaRegisters.Dst), Register(DmaRegisters.Bytes));
        var (sourceStride, destinationStride, rows) = (Register(DmaRegisters.SrcStride), Register(DmaRegisters.DstStride), Register(DmaRegisters.Rows));
        Launch(hart, DmaActor, answer, Enumerable.Range(0, (int)rows).SelectMany(row => new[]
        {
            (source + (uint)row * sourceStride, bytes, false), (destination + (uint)row * destinationStride, bytes, true),
        }));
    }

    private void LaunchJob(Hart hart, AimcTile tile)
    {
        if (tile.NextJob(hart.Id) is { } job) Launch(hart, DmaActor + 1 + tile.Options.Number, job.Number, job.Operands);
    }
}
