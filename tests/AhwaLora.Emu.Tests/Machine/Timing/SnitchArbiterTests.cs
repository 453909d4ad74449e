using System.Globalization;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Banks;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>
/// The banks' arbiters against those of Snitch's cluster: in each cycle the requests, and which of them its RTL granted. A
/// wide access takes a superbank, which is eight banks of eight bytes, in the cycles that name it.
/// </summary>
public sealed class SnitchArbiterTests
{
    private const int Ports = 26, BanksOfSuperbank = 8;

    private readonly record struct Request(int Port, uint Address, bool IsGranted);

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Every_request_is_granted_in_the_cycle_in_which_the_rtl_grants_it(int bankCount)
    {
        var lines = File.ReadAllLines(Path.Combine(Toolchain.Root, "tests", "programs", "rtl", "snitch_banks", $"arbiter_{bankCount}.csv"));
        foreach (var set in lines.Skip(1).Select(line => line.Split(',')).GroupBy(cells => cells[0]))
        {
            var banks = new TcdmBanks(bankCount, Ports, TcdmBanks.DoubleBytes, BankArbiter.LockingTree);
            foreach (var cells in set)
            {
                var requests = Parse(cells[3]);
                var expected = requests.Where(r => r.IsGranted).Select(r => r.Port).Order();

                var granted = Grant(banks, requests, Hex(cells[2])).Order();
                Assert.True(expected.SequenceEqual(granted), $"set {cells[0]}, cycle {cells[1]}: expected ports {string.Join(' ', expected)}, granted {string.Join(' ', granted)}");
            }
        }
    }

    private static List<int> Grant(TcdmBanks banks, List<Request> requests, uint refused)
    {
        foreach (var request in requests) banks.Ask(banks.BankOf(request.Address), request.Port);
        var granted = new List<int>();
        for (var bank = 0; bank < banks.Banks; bank++)
        {
            if (!banks.IsAsked(bank)) continue;
            if ((refused >> bank / BanksOfSuperbank & 1) != 0) banks.Refuse(bank, owner: 0);
            else granted.Add(banks.Grant(bank));
        }

        return granted;
    }

    private static List<Request> Parse(string requests) =>
        [.. requests.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':')).Select(parts =>
            new Request(int.Parse(parts[0], CultureInfo.InvariantCulture), Hex(parts[1]), parts[2] == "1"))];

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
