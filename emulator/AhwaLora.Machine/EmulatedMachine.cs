using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine;

/// <summary>
/// An assembled platform: memories, devices, harts and the engines that run the harts. Its behaviour follows from the
/// platform, the options and the program alone; two machines in one process share no state.
/// </summary>
public sealed partial class EmulatedMachine : IBusMasters, IEnvironment, IScheduledMachine
{
    private readonly List<MemoryRegion> _memories = [];
    private readonly List<MappedDevice> _devices = [];
    [Unsaved("another list of the devices, which are saved themselves")]
    private readonly List<IClockedDevice> _clocked = [];
    private readonly List<Cluster> _clusters = [];
    [Unsaved("another list of the clusters, which are saved themselves")]
    private readonly Cluster[] _clusterOf;
    private readonly List<Hart> _harts = [];
    [Unsaved("engines hold translations, which follow from memory")]
    private readonly List<IEngine> _engines = [];
    [Unsaved("engines hold translations, which follow from memory")]
    private readonly IEngine[] _engineOf;
    private readonly List<IStateful> _pipelines = [];
    [Unsaved("another list of the devices, which are saved themselves")]
    private readonly List<AimcTile> _tiles = [];
    private readonly Scheduler _scheduler;
    [Unsaved("outside of the machine, so not in a snapshot")]
    private readonly IHost _host;
    private readonly HostClock _clock;
    private readonly Semihosting _semihosting;
    [Unsaved("follows from the HTIF's state, see Rearm")]
    private readonly ulong[] _htifDueAt;
    private Htif? _htif;
    [Unsaved("null between two turns, and so between two runs")]
    private Hart? _acting;
    [Unsaved("set before each event of a device, and read within it and by onlookers")]
    private ulong _deviceTime;
    [Unsaved("only the run under way uses it")]
    private bool _isStopRequested;

    /// <summary>Assembles a platform.</summary>
    /// <exception cref="PlatformException">The platform breaks a rule of <see cref="PlatformRules"/>.</exception>
    /// <param name="platform">The memories, devices, harts and clock.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="host">Files and console for the guest; null for none.</param>
    public EmulatedMachine(PlatformDescription platform, MachineOptions options, IHost? host = null)
    {
        PlatformRules.Check(platform, options.Devices);
        _host = host ?? new NoHost();
        _clock = new HostClock { FrequencyHz = (ulong)Math.Round(platform.ClockMhz * 1e6) };
        _semihosting = new Semihosting(_host, _clock);
        _htifDueAt = Enumerable.Repeat(ulong.MaxValue, platform.TotalHarts).ToArray();
        Platform = platform;
        Options = options;
        Regions = new RegionRecorder(platform.TotalHarts);
        _events = new EventCounters(platform.TotalHarts);
        BuildMemories();
        Space = new AddressSpace(_memories.Where(m => m.OwnerHart < 0), _devices);
        BuildClusters();
        BuildDevices();
        BuildHarts();
        _engineOf = [.. _engines];
        _clusterOf = [.. _clusters.SelectMany(cluster => Enumerable.Repeat(cluster, cluster.HartNumbers.Count))];
        BuildBanks();
        _scheduler = new Scheduler(this, _clusters.Select(cluster => cluster.Banks).OfType<BankScheduler>());
    }

    /// <summary>The platform that it was assembled from.</summary>
    [field: Unsaved("fixed, and named in the file's header")]
    public PlatformDescription Platform { get; }

    /// <summary>The options that it runs with.</summary>
    [field: Unsaved("fixed, and named in the file's header")]
    public MachineOptions Options { get; }

    /// <summary>Memory and devices as masters other than harts see them.</summary>
    [field: Unsaved("another list of memories and devices, which are saved themselves")]
    public AddressSpace Space { get; }

    /// <summary>The harts, by mhartid.</summary>
    public IReadOnlyList<Hart> Harts => _harts;

    /// <summary>The devices, at their addresses.</summary>
    public IReadOnlyList<MappedDevice> Devices => _devices;

    /// <summary>The clusters, by number.</summary>
    public IReadOnlyList<Cluster> Clusters => _clusters;

    /// <summary>The cluster of a hart.</summary>
    public Cluster ClusterOf(int hart) => _clusterOf[hart];

    /// <summary>The device with a number on the bus; null for harts and the host.</summary>
    public IDevice? DeviceOf(int initiator) => initiator < Initiators.Device0 ? null : _devices[initiator - Initiators.Device0].Device;

    /// <summary>The analog tiles of all clusters, by number.</summary>
    public IReadOnlyList<AimcTile> Tiles => _tiles;

    /// <inheritdoc/>
    IReadOnlyList<IClockedDevice> IScheduledMachine.ClockedDevices => _clocked;

    /// <summary>Instructions retired by all harts.</summary>
    public ulong RetiredInstructions
    {
        get
        {
            var sum = 0UL;
            foreach (var hart in _harts) sum += hart.Retired;
            return sum;
        }
    }

    /// <summary>Machine time: the latest local time of any hart.</summary>
    public ulong Cycles => _harts.Max(h => h.Time);

    /// <summary>The latest cycle in which a hart or a device has acted, for reports: harts may all wait while devices act.</summary>
    public ulong Now => Math.Max(Cycles, _deviceTime);

    /// <summary>How the guest ended the run; null while it goes on.</summary>
    public RunResult? Result { get; private set; }

    /// <summary>What the translator has done so far: host figures, which differ from run to run.</summary>
    [field: Unsaved("figures of the host")]
    public TranslationCounts Translated { get; private set; } = new();

    /// <summary>The regions that the firmware marked.</summary>
    public RegionRecorder Regions { get; }

    /// <summary>Lets <paramref name="probe"/> observe each instruction of each hart. Null for no probe; a <see cref="ProbeList"/> for several.</summary>
    public void Attach(IProbe? probe)
    {
        _probe = probe;
        foreach (var hart in _harts) ConnectProbes(hart);
    }

    /// <summary>The observer of what harts and devices do over time; null for none.</summary>
    [field: Unsaved("an observer, which changes nothing")]
    public IMachineObserver? Observer { get; set; }

    /// <inheritdoc/>
    IActivityObserver? IBusMasters.Observer => Observer;

    /// <summary>Raised after each event of a device and each round of the banks.</summary>
    [field: Unsaved("an observer, which changes nothing")]
    public event Action? DeviceActed;

    /// <summary>Makes <see cref="Run"/> return <see cref="ExitReason.Stopped"/> after the present instruction or device event.</summary>
    public void RequestStop()
    {
        _isStopRequested = true;
        if (_acting is not null) _acting.BreakAt = 0;
    }

    /// <summary>The hart that acts at this moment, for those who observe the run; -1 while a device acts, and between two runs.</summary>
    public int ActingHart => _acting?.Id ?? -1;

    /// <summary>The hart whose turn it is, or -1 if none has been given a turn.</summary>
    public int Turn => _scheduler.Turn;

    /// <summary>Harts that are held while the others run.</summary>
    public HartSet HeldHarts
    {
        get => _scheduler.Held;
        set => _scheduler.Held = value;
    }

    /// <summary>The run's position. The same program with the same options is in the same state at the same position.</summary>
    public MachinePosition Position
    {
        get
        {
            var (retired, traps) = (0UL, 0UL);
            foreach (var hart in _harts) (retired, traps) = (retired + hart.Retired, traps + hart.TrapsTaken);
            return new MachinePosition(retired, traps, _scheduler.DeviceEvents);
        }
    }

    /// <summary>The cycles of a hart, by cause.</summary>
    public CauseCounters CausesOf(int hart) => _engines[hart].Causes;

    /// <summary>Cycles of waiting for banks, by bank and by the master that had the bank, one cluster after the other; empty without exact contention.</summary>
    public IEnumerable<BankConflict> BankConflicts =>
        _clusters.SelectMany(cluster => cluster.BankConflicts).Select(conflict => _clusters.Count == 1 ? conflict with { Cluster = null } : conflict);

    /// <summary>Misses of the instruction caches, over all harts; null if there is no instruction cache.</summary>
    public ulong? InstructionCacheMisses => Platform.InstructionMemory?.Cache is null ? null : _fetch!.Misses;

    /// <summary>Resets all harts, with their first instruction at <paramref name="entry"/>.</summary>
    public void Reset(uint entry)
    {
        foreach (var hart in _harts)
        {
            hart.Reset(entry);
            ConnectProbes(hart);
        }
    }

    /// <summary>Lets a hart sleep for its first <paramref name="cycles"/> cycles, so that harts do not all start at once.</summary>
    public void DelayStart(int hart, ulong cycles) => _engines[hart].Idle(cycles, Cause.Wfi);

    /// <summary>Serves the host-target interface at the program's tohost and fromhost.</summary>
    public void AttachHtif(uint toHost, uint? fromHost)
    {
        _htif = new Htif(_host, _clock, toHost, fromHost, _harts.Count);
        foreach (var memory in _memories.Where(m => m.Contains(toHost, Htif.WordBytes))) memory.AddWatch(toHost, Htif.WordBytes, Watch.Host);
    }

    /// <summary>Wakes harts as the guest does with the cluster's registers: raises their events, in the machine's present cycle.</summary>
    /// <param name="harts">The harts, by mhartid.</param>
    /// <exception cref="InvalidOperationException">A cluster of these harts has no <see cref="ClusterBlock"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A hart does not exist.</exception>
    public void WakeHarts(HartSet harts)
    {
        foreach (var hart in harts)
        {
            if (hart >= _harts.Count) throw new ArgumentOutOfRangeException(nameof(harts), harts, $"Expected harts 0 to {_harts.Count - 1}.");
        }

        foreach (var cluster in _clusters)
        {
            if (cluster.LocalIds(harts) is not { IsEmpty: false } own) continue;
            var block = cluster.Block ?? throw new InvalidOperationException($"Cluster {cluster.Number} of platform '{Platform.Name}' has no block, which wakes harts.");
            block.WakeHarts(own, Cycles);
        }
    }

    /// <summary>Runs until the guest ends the run, a limit is reached, or no hart or device can go on.</summary>
    public RunResult Run(in RunLimits limits) => _scheduler.Run(limits);

    /// <inheritdoc/>
    void IBusMasters.Release(int initiator, ulong time, uint value, Cause cause)
    {
        var hart = _harts[initiator];
        if (!hart.Pending.IsActive)
        {
            // It waits at the barrier CSR, which has retired: there is no access to grant.
            Idle(hart, time + CsrFile.BarrierCycles, cause);
            return;
        }

        hart.Pending.Value = value;
        hart.Pending.HasValue = true;
        hart.State = HartState.Running;
        Observer?.Waited(initiator, cause, hart.Pending.Time, time);
        _engines[initiator].Grant(time, cause);
    }

    /// <inheritdoc/>
    bool IEnvironment.TryHostCall(Hart hart)
    {
        if (!_semihosting.TryCall(hart, out var exitCode)) return false;
        if (exitCode is { } code) Result = new RunResult(ExitReason.Exit, code, hart.Id);
        return true;
    }

    /// <inheritdoc/>
    bool IEnvironment.ArriveAtBarrier(Hart hart) => _clusterOf[hart.Id].ArriveAtBarrier(hart);

    /// <inheritdoc/>
    void IEnvironment.MarkRegion(Hart hart, uint marker) => Regions.Mark(hart, marker, _engines[hart.Id].Causes, Observer);

    /// <inheritdoc/>
    void IScheduledMachine.GrantBank(int hart, ulong time) => _engineOf[hart].Grant(time, Cause.BankConflict);

    /// <inheritdoc/>
    void IScheduledMachine.Advance(IClockedDevice device, ulong time)
    {
        _acting = null;
        _deviceTime = time;
        device.Advance(time);
    }

    /// <inheritdoc/>
    StopReason IScheduledMachine.RunHart(Hart hart, in RunWindow window, in RunLimits limits)
    {
        if (ServeHtif(hart, window) is { } served) return served;
        var engine = _engineOf[hart.Id];
        var breakAt = _htifDueAt[hart.Id];
        if (limits.MaxInstructions != ulong.MaxValue) breakAt = Math.Min(breakAt, hart.Retired + (limits.MaxInstructions - RetiredInstructions));
        if (limits.OneHart is { } one && one.Hart == hart.Id) breakAt = Math.Min(breakAt, one.Retired);
        hart.BreakAt = breakAt;
        _acting = hart;
        var reason = engine.Run(window);
        _acting = null;
        if (reason == StopReason.Stopped) RequestStop();
        reason = ServeHtif(hart, window) ?? reason;
        if (hart.State == HartState.Stuck && Result is null) Result = new RunResult(ExitReason.TrapLoop, 0, hart.Id);
        if (hart.State == HartState.Hung && Result is null) Result = new RunResult(ExitReason.FloatHang, 0, hart.Id);
        return reason;
    }

    /// <inheritdoc/>
    void IScheduledMachine.Settle()
    {
        foreach (var engine in _engines) engine.Settle();
    }

    /// <inheritdoc/>
    void IScheduledMachine.OnDeviceEvent() => DeviceActed?.Invoke();

    /// <inheritdoc/>
    bool IScheduledMachine.IsStopRequested => _isStopRequested;

    /// <inheritdoc/>
    bool IScheduledMachine.TakeStop()
    {
        var isRequested = _isStopRequested;
        _isStopRequested = false;
        return isRequested;
    }

    /// <summary>Sets or clears a bit of mip; a sleeping hart wakes if the interrupt is enabled.</summary>
    private void SetPending(Hart hart, int bit, bool level)
    {
        hart.Mip = level ? hart.Mip | 1u << bit : hart.Mip & ~(1u << bit);
        if (hart.State != HartState.WaitingForInterrupt || !hart.HasPendingInterrupt) return;
        Idle(hart, _acting?.Time ?? _deviceTime, Cause.Wfi);
    }

    /// <summary>Lets a hart that waited between two instructions go on in cycle <paramref name="time"/>.</summary>
    private void Idle(Hart hart, ulong time, Cause cause)
    {
        var begin = hart.Time;
        hart.State = HartState.Running;
        _engines[hart.Id].Idle(time, cause);
        Observer?.Waited(hart.Id, cause, begin, hart.Time);
    }

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if ((kinds & Watch.Reservation) != 0) BreakReservations(address, bytes, initiator);
        if ((kinds & Watch.Host) == 0 || _htif?.OnStored(initiator, address, bytes) != true) return;

        // The store has not retired yet. The interface acts after the instruction that follows it.
        _htifDueAt[initiator] = _harts[initiator].Retired + 2;
        _harts[initiator].BreakAt = Math.Min(_harts[initiator].BreakAt, _htifDueAt[initiator]);
    }

    private void BreakReservations(uint address, uint bytes, int initiator)
    {
        foreach (var hart in _harts)
        {
            if (hart.Id != initiator && hart.ReservationAddress < (ulong)address + bytes && address < (ulong)hart.ReservationAddress + 4) hart.HasReservation = false;
        }
    }

    /// <summary>
    /// Serves what a hart asked through its tohost, if that is due. It may affect the whole machine, so a hart that has run
    /// ahead waits for its turn. Null if nothing is due.
    /// </summary>
    private StopReason? ServeHtif(Hart hart, in RunWindow window) =>
        hart.State == HartState.Running && hart.Retired < _htifDueAt[hart.Id] ? null : ServeDueHtif(hart, window);

    private StopReason? ServeDueHtif(Hart hart, in RunWindow window)
    {
        if (_htif is null || !_htif.IsDue(hart.Id)) return null;
        var goesOn = hart.State == HartState.Running;
        _htif.Take(hart);
        if (goesOn && hart.Time > window.Horizon) return StopReason.NeedsTurn;
        _htifDueAt[hart.Id] = ulong.MaxValue;
        _acting = hart;
        var outcome = _htif.Evaluate(hart);
        _acting = null;
        if (outcome.Event == HtifEvent.RunEnded) Result = new RunResult(ExitReason.Exit, outcome.ExitCode, hart.Id);
        if (outcome.Event is not (HtifEvent.RunEnded or HtifEvent.HartEnded)) return goesOn ? StopReason.Interacted : null;
        hart.State = HartState.Ended;
        _clusterOf[hart.Id].HartEnded(hart.Time);
        return StopReason.Waiting;
    }
}
