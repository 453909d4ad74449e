using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>Joins the parts of a sweep.</summary>
public static class SweepMerge
{
    /// <summary>Joins the parts, given in any order, to the whole sweep.</summary>
    /// <param name="parts">The paths and tables of the parts.</param>
    /// <exception cref="UserErrorException">The parts are of different sweeps, a part is given twice with different rows, or a part is missing.</exception>
    public static SweepTable Join(IReadOnlyList<(string Path, SweepTable Table)> parts)
    {
        var (firstPath, first) = parts[0];
        var byNumber = new SortedDictionary<int, (string Path, SweepTable Table)>();
        foreach (var (path, table) in parts)
        {
            if (table.Name != first.Name || table.Id != first.Id)
            {
                throw new UserErrorException($"{path}: is part of another sweep than {firstPath}, or was measured by another version or build: sweep {Describe(table)}, not {Describe(first)}; "
                    + "run all parts with the same sweep file, firmware and product");
            }

            if (table.Shard.Count != first.Shard.Count) throw new UserErrorException($"{path}: is part {table.Shard}, and {firstPath} is part {first.Shard}; give parts of one division");
            if (table.Rows.Count != table.Shard.CountOf(table.Points)) throw new UserErrorException($"{path}: has {table.Rows.Count} of its {table.Shard.CountOf(table.Points)} points; run this part again");
            if (byNumber.TryGetValue(table.Shard.Number, out var other) && !table.Rows.SequenceEqual(other.Table.Rows))
            {
                throw new UserErrorException($"{path}: is part {table.Shard}, as {other.Path} is, but has other rows; give only one of them");
            }

            byNumber[table.Shard.Number] = (path, table);
        }

        int[] missing = [.. Enumerable.Range(1, first.Shard.Count).Where(number => !byNumber.ContainsKey(number))];
        if (missing.Length != 0)
        {
            var which = missing.Length == 1 ? $"part {missing[0]}" : $"parts {string.Join(", ", missing.Select(n => $"{n}"))}";
            var are = missing.Length == 1 ? "is" : "are";
            throw new SettingException($"sweep {first.Name}: {which} of {first.Shard.Count} {are} missing; run 'ahwalora sweep FILE {ExperimentSettings.Shard} {missing[0]}/{first.Shard.Count}'");
        }

        var rows = new SweepRow[first.Points];
        foreach (var (_, table) in byNumber.Values)
        {
            foreach (var (point, row) in table.Shard.Of(table.Points).Zip(table.Rows)) rows[point] = row;
        }

        return first with { Shard = Shard.Whole, Rows = rows };
    }

    private static string Describe(SweepTable table) => $"{table.Name} {table.Id[..Math.Min(8, table.Id.Length)]} of {table.Points} points";
}
