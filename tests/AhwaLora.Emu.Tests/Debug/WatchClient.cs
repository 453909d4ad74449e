using System.Globalization;
using AhwaLora.Debug;
using AhwaLora.Debug.Gdb;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>An access as a watchpoint shows it: where its hart stands before and after it, and the watched word before and after it, in the order of time.</summary>
/// <param name="Hart">The hart.</param>
/// <param name="Pc">The instruction that accesses.</param>
/// <param name="Before">The word before it.</param>
/// <param name="After">The word after it.</param>
internal readonly record struct SeenAccess(int Hart, uint Pc, uint Before, uint After);

/// <summary>
/// Leads a stub as GDB does (infrun.c, handle_signal_stop, for a target with nonsteppable watchpoints): after a stop at a
/// watchpoint it removes all of them, steps the hart that was reported once in the direction of travel, alone, and looks at the values after that.
/// </summary>
internal sealed class WatchClient : IGdbLink
{
    private readonly GdbStub _stub;
    private readonly List<(char Type, uint Address, uint Bytes)> _watches;
    private readonly uint _word;

    /// <summary>A client that watches, and shows one word.</summary>
    public WatchClient(Debuggee debuggee, uint word, params (char Type, uint Address, uint Bytes)[] watches)
    {
        _stub = new GdbStub(debuggee, this, new DebugOptions());
        _stub.Handle("qSupported:swbreak+;hwbreak+");
        _word = word;
        _watches = [.. watches];
    }

    /// <summary>Every access up to the end of the run, with the watchpoints that GDB takes as triggered: those that hold the address reported.</summary>
    public List<(SeenAccess Access, HashSet<int> Triggered)> Forward() => Run(isForward: true);

    /// <summary>Every access back to the beginning of history.</summary>
    public List<(SeenAccess Access, HashSet<int> Triggered)> Backward() => Run(isForward: false);

    void IGdbLink.Send(string data)
    {
    }

    bool IGdbLink.IsInterrupted() => false;

    private List<(SeenAccess Access, HashSet<int> Triggered)> Run(bool isForward)
    {
        var seen = new List<(SeenAccess Access, HashSet<int> Triggered)>();
        while (true)
        {
            Insert(true);
            var stop = _stub.Handle(isForward ? "vCont;c" : "bc");
            Insert(false);
            if (!stop.Contains("watch:", StringComparison.Ordinal)) return seen;
            var address = Field(stop, "watch:");
            var hart = (int)Field(stop, "thread:") - 1;
            var triggered = Enumerable.Range(0, _watches.Count).Where(n => address - _watches[n].Address < _watches[n].Bytes).ToHashSet();
            var (pc, value) = Look(hart);
            if (!isForward) _stub.Handle($"Hc{hart + 1:x}");
            Assert.StartsWith("T05", _stub.Handle(isForward ? $"vCont;s:{hart + 1:x}" : "bs"), StringComparison.Ordinal);
            var (pcThen, valueThen) = Look(hart);
            var access = isForward ? new SeenAccess(hart, pc, value, valueThen) : new SeenAccess(hart, pcThen, valueThen, value);

            // A further stop of the same access comes after it, and its step moves nothing.
            if (seen.Count != 0 && (pc, value) == (pcThen, valueThen) && seen[^1].Access.Hart == hart) seen[^1].Triggered.UnionWith(triggered);
            else seen.Add((access, triggered));
        }
    }

    private (uint Pc, uint Word) Look(int hart)
    {
        _stub.Handle($"Hg{hart + 1:x}");
        return (Word(_stub.Handle("p20")), Word(_stub.Handle($"m{_word:x},4")));
    }

    private void Insert(bool isSet)
    {
        foreach (var (type, address, bytes) in _watches) Assert.Equal("OK", _stub.Handle($"{(isSet ? 'Z' : 'z')}{type},{address:x},{bytes:x}"));
    }

    private static uint Word(string hex) => Hex.TryWord(hex, out var value) ? value : throw new FormatException($"no word: '{hex}'");

    private static uint Field(string stop, string name)
    {
        var from = stop.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return uint.Parse(stop[from..stop.IndexOf(';', from)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
