using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>Cycles, accesses and hangs of many jobs: a CSV file in, the same with results out. Every row is a job of the device on a machine.</summary>
public static class EngineCycles
{
    private const uint SmallestMemory = 16 << 20;

    private static readonly string[] _results = ["status", "cycles", "reads", "writes", "stalls"];

    /// <summary>Runs every row of a file, in its order.</summary>
    /// <param name="points">The file: columns h, l, m, n, k, and where wanted p, op, align, gap, x, w, z, kind, prob, seed.</param>
    /// <returns>The lines of the result: the columns of the file, with <c>status,cycles,reads,writes,stalls</c> in place or at the end.</returns>
    /// <exception cref="UserErrorException">The file cannot be read, or a row does not fit; the message names the line.</exception>
    public static IReadOnlyList<string> Measure(string points)
    {
        var lines = InputFile.Read(points, File.ReadAllLines);
        if (lines.Length == 0) throw new UserErrorException($"{points}: empty; expected a line of column names");
        string[] given = [.. lines[0].Split(',').Select(name => name.Trim())];
        string[] columns = [.. given.Union(_results)];
        var rows = new List<(Dictionary<string, string> Cells, EnginePoint Point)>();
        foreach (var (index, line) in lines.Index().Skip(1).Where(line => line.Item.Length > 0))
        {
            var (where, cells) = ($"{points}:{index + 1}", line.Split(','));
            if (cells.Length != given.Length) throw new UserErrorException($"{where}: {cells.Length} cells; expected {given.Length}, as in the first line");
            var row = given.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second.Trim());
            rows.Add((row, EnginePoint.Parse(row, where)));
        }

        var machines = new Dictionary<(RedMulEArray, bool), EngineMachine>();
        var bytes = (uint)rows.Select(row => row.Point.Bytes).Append(SmallestMemory).Max() + 3 & ~3u;
        return [string.Join(',', columns), .. rows.Select(row => Line(columns, row.Cells, Run(row.Point, machines, bytes)))];
    }

    private static RedMulEActivity Run(EnginePoint point, Dictionary<(RedMulEArray, bool), EngineMachine> machines, uint bytes)
    {
        var kind = (point.Array, point.Denials is not null);
        if (!machines.TryGetValue(kind, out var machine)) machines[kind] = machine = new EngineMachine(point.Array, isHardware: true, bytes, isDeniable: point.Denials is not null);
        return machine.Run(point.Job, point.Denials?.For(point.Array));
    }

    private static string Line(string[] columns, Dictionary<string, string> cells, RedMulEActivity run)
    {
        var hangs = run.Hang != RedMulEHang.None;
        cells["status"] = hangs ? "hang" : "ok";
        cells["cycles"] = hangs ? "" : Text(run.EndedAt - run.TriggeredAt);
        (cells["reads"], cells["writes"], cells["stalls"]) = (Text(run.Reads), Text(run.Writes), Text(run.Denied));
        return string.Join(',', columns.Select(column => cells[column]));
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
