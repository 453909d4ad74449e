using System.Diagnostics;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <summary>Cycles in which harts, DMA and streamers waited for a bank while another master had it.</summary>
/// <param name="Bank">Number of the bank.</param>
/// <param name="Winner">The master that had it: <c>hart N</c>, <c>dma</c>, <c>tileN</c>.</param>
/// <param name="Cycles">Cycles, summed over the masters that waited.</param>
public readonly record struct BankConflict(int Bank, string Winner, ulong Cycles);

/// <summary>
/// Exact contention: in each cycle each bank of the TCDM grants one of the masters that ask for it. The numbers of the
/// harts come first, then those of the ports of the DMA and of each tile's streamers.
/// </summary>
internal sealed class BankScheduler : IStateful, ITcdmCounters
{
    [Unsaved("wired by the assembly")]
    private readonly IScheduledMachine _machine;
    [Unsaved("wired by the assembly")]
    private readonly Hart[] _harts;
    [Unsaved("wired by the assembly")]
    private readonly MemoryRegion _memory;
    private readonly TcdmBanks _banks;
    [Unsaved("wired by the assembly")]
    private readonly (IBankMaster Master, int FirstNumber)[] _devices;
    [Unsaved("names for reports alone")]
    private readonly string[] _names;
    [Unsaved("holds requests within one cycle")]
    private readonly uint[] _addresses;
    [Unsaved("holds requests within one cycle")]
    private readonly ulong[] _requests, _requestsAbove; // of masters 0-63 and 64-127, one bit for each, by bank
    [Unsaved("holds requests within one cycle")]
    private readonly int[] _requested;
    [Unsaved("holds requests within one cycle")]
    private readonly (int Device, int Index)[] _portOf;
    private ulong _nextCycle;

    public BankScheduler(IScheduledMachine machine, MemoryRegion memory, IEnumerable<(string Name, IBankMaster Master)> devices, uint dataOffset)
    {
        _machine = machine;
        _harts = [.. machine.Harts];
        _memory = memory;
        var number = machine.Harts.Count;
        var masters = devices.ToList();
        _devices = [.. masters.Select(d => (d.Master, (number += d.Master.Ports) - d.Master.Ports))];
        _names = [.. machine.Harts.Select(h => $"hart {h.Id}"), .. masters.SelectMany(d => Enumerable.Repeat(d.Name, d.Master.Ports))];
        _banks = new TcdmBanks(memory.Banks, number) { Offset = dataOffset };
        _addresses = new uint[Math.Max(1, _devices.Select(d => d.Master.Ports).DefaultIfEmpty().Max())];
        _requests = new ulong[memory.Banks];
        _requestsAbove = new ulong[memory.Banks];
        _requested = new int[memory.Banks];
        _portOf = new (int, int)[number];
    }

    /// <summary>The cycle in which a master other than a hart asks next, as <see cref="Look"/> and <see cref="Arbitrate"/> found it.</summary>
    [field: Unsaved("follows from the masters, which Look asks when a run begins")]
    public ulong NextRequest { get; private set; }

    /// <inheritdoc/>
    public ulong Accessed => Sum(_banks.Accessed);

    /// <inheritdoc/>
    public ulong Congested => Sum(_banks.Congested);

    /// <summary>Cycles that requests waited, by bank and by the master that had the bank.</summary>
    public IEnumerable<BankConflict> Conflicts =>
        from n in Enumerable.Range(0, _banks.Congested.Length)
        where _banks.Congested[n] != 0
        group _banks.Congested[n] by (Bank: n / _banks.Masters, Winner: _names[n % _banks.Masters]) into waits
        select new BankConflict(waits.Key.Bank, waits.Key.Winner, waits.Aggregate(0UL, (sum, cycles) => sum + cycles));

    /// <summary>True if accesses to <paramref name="address"/> are arbitrated here.</summary>
    public bool IsBanked(uint address) => _memory.Contains(address, 1);

    /// <summary>Reads again when masters other than harts ask next, because their devices may have changed that.</summary>
    public void Look()
    {
        var next = ulong.MaxValue;
        foreach (var (master, _) in _devices) next = Math.Min(next, master.NextRequest);
        NextRequest = next == ulong.MaxValue ? next : Math.Max(next, _nextCycle);
    }

    /// <summary>Grants one request per bank in cycle <paramref name="time"/>; the others ask again in the next cycle.</summary>
    /// <param name="time">The cycle.</param>
    /// <param name="harts">The harts that ask in it.</param>
    public void Arbitrate(ulong time, HartSet harts)
    {
        _nextCycle = time + 1;
        var devicesAsk = NextRequest <= time;
        var count = 0;
        foreach (var id in harts)
        {
            ref var pending = ref _harts[id].Pending;
            pending.Time = time + 1; // unless it wins
            Request(pending.Address, id, ref count);
        }

        if (devicesAsk) CollectDevices(time, ref count);
        for (var n = 0; n < count; n++)
        {
            var bank = _requested[n];
            var winner = _banks.Grant(bank, new UInt128(_requestsAbove[bank], _requests[bank]));
            _requests[bank] = _requestsAbove[bank] = 0;
            if (winner < _harts.Length) GrantHart(winner, time);
            else _devices[_portOf[winner].Device].Master.Granted(time, _portOf[winner].Index);
        }

        if (devicesAsk) Look();
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        _banks.SaveOrRestore(state);
        state.Field(ref _nextCycle);
    }

    private void GrantHart(int hart, ulong time)
    {
        _harts[hart].Pending.Time = time;
        _machine.GrantBank(hart, time);
    }

    private void CollectDevices(ulong time, ref int count)
    {
        for (var device = 0; device < _devices.Length; device++)
        {
            var (master, first) = _devices[device];
            if (master.NextRequest > time) continue;
            var asked = master.Requests(_addresses);
            for (var index = 0; index < asked; index++)
            {
                if (!IsBanked(_addresses[index]))
                {
                    master.Granted(time, index);
                    continue;
                }

                _portOf[first + index] = (device, index);
                Request(_addresses[index], first + index, ref count);
            }
        }
    }

    private void Request(uint address, int master, ref int count)
    {
        Debug.Assert(IsBanked(address) && master < TcdmBanks.MaxMasters, "a bank has a bit for each of 128 masters");
        var bank = _banks.BankOf(address - _memory.Base);
        if ((_requests[bank] | _requestsAbove[bank]) == 0) _requested[count++] = bank;
        (master < 64 ? _requests : _requestsAbove)[bank] |= 1UL << master;
    }

    private static ulong Sum(ulong[] values)
    {
        var sum = 0UL;
        foreach (var value in values) sum += value;
        return sum;
    }
}
