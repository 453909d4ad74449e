using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Order;

/// <summary>
/// The numbers of the masters at the arbiters of a TCDM's banks. Hart k has the numbers n k to n k + n - 1, where n is the
/// largest number of ports of any hart: first its loads and stores, then the masters that are its own. The ports of the
/// devices follow.
/// </summary>
internal sealed class BankPorts
{
    private readonly int[] _firstOf, _ownerOf;
    private readonly string[] _owners;

    /// <summary>Numbers the masters.</summary>
    /// <param name="harts">Number of harts.</param>
    /// <param name="masters">The other masters, with the names of their devices.</param>
    public BankPorts(int harts, IReadOnlyList<(string Name, IBankMaster Master)> masters)
    {
        var ownPorts = new int[harts];
        foreach (var (_, master) in masters)
        {
            if (master.Hart is { } hart) ownPorts[hart] += master.Ports;
        }

        PerHart = 1 + ownPorts.Max();
        var devices = masters.Where(m => m.Master.Hart is null).Select(m => m.Name).Distinct().ToList();
        _owners = [.. Enumerable.Range(0, harts).Select(id => FormattableString.Invariant($"hart {id}")), .. devices];
        _firstOf = new int[masters.Count];
        var next = harts * PerHart;
        var nextOf = Enumerable.Range(0, harts).Select(id => id * PerHart + 1).ToArray();
        var owners = Enumerable.Range(0, next).Select(number => number / PerHart).ToList();
        foreach (var (n, (name, master)) in masters.Index())
        {
            ref var first = ref next;
            if (master.Hart is { } hart) first = ref nextOf[hart];
            else owners.AddRange(Enumerable.Repeat(harts + devices.IndexOf(name), master.Ports));
            _firstOf[n] = first;
            first += master.Ports;
        }

        _ownerOf = [.. owners];
    }

    /// <summary>Numbers of each hart.</summary>
    public int PerHart { get; }

    /// <summary>The owner of each number: a hart, or a device.</summary>
    public int[] OwnerOf => _ownerOf;

    /// <summary>The names of the owners.</summary>
    public IReadOnlyList<string> Owners => _owners;

    /// <summary>The number of the first port of a master, by its place in the list of masters.</summary>
    public int FirstOf(int master) => _firstOf[master];
}
