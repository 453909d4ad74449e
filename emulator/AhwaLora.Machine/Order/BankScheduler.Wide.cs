using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <content>
/// Accesses that take several banks at once. Ports that go first are decided before those that take turns. Among ports of
/// one kind the one that lost to another in the last conflict is asked first.
/// </content>
internal sealed partial class BankScheduler
{
    private readonly WidePort[] _wide;
    [Unsaved("holds grants within one cycle")]
    private readonly int[] _takenBy; // the owner of the wide access that has the bank in this cycle
    [Unsaved("holds requests within one cycle")]
    private int _wideRequests;
    private int _firstWide;

    private static bool IsWide(IBankMaster master)
    {
        if (master is { AccessBytes: > TcdmBanks.WordBytes, Ports: not 1 }) throw new ArgumentException($"A master of {master.AccessBytes} bytes per access has {master.Ports} ports; expected 1.", nameof(master));
        return master.AccessBytes > TcdmBanks.WordBytes || master.Priority.GoesFirst;
    }

    private void AskWide(WidePort port, in Asker asker, uint address)
    {
        var lines = LineOf(address + (uint)asker.Master.AccessBytes - 1) - LineOf(address) + 1;
        if (lines == 1 && !asker.Master.Priority.GoesFirst)
        {
            AskAt(asker, 0);
            return;
        }

        (port.FirstBank, port.Banks) = (_banks.BankOf(address - _memory.Base), (int)lines);
        _wideRequests++;
    }

    private void GrantWide(ulong time)
    {
        var begin = _firstWide;
        GrantWide(time, begin, goFirst: true);
        GrantWide(time, begin, goFirst: false);
    }

    private void GrantWide(ulong time, int begin, bool goFirst)
    {
        for (var n = 0; n < _wide.Length; n++)
        {
            var index = (begin + n) % _wide.Length;
            var port = _wide[index];
            if (port.Banks != 0 && port.Master.Priority.GoesFirst == goFirst && !TryGrant(port, time)) _firstWide = index;
        }
    }

    /// <summary>Grants a port all of its banks, or none. False if another wide access has one of them.</summary>
    private bool TryGrant(WidePort port, ulong time)
    {
        var contested = Nobody;
        for (var n = 0; n < port.Banks; n++)
        {
            var bank = BankOf(port, n);
            if (_takenBy[bank] != Nobody)
            {
                _banks.Congested[bank * _banks.Owners + _takenBy[bank]]++;
                return false;
            }

            if (_banks.IsAsked(bank)) contested = bank;
        }

        if (contested != Nobody && port.Yields)
        {
            _banks.Wait(contested);
            port.Lost();
            return true;
        }

        port.Won(othersWait: contested != Nobody);
        for (var n = 0; n < port.Banks; n++)
        {
            _takenBy[BankOf(port, n)] = port.Owner;
            _banks.Take(BankOf(port, n));
        }

        port.Master.Granted(time, 0);
        return true;
    }

    private void ClearWide()
    {
        _wideRequests = 0;
        foreach (var port in _wide) port.Banks = 0;
        Array.Fill(_takenBy, Nobody);
    }

    private int BankOf(WidePort port, int n) => (port.FirstBank + n) & (_memory.Banks - 1);
}
