using AhwaLora.Common.Seeded;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Runs.Sandbox;

namespace AhwaLora.Runs.Programs;

/// <summary>A figure over several runs.</summary>
/// <param name="Name">What is measured: <c>cycles</c>, or a region and hart.</param>
/// <param name="Cycles">Cycles of all runs, ascending.</param>
public sealed record Spread(string Name, IReadOnlyList<ulong> Cycles)
{
    /// <summary>The least.</summary>
    public ulong Minimum => Cycles[0];

    /// <summary>The median; the lower of the two in the middle.</summary>
    public ulong Median => Cycles[(Cycles.Count - 1) / 2];

    /// <summary>The most.</summary>
    public ulong Maximum => Cycles[^1];
}

/// <summary>
/// How much a program's cycles depend on things it does not control. Run 0 is the usual run. In the others each hart starts up
/// to <see cref="MaxSkew"/> cycles later, the first of them in cycle 0, so that they reach banks, locks and devices in
/// another order; and code and data lie up to <see cref="MaxOffset"/> bytes higher (<see cref="Placement"/>), so that
/// blocks, cache lines and address queues have other boundaries in them.
/// </summary>
public static class Jitter
{
    /// <summary>Largest difference between the starts of two harts, in cycles.</summary>
    public const ulong MaxSkew = 63;

    /// <summary>Largest distance that code or data is moved by, in bytes: almost twice the longest usual cache line.</summary>
    public const uint MaxOffset = 124;

    /// <summary>Runs a program several times.</summary>
    /// <param name="request">The run; only run 0 writes files and uses the console.</param>
    /// <param name="runs">Number of runs, at least 1.</param>
    /// <returns>The exit status of the first run that did not succeed, or 0; and the spread of each figure.</returns>
    public static (int Status, IReadOnlyList<Spread> Spreads) Run(RunRequest request, int runs)
    {
        var cycles = new Dictionary<string, List<ulong>>();
        var status = 0;
        for (var n = 0; n < runs; n++)
        {
            using var run = new ProgramRun(n == 0 ? request : Varied(request, n));
            var ended = run.Execute();
            if (status == 0) status = ended;
            var machine = run.Machine;
            Note("cycles", machine.Cycles);
            foreach (var ((hart, id), record) in machine.Regions.Records) Note($"region {machine.Regions.NameOf(id)}, hart {hart}", record.Cycles);
        }

        return (status, [.. cycles.Select(c => new Spread(c.Key, [.. c.Value.Order()]))]);

        void Note(string name, ulong value)
        {
            if (!cycles.TryGetValue(name, out var values)) cycles[name] = values = [];
            values.Add(value);
        }
    }

    /// <summary>The cycle in which each hart starts in run <paramref name="run"/>.</summary>
    public static IReadOnlyList<ulong> StartCycles(ulong seed, int run, int harts)
    {
        ulong[] starts = [.. Enumerable.Range(0, harts).Select(hart => SplitMix64.Next(SplitMix64.Next(seed + (ulong)run) + (ulong)hart) % (MaxSkew + 1))];
        var first = starts.Min();
        return [.. starts.Select(start => start - first)];
    }

    /// <summary>Where code and data lie in run <paramref name="run"/>.</summary>
    public static Placement PlacementOf(ulong seed, int run)
    {
        var bits = SplitMix64.Next(SplitMix64.Next(seed + (ulong)run) + ulong.MaxValue);
        return new Placement(Code: (uint)bits & MaxOffset, Data: (uint)(bits >> 32) & MaxOffset);
    }

    /// <summary>Writes the spreads as a table.</summary>
    public static void Write(IReadOnlyList<Spread> spreads, TextWriter output)
    {
        var table = new TextTable("<cycles of", "runs", "min", "median", "max");
        foreach (var spread in spreads)
        {
            table.Add(spread.Name == "cycles" ? "the machine" : spread.Name, TextTable.Number(spread.Cycles.Count), TextTable.Number(spread.Minimum),
                TextTable.Number(spread.Median), TextTable.Number(spread.Maximum));
        }

        table.Write(output);
    }

    /// <summary>A run after the first: no files, no console.</summary>
    private static RunRequest Varied(RunRequest request, int run)
    {
        var harts = request.Harts ?? request.Platform.TotalHarts;
        return request with
        {
            StartCycles = StartCycles(request.Options.Seed, run, harts),
            Options = request.Options with { Placement = PlacementOf(request.Options.Seed, run) },
            Console = new GuestConsole(Stream.Null, Stream.Null, Stream.Null),
            SignaturePath = null,
            LogPath = null,
            StatisticsPath = null,
            TracePath = null,
            TileStatePath = null,
            Save = null,
            Dumps = [],
            Profile = null,
        };
    }
}
