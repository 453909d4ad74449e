using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <summary>
/// Watches every instruction for the debugger. Going forward, it stops the machine at the first stop event;
/// searching, it lets the machine run and remembers where the last stop event was.
/// </summary>
internal sealed class DebugProbe : IProbe
{
    private const int FilterBits = 16;

    // What a search looks for, in place of the number of the hart whose step is searched for.
    private const int Stops = -1, Accesses = -2, Nothing = -3;

    private readonly EmulatedMachine _machine;
    private readonly bool[] _filter = new bool[1 << FilterBits];
    private readonly HartCommand[] _commands;
    private (MachinePosition Position, ulong Steps) _begun;
    private int _steppedHart = Stops;
    private ulong _lastStep;

    public DebugProbe(EmulatedMachine machine)
    {
        _machine = machine;
        _commands = new HartCommand[machine.Harts.Count];
        foreach (var memory in machine.Memories) memory.Stored += OnStored;
        machine.DeviceActed += OnDeviceActed;
    }

    /// <summary>Addresses with software and hardware breakpoints.</summary>
    public HashSet<uint> Software { get; } = [];

    /// <inheritdoc cref="Software"/>
    public HashSet<uint> Hardware { get; } = [];

    /// <summary>Watched bytes.</summary>
    public List<Watchpoint> Watchpoints { get; } = [];

    /// <summary>A second probe that sees the same events; null for none.</summary>
    public IProbe? Listener { get; set; }

    /// <summary>True while the machine runs: what the host stores meanwhile, it stores for the guest.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Going forward: why the machine is to stop; null while it is not. Searching: the last stop so far.</summary>
    public WatchedAccess? Hit { get; private set; }

    /// <summary>When searching: the position at which the machine is to stop. Null when going forward.</summary>
    public MachinePosition? End { get; private set; }

    /// <summary>When searching for the last step of a hart: true once that step is the last hit, whatever other harts do after it.</summary>
    public bool IsFound { get; private set; }

    /// <summary>True if the probe must see every instruction when going forward.</summary>
    public bool MustSeeAll =>
        Listener is not null || Software.Count + Hardware.Count != 0 || Watchpoints.Exists(NeedsProbe) || _commands.Any(c => c.Order == HartOrder.Step);

    /// <summary>True if there is a watchpoint.</summary>
    public bool HasWatchpoints => Watchpoints.Count != 0;

    /// <summary>True if there is a breakpoint or watchpoint that going back could stop at.</summary>
    public bool CanHit => Listener is not null || Software.Count + Hardware.Count + Watchpoints.Count != 0;

    /// <summary>Starts going forward with one command per hart.</summary>
    public void Forward(ReadOnlySpan<HartCommand> commands)
    {
        commands.CopyTo(_commands);
        Begin(end: null, Stops, lastStep: 0);
    }

    /// <summary>Searches up to <paramref name="end"/> for the last breakpoint or watchpoint.</summary>
    public void Search(MachinePosition end) => BeginSearch(end, Stops, lastStep: 0);

    /// <summary>Searches up to <paramref name="end"/> for the last access that hits a watchpoint.</summary>
    public void SearchAccess(MachinePosition end) => BeginSearch(end, Accesses, lastStep: 0);

    /// <summary>Searches up to <paramref name="end"/> for the last step of a hart.</summary>
    /// <param name="end">Position at which the machine stops at the latest.</param>
    /// <param name="hart">The hart whose step is searched for.</param>
    /// <param name="lastStep">Number of instructions and traps of that hart at the end: the search is over after the last of them.</param>
    public void SearchStep(MachinePosition end, int hart, ulong lastStep) => BeginSearch(end, hart, lastStep);

    /// <summary>Lets the machine run up to <paramref name="end"/> without searching.</summary>
    public void Pass(MachinePosition end) => BeginSearch(end, Nothing, lastStep: 0);

    /// <summary>Adds a watchpoint.</summary>
    public void Add(Watchpoint watch)
    {
        Watchpoints.Add(watch);
        Arm(watch);
    }

    /// <summary>Removes a watchpoint, if it is there. Debuggers remove all at each stop, so only its own granules are looked at.</summary>
    public void Remove(Watchpoint watch)
    {
        if (!Watchpoints.Remove(watch)) return;
        foreach (var memory in MemoriesOf(watch)) memory.RemoveWatch(watch.Address, watch.Bytes, Watch.Watchpoint);
        foreach (var other in Watchpoints) Arm(other);
    }

    /// <summary>Stops the machine for a listener.</summary>
    public void Report(StopEvent stop) => Stop(stop);

    public bool Before(Hart hart, in Instruction instruction)
    {
        if (End is null && Hit is not null) return false;
        var pc = hart.Pc;
        if (End is { } end)
        {
            if (_machine.Position >= end) return false;
            if (hart.Id == _steppedHart) _begun = (_machine.Position, hart.Retired + hart.TrapsTaken);
        }

        if (_filter[Slot(pc)] && _steppedHart == Stops)
        {
            if (Software.Contains(pc)) Stop(new StopEvent(StopKind.SoftwareBreakpoint, hart.Id));
            else if (Hardware.Contains(pc)) Stop(new StopEvent(StopKind.HardwareBreakpoint, hart.Id));
            if (End is null && Hit is not null) return false;
        }

        return Heard?.Before(hart, instruction) ?? true;
    }

    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        Heard?.Loaded(hart, address, bytes, value);
        Accessed(WatchKind.Read, address, (uint)bytes, hart.Id, by: null);
    }

    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        Heard?.Stored(hart, address, bytes, value);

        // Memory reports stores by itself, whichever master stores.
        if (hart.Space.FindMemory(address, (uint)bytes) is null) Accessed(WatchKind.Write, address, (uint)bytes, hart.Id, by: null);
    }

    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        Heard?.Retired(hart, pc, instruction);
        Stepped(hart, isTrap: false);
        StopAtEnd();
    }

    public void Trapped(Hart hart, uint pc)
    {
        Heard?.Trapped(hart, pc);
        Stepped(hart, isTrap: true);
        StopAtEnd();
    }

    public void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value) => Heard?.DeviceAccess(hart, mapping, access, isLoad, value);

    /// <summary>The listener, unless the machine only returns to a position at which it has been: what happens on the way has been heard.</summary>
    private IProbe? Heard => _steppedHart == Nothing ? null : Listener;

    private static int Slot(uint pc) => (int)(pc >> 1) & ((1 << FilterBits) - 1);

    private void Arm(Watchpoint watch)
    {
        if ((watch.Kind & WatchKind.Write) == 0) return;
        foreach (var memory in MemoriesOf(watch)) memory.AddWatch(watch.Address, watch.Bytes, Watch.Watchpoint);
    }

    private IEnumerable<MemoryRegion> MemoriesOf(Watchpoint watch) => _machine.Memories.Where(m => m.Contains(watch.Address, watch.Bytes));

    private bool NeedsProbe(Watchpoint watch) => (watch.Kind & WatchKind.Read) != 0 || _machine.Space.FindDevice(watch.Address, 1) is not null;

    private void BeginSearch(MachinePosition end, int steppedHart, ulong lastStep)
    {
        Array.Clear(_commands);
        Begin(end, steppedHart, lastStep);
    }

    private void Begin(MachinePosition? end, int steppedHart, ulong lastStep)
    {
        (Hit, End, IsFound) = (null, end, false);
        (_steppedHart, _lastStep) = (steppedHart, lastStep);
        UpdateFilter();
    }

    private void UpdateFilter()
    {
        Array.Clear(_filter);
        foreach (var pc in Software.Concat(Hardware)) _filter[Slot(pc)] = true;
    }

    private void Stepped(Hart hart, bool isTrap)
    {
        if (End is not null)
        {
            if (hart.Id == _steppedHart) RememberStep(hart);
            return;
        }

        var command = _commands[hart.Id];
        if (command.Order != HartOrder.Step) return;
        if (!isTrap && hart.Pc - command.RangeStart < command.RangeEnd - command.RangeStart) return;
        Stop(new StopEvent(StopKind.Step, hart.Id));
    }

    /// <summary>A step begins at the first attempt at its instruction. An interrupt is a step without an instruction.</summary>
    private void RememberStep(Hart hart)
    {
        var now = _machine.Position;
        var isBegun = _begun.Steps == hart.Retired + hart.TrapsTaken - 1;
        Hit = new WatchedAccess(isBegun ? _begun.Position : now with { Traps = now.Traps - 1 });
        Hit.Add(new StopEvent(StopKind.Step, hart.Id));
        if (hart.Retired + hart.TrapsTaken != _lastStep) return;
        IsFound = true;
        _machine.RequestStop();
    }

    private void Stop(StopEvent stop)
    {
        if (End is null || _steppedHart == Stops) HitHere(isAccess: false)?.Add(stop);
    }

    /// <summary>An access stops the machine if a watchpoint is set for it.</summary>
    /// <param name="kind">A read or a write.</param>
    /// <param name="address">The first byte.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="hart">The hart that makes it, or for which it is made; -1 if that is not known.</param>
    /// <param name="by">Who makes it for the hart; null if the hart does.</param>
    private void Accessed(WatchKind kind, uint address, uint bytes, int hart, string? by)
    {
        if (End is not null && _steppedHart is not (Stops or Accesses)) return;
        foreach (var watch in Watchpoints)
        {
            if ((watch.Kind & kind) != 0 && watch.Overlaps(address, bytes)) HitHere(isAccess: true)?.Add(WatchHit.Of(watch, address), hart, by);
        }
    }

    /// <summary>What is hit at the machine's present position. Null if it does not count: it lies beyond the end of the search, or after the first stop going forward.</summary>
    private WatchedAccess? HitHere(bool isAccess)
    {
        var now = _machine.Position;
        if (End is { } end)
        {
            if (now >= end) return null;
            return Hit = Hit?.Before == now ? Hit : new WatchedAccess(now);
        }

        _machine.RequestStop();
        if (Hit is null) return Hit = new WatchedAccess(now);

        // A step, or an event of a device, ends one position after the accesses that it made.
        return now == Hit.Before || (!isAccess && now < Hit.Before.Next.Next) ? Hit : null;
    }

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if ((kinds & Watch.Watchpoint) == 0 || !IsRunning) return;
        if (Initiators.IsHart(initiator)) Accessed(WatchKind.Write, address, bytes, initiator, by: null);
        else if (_machine.DeviceOf(initiator) is { } device) Accessed(WatchKind.Write, address, bytes, device.ServedHart, device.Title);
        else Accessed(WatchKind.Write, address, bytes, _machine.ActingHart, "the host, for the guest");
    }

    private void OnDeviceActed() => StopAtEnd();

    private void StopAtEnd()
    {
        if (End is { } end && _machine.Position >= end) _machine.RequestStop();
    }
}
