using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <summary>
/// Exact contention: in each cycle each bank of the TCDM grants one of the masters that ask for it. <see cref="BankPorts"/>
/// numbers the masters. An access that takes several banks is decided before the arbiters of its banks.
/// </summary>
internal sealed partial class BankScheduler : IStateful, ITcdmCounters
{
    private const int Nobody = -1, Alone = -1, Last = -2;

    /// <summary>A master other than a hart, with the number of its first port; <see cref="Wide"/> if it may take several banks.</summary>
    private readonly record struct Asker(IBankMaster Master, int First, WidePort? Wide);

    /// <summary>
    /// The request that a number stands for in this cycle: its master, its index there, and the number of the request that
    /// shares its access; <see cref="Alone"/> for none, <see cref="Last"/> for the one that shares.
    /// </summary>
    private readonly record struct Request(IBankMaster Master, int Index, int Shared);

    [Unsaved("fixed when the machine is built")]
    private readonly IScheduledMachine _machine;
    [Unsaved("fixed when the machine is built")]
    private readonly Hart[] _harts;
    [Unsaved("fixed when the machine is built")]
    private readonly MemoryRegion _memory;
    private readonly TcdmBanks _banks;
    [Unsaved("fixed when the machine is built")]
    private readonly Asker[] _askers;
    [Unsaved("fixed when the machine is built")]
    private readonly BankPorts _ports;
    [Unsaved("fixed when the machine is built")]
    private readonly int[] _hartOf;
    [Unsaved("holds requests within one cycle")]
    private readonly uint[] _addresses;
    [Unsaved("holds requests within one cycle")]
    private readonly int[] _requested;
    [Unsaved("holds requests within one cycle")]
    private int _count;
    [Unsaved("holds requests within one cycle")]
    private readonly Request[] _requestOf;
    private ulong _nextCycle;

    /// <summary>Wires the banks of a TCDM.</summary>
    /// <param name="machine">The machine with the harts.</param>
    /// <param name="memory">The TCDM.</param>
    /// <param name="masters">The masters other than harts' loads and stores, with the names of their devices.</param>
    /// <param name="dataOffset">Bytes by which all data is placed above its addresses.</param>
    public BankScheduler(IScheduledMachine machine, MemoryRegion memory, IReadOnlyList<(string Name, IBankMaster Master)> masters, uint dataOffset)
    {
        _machine = machine;
        _harts = [.. machine.Harts];
        _memory = memory;
        _ports = new BankPorts(_harts.Length, masters);
        _banks = new TcdmBanks(memory.Banks, _ports.OwnerOf, _ports.Owners.Count, memory.BankBytes, memory.Arbiter) { Offset = dataOffset };
        _askers = [.. masters.Select((m, n) => new Asker(m.Master, _ports.FirstOf(n), IsWide(m.Master) ? new WidePort(m.Master, _ports.OwnerOf[_ports.FirstOf(n)]) : null))];
        _addresses = new uint[Math.Max(1, masters.Select(m => m.Master.Ports).DefaultIfEmpty().Max())];
        _hartOf = [.. Enumerable.Range(0, _ports.OwnerOf.Length).Select(number => number < _harts.Length * _ports.PerHart && number % _ports.PerHart == 0 ? number / _ports.PerHart : Nobody)];
        _requested = new int[memory.Banks];
        _requestOf = new Request[_ports.OwnerOf.Length];
        _wide = [.. _askers.Select(asker => asker.Wide).OfType<WidePort>().OrderByDescending(port => port.Master.Priority.GoesFirst)];
        _takenBy = new int[memory.Banks];
        Array.Fill(_takenBy, Nobody);
    }

    /// <summary>The cycle in which a master other than a hart asks next, as <see cref="Look"/> and <see cref="Arbitrate"/> found it.</summary>
    [field: Unsaved("follows from the masters, which Look asks when a run begins")]
    public ulong NextRequest { get; private set; }

    /// <inheritdoc/>
    public ulong Accessed => Sum(_banks.Accessed);

    /// <inheritdoc/>
    public ulong Congested => Sum(_banks.Congested);

    /// <summary>Cycles that requests waited, by bank and by the master that had the bank.</summary>
    /// <param name="cluster">The cluster that the reports name; null if the machine has no other.</param>
    public IEnumerable<BankConflict> Conflicts(int? cluster) =>
        from n in Enumerable.Range(0, _banks.Congested.Length)
        where _banks.Congested[n] != 0
        select new BankConflict(n / _banks.Owners, _ports.Owners[n % _banks.Owners], _banks.Congested[n], cluster);

    /// <summary>True if accesses to <paramref name="address"/> are arbitrated here.</summary>
    public bool IsBanked(uint address) => _memory.Contains(address, 1);

    /// <summary>Reads again when masters other than harts ask next, because their devices may have changed that.</summary>
    public void Look()
    {
        var next = ulong.MaxValue;
        foreach (var asker in _askers) next = Math.Min(next, asker.Master.NextRequest);
        NextRequest = next == ulong.MaxValue ? next : Math.Max(next, _nextCycle);
    }

    /// <summary>Grants one request per bank in cycle <paramref name="time"/>; the others ask again in the next cycle.</summary>
    /// <param name="time">The cycle.</param>
    /// <param name="harts">The harts that ask in it.</param>
    public void Arbitrate(ulong time, HartSet harts)
    {
        _nextCycle = time + 1;
        _count = 0;
        var devicesAsk = NextRequest <= time;
        foreach (var id in harts)
        {
            ref var pending = ref _harts[id].Pending;
            pending.Time = time + 1; // unless it wins
            Ask(_banks.BankOf(pending.Address - _memory.Base), id * _ports.PerHart);
        }

        if (devicesAsk) CollectMasters(time);
        if (_wideRequests != 0) GrantWide(time);
        for (var n = 0; n < _count; n++)
        {
            var bank = _requested[n];
            if (_takenBy[bank] != Nobody) _banks.Refuse(bank, _takenBy[bank]);
            else Granted(_banks.Grant(bank), time);
        }

        if (_wideRequests != 0) ClearWide();
        if (devicesAsk) Look();
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        _banks.SaveOrRestore(state);
        foreach (var port in _wide) port.SaveOrRestore(state);
        state.Field(ref _firstWide);
        state.Field(ref _nextCycle);
    }

    private void Granted(int number, ulong time)
    {
        var hart = _hartOf[number];
        if (hart != Nobody)
        {
            _harts[hart].Pending.Time = time;
            _machine.GrantBank(hart, time);
            return;
        }

        for (; number >= 0; number = _requestOf[number].Shared) _requestOf[number].Master.Granted(time, _requestOf[number].Index);
    }

    private void CollectMasters(ulong time)
    {
        foreach (var asker in _askers)
        {
            if (asker.Master.NextRequest > time) continue;
            var asked = asker.Master.Requests(_addresses);
            for (var index = 0; index < asked; index++)
            {
                if (!IsBanked(_addresses[index])) asker.Master.Granted(time, index);
                else if (asker.Wide is { } wide) AskWide(wide, asker, _addresses[index]);
                else if (!Shares(asker, index)) AskAt(asker, index);
            }
        }
    }

    /// <summary>Adds a request to an earlier one of the same master that accesses another word of the same bank's line. False if there is none.</summary>
    private bool Shares(in Asker asker, int index)
    {
        if (_banks.BankBytes == TcdmBanks.WordBytes) return false;
        var address = _addresses[index];
        for (var earlier = 0; earlier < index; earlier++)
        {
            var other = _addresses[earlier];
            if (other == address || !IsBanked(other) || LineOf(other) != LineOf(address)) continue;
            ref var first = ref _requestOf[asker.First + earlier];
            if (first.Shared != Alone) continue;
            _requestOf[asker.First + index] = new Request(asker.Master, index, Last);
            first = first with { Shared = asker.First + index };
            return true;
        }

        return false;
    }

    private void AskAt(in Asker asker, int index)
    {
        _requestOf[asker.First + index] = new Request(asker.Master, index, Alone);
        Ask(_banks.BankOf(_addresses[index] - _memory.Base), asker.First + index);
    }

    private void Ask(int bank, int number)
    {
        if (!_banks.IsAsked(bank)) _requested[_count++] = bank;
        _banks.Ask(bank, number);
    }

    private uint LineOf(uint address) => _banks.LineOf(address - _memory.Base);

    private static ulong Sum(ulong[] values)
    {
        var sum = 0UL;
        foreach (var value in values) sum += value;
        return sum;
    }
}
