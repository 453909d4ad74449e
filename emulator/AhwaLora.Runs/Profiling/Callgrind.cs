using System.Globalization;
using AhwaLora.Common.Text;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Runs.Profiling;

/// <summary>
/// A profile in Callgrind's format (Valgrind manual, "Callgrind Format Specification"), which KCachegrind and
/// callgrind_annotate open: cycles, instructions and each cause, by instruction and source line, of all harts together.
/// </summary>
public sealed class Callgrind
{
    private const string UnknownFile = "???";

    private readonly CauseProfile _profile;
    private readonly SourceLines _lines;
    private readonly TextWriter _output;
    private readonly Cause[] _causes;
    private readonly Dictionary<string, int> _files = [], _functions = [];

    private Callgrind(CauseProfile profile, SourceLines lines, TextWriter output)
    {
        _profile = profile;
        _lines = lines;
        _output = output;
        _causes = [.. Enum.GetValues<Cause>().Where(c => profile.Harts.SelectMany(h => h.Costs).Any(p => p.Cost.Causes[(int)c] != 0))];
    }

    /// <summary>Writes the profile of <paramref name="program"/>.</summary>
    public static void Write(CauseProfile profile, SourceLines lines, string program, TextWriter output) =>
        new Callgrind(profile, lines, output).Write(program);

    private void Write(string program)
    {
        IEnumerable<string> events = ["Cycles", "Instructions", .. _causes.Select(CauseNames.Of)];
        Line("# callgrind format");
        Line("version: 1");
        Line("creator: ahwalora");
        Line($"cmd: {program}");
        Line("part: 1");
        Line("positions: instr line");
        Line($"events: {string.Join(' ', events)}");

        var costs = CauseProfile.SumBy(_profile.Harts.SelectMany(h => h.Costs), pc => pc).ToDictionary(c => c.Key, c => c.Cost);
        var calls = Calls();
        var total = new CodeCost();
        foreach (var function in costs.Keys.GroupBy(_profile.Symbols.IndexOf).OrderBy(g => g.Key))
        {
            WriteFunction(function.Key, [.. function.Order()], costs, calls);
            foreach (var pc in function) total.Add(costs[pc]);
        }

        Line("");
        Line($"totals: {Numbers(total)}");
    }

    private void WriteFunction(int function, uint[] pcs, Dictionary<uint, CodeCost> costs, ILookup<(int Caller, uint Site), (int Callee, CallEdge Edge)> calls)
    {
        var home = HomeOf(function, pcs);
        var file = home;
        Line("");
        Line($"fl={Compressed(_files, home)}");
        Line($"fn={Compressed(_functions, NameOf(function))}");
        foreach (var pc in pcs)
        {
            var line = _lines.Of(pc);
            var own = line?.File ?? home;
            if (own != file) Line($"{(own == home ? "fe" : "fi")}={Compressed(_files, file = own)}");
            Line($"{Position(pc, line)} {Numbers(costs[pc])}");
            foreach (var (callee, edge) in calls[(function, pc)])
            {
                var entry = _profile.Symbols.AddressOf(callee);
                Line($"cfi={Compressed(_files, HomeOf(callee, [entry]))}");
                Line($"cfn={Compressed(_functions, NameOf(callee))}");
                Line(string.Create(CultureInfo.InvariantCulture, $"calls={edge.Count} {Position(entry, _lines.Of(entry))}"));
                Line($"{Position(pc, line)} {Numbers(edge.Inclusive)}");
            }
        }
    }

    /// <summary>The calls of all harts, by caller and calling instruction.</summary>
    private ILookup<(int Caller, uint Site), (int Callee, CallEdge Edge)> Calls()
    {
        var sums = new SortedDictionary<(int Caller, uint Site, int Callee), CallEdge>();
        foreach (var (key, edge) in _profile.Harts.SelectMany(h => h.Calls.Edges))
        {
            if (!sums.TryGetValue(key, out var sum)) sums[key] = sum = new CallEdge();
            sum.Count += edge.Count;
            sum.Inclusive.Add(edge.Inclusive);
        }

        return sums.ToLookup(s => (s.Key.Caller, s.Key.Site), s => (s.Key.Callee, s.Value));
    }

    private string HomeOf(int function, uint[] pcs) =>
        _lines.Of(_profile.Symbols.AddressOf(function))?.File ?? pcs.Select(pc => _lines.Of(pc)?.File).FirstOrDefault(f => f is not null) ?? UnknownFile;

    private string NameOf(int function) => _profile.Symbols.NameOf(function);

    private string Numbers(CodeCost cost) => string.Join(
        ' ',
        new[] { cost.Cycles, cost.Instructions }.Concat(_causes.Select(c => cost.Causes[(int)c])).Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private static string Position(uint pc, SourceLine? line) => string.Create(CultureInfo.InvariantCulture, $"0x{pc:x} {line?.Line ?? 0}");

    /// <summary>A name in full at its first use, and its number after that.</summary>
    private static string Compressed(Dictionary<string, int> names, string name)
    {
        if (names.TryGetValue(name, out var number)) return string.Create(CultureInfo.InvariantCulture, $"({number})");
        names[name] = number = names.Count + 1;
        return string.Create(CultureInfo.InvariantCulture, $"({number}) {name}");
    }

    private void Line(string text) => _output.Write(text + "\n");
}
