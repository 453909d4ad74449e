using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Debug.Races;

/// <summary>
/// Finds accesses of memory that harts share by two harts, or by a hart and a job of the DMA or a tile, that are not ordered by a
/// barrier, mutex, event, interrupt, atomic, job completion, or a flag between fences (<see cref="FlagOrder"/>). It follows the order of
/// synchronisation, not time, so a race is found even if it had no effect in this run. A job's accesses count from its launch to its
/// completion.
/// </summary>
public sealed class RaceCheck : IProbe
{
    private readonly EmulatedMachine _machine;
    private readonly uint[][] _clocks;
    private readonly Shape[] _shapes;
    private readonly RaceShadow[] _shadows;
    private readonly HartOrder[] _orders;
    private readonly IOrderingDevice[] _ordering;

    // Who accesses memory: the harts by number, then the devices with jobs of their own, in the machine's order.
    private readonly IJobDevice[] _jobDevices;
    private readonly JobQueue[] _jobs;
    private readonly Dictionary<(RacingAccess, RacingAccess), Race> _races = [];
    private readonly (uint Address, uint Bytes)[] _exempt;
    private readonly FlagOrder _flags;
    private readonly Dictionary<(object Owner, uint Key), uint[]> _releases = [];
    private readonly Dictionary<object, BarrierClock> _barriers = [];
    private readonly bool[] _leavesCsrBarrier;

    /// <summary>A check for a machine at reset; attach it with <see cref="EmulatedMachine.Attach"/>.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="exempt">Memory by which programs talk to the host, which takes one word after the other: tohost and fromhost.</param>
    public RaceCheck(EmulatedMachine machine, params IEnumerable<(uint Address, uint Bytes)> exempt)
    {
        _machine = machine;
        _exempt = [.. exempt];
        _ordering = [.. machine.Devices.Select(d => d.Device).OfType<IOrderingDevice>()];
        _jobDevices = [.. _ordering.OfType<IJobDevice>()];
        var actors = machine.Harts.Count + _jobDevices.Length;
        _jobs = [.. _jobDevices.Select(_ => new JobQueue(actors))];
        _clocks = [.. Enumerable.Range(0, actors).Select(actor => Enumerable.Range(0, actors).Select(a => a == actor ? 1u : 0).ToArray())];
        _shapes = new Shape[machine.Harts.Count];
        _orders = [.. machine.Harts.Select(hart => new HartOrder(this, hart))];
        _flags = new FlagOrder(machine.Harts.Count, Release, Acquire);
        _shadows = [.. machine.Memories.Where(m => m.OwnerHart < 0).Select(m => new RaceShadow(m, _clocks, race => _races.TryAdd((race.First, race.Second), race)))];
        _leavesCsrBarrier = new bool[machine.Harts.Count];
    }

    /// <summary>The races found, one for each pair of instructions.</summary>
    public IEnumerable<Race> Races => _races.Values.Where(race => !_flags.Explains(race)).OrderBy(r => r.Address).ThenBy(r => r.Second.Pc);

    /// <summary>The memories that are checked. The others are private to a hart each.</summary>
    public IReadOnlyList<string> CheckedMemories => [.. _machine.Memories.Where(m => m.OwnerHart < 0).Select(m => m.Name)];

    /// <summary>The memories that are not checked, since each hart has its own.</summary>
    public IReadOnlyList<string> PrivateMemories => [.. _machine.Memories.Where(m => m.OwnerHart >= 0).Select(m => m.Name).Distinct()];

    /// <summary>An actor as reports name it.</summary>
    public string NameOf(int actor) => actor < _orders.Length ? $"hart {actor}" : _jobDevices[actor - _orders.Length].Title;

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction)
    {
        _shapes[hart.Id] = instruction.Shape;
        if (_leavesCsrBarrier[hart.Id]) _orders[hart.Id].Leave(_machine.ClusterOf(hart.Id));
        _leavesCsrBarrier[hart.Id] = false;
        return true;
    }

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        if (hart.Space.FindMemory(address, (uint)bytes) is not null) AccessByHart(hart, address, (uint)bytes, isWrite: false);
        else if (hart.Space.FindDevice(address, (uint)bytes) is { Device: IOrderingDevice device } mapping) device.Answered(address - mapping.Base, hart.Id, _orders[hart.Id]);
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        if (hart.Space.FindMemory(address, (uint)bytes) is not null) AccessByHart(hart, address, (uint)bytes, isWrite: true);
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        switch (instruction.Shape)
        {
            case Shape.Fence:
                _flags.Fence(hart.Id, instruction.Word);
                break;
            case Shape.Wfi:
            case Shape.Csr or Shape.CsrImmediate when (uint)instruction.Imm == CsrMap.Mip && hart.Mip != 0:
                AcquireInterrupts(hart);
                break;
            case Shape.Csr or Shape.CsrImmediate when (uint)instruction.Imm == CsrMap.Barrier:
                var cluster = _machine.ClusterOf(hart.Id);
                _orders[hart.Id].Arrive(cluster, cluster.RunningHarts);
                _leavesCsrBarrier[hart.Id] = true;
                break;
        }
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
        if (hart.Mcause >> 31 != 0) AcquireInterrupts(hart);
    }

    /// <inheritdoc/>
    public void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value)
    {
        _flags.DeviceAccess(hart.Id);
        if (mapping.Device is IOrderingDevice device) device.Requested(access, isLoad, value, _orders[hart.Id]);
    }

    private static void Join(uint[] clock, uint[] other)
    {
        for (var n = 0; n < clock.Length; n++) clock[n] = Math.Max(clock[n], other[n]);
    }

    private void AccessByHart(Hart hart, uint address, uint bytes, bool isWrite)
    {
        var word = address & ~3u;
        if (_shapes[hart.Id] is Shape.Atomic or Shape.LoadReserved or Shape.StoreConditional)
        {
            // An atomic orders what comes before it on one hart, and after the next atomic of that word on another hart.
            if (!isWrite) Acquire(hart.Id, word);
            else Release(hart.Id, word);
            _flags.Atomic(hart.Id, word);
            return;
        }

        foreach (var (first, length) in _exempt)
        {
            if (address - first < length) return;
        }

        Access(hart.Id, address, bytes, isWrite, hart.Pc);
        if (isWrite) _flags.Store(hart.Id, word, hart.Pc);
        else _flags.Load(hart.Id, word);
    }

    private void Access(int actor, uint address, uint bytes, bool isWrite, uint pc)
    {
        foreach (var shadow in _shadows)
        {
            if (!shadow.Contains(address, bytes)) continue;
            shadow.Access(actor, address, bytes, isWrite, pc);
            return;
        }
    }

    private void Release(int hart, uint word) => Release(hart, (_machine, word));

    private void Acquire(int hart, uint word) => Acquire(hart, (_machine, word));

    /// <summary>All that a hart has done so far is ordered before whatever acquires the key's clock later.</summary>
    private void Release(int hart, (object Owner, uint Key) key)
    {
        if (!_releases.TryGetValue(key, out var clock)) _releases[key] = clock = new uint[_clocks.Length];
        Join(clock, _clocks[hart]);
        _clocks[hart][hart]++;
    }

    private void Acquire(int hart, (object Owner, uint Key) key)
    {
        if (_releases.TryGetValue(key, out var clock)) Join(_clocks[hart], clock);
    }

    /// <summary>A hart that reads a device with jobs, or is interrupted, is ordered after the jobs that are done.</summary>
    private void AcquireJobs(int hart)
    {
        for (var n = 0; n < _jobs.Length; n++) Join(_clocks[hart], _jobs[n].Done(_jobDevices[n].CompletedJob));
    }

    private void AcquireInterrupts(Hart hart)
    {
        AcquireJobs(hart.Id);
        foreach (var device in _ordering) device.Interrupted(hart.Id, _orders[hart.Id]);
    }

    /// <summary>The job's accesses are ordered after all that its launcher has done, and before all that is ordered after its completion.</summary>
    private void Launch(Hart hart, IJobDevice device, uint job, IEnumerable<JobAccess> accesses)
    {
        var index = Array.IndexOf(_jobDevices, device);
        var actor = _orders.Length + index;
        var clock = _clocks[actor];
        Join(clock, _clocks[hart.Id]);
        clock[actor]++;
        _clocks[hart.Id][hart.Id]++;
        foreach (var (address, bytes, isWrite) in accesses) Access(actor, address, bytes, isWrite, hart.Pc);

        _jobs[index].Add(job, clock);
    }

    /// <summary>What a device tells of a hart's accesses.</summary>
    private sealed class HartOrder(RaceCheck check, Hart hart) : IAccessOrder
    {
        private uint[] Clock => check._clocks[hart.Id];

        public void Arrive(object barrier, int harts) => ClockOf(barrier).Arrive(hart.Id, Clock, harts);

        public void Leave(object barrier) => Join(Clock, ClockOf(barrier).Released);

        public void Release(IDevice device, uint key) => check.Release(hart.Id, (device, key));

        public void Acquire(IDevice device, uint key) => check.Acquire(hart.Id, (device, key));

        public void Launch(IJobDevice device, uint job, IEnumerable<JobAccess> accesses) => check.Launch(hart, device, job, accesses);

        public void Abort(IJobDevice device)
        {
            check._jobs[Array.IndexOf(check._jobDevices, device)].Clear();
            AcquireJobs();
        }

        public void AcquireJobs() => check.AcquireJobs(hart.Id);

        private BarrierClock ClockOf(object barrier)
        {
            if (!check._barriers.TryGetValue(barrier, out var clock)) check._barriers[barrier] = clock = new BarrierClock(check._clocks.Length);
            return clock;
        }
    }
}
