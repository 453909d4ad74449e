using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;
using YamlDotNet.RepresentationModel;
using Grid = System.Collections.Generic.List<(AhwaLora.Experiments.Sweeps.SweepAxis Axis, YamlDotNet.RepresentationModel.YamlNode Values)>;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>
/// A sweep file, YAML or JSON. Each key is an axis; its value is one value, a range or a list of them. Every combination is a point.
/// If <c>grids</c> lists such mappings, the sweep is their union, and the keys beside <c>grids</c> apply to all of them.
/// An axis that is not named keeps the default of <c>ahwalora layer</c>, or the value in the platform file.
/// </summary>
/// <param name="Name">Name of the sweep: <c>name</c> in the file, or the file's name.</param>
/// <param name="Points">Without repetitions, in the order of the file.</param>
internal sealed record SweepFile(string Name, IReadOnlyList<SweepPoint> Points)
{
    /// <summary>The most points of a sweep.</summary>
    public const int MostPoints = 1_000_000;

    private const string NameKey = "name", PlatformKey = "platform", GridsKey = "grids";

    /// <summary>Reads and expands a file; adds the faults it finds to <paramref name="faults"/>.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or it is not YAML.</exception>
    public static SweepFile Read(string path, FileFaults faults)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var root = Parse(path);
        var name = Path.GetFileNameWithoutExtension(path);
        var platform = new PlatformDescription();
        var shared = new Grid();
        YamlNode? grids = null;
        foreach (var (key, value) in root.Children)
        {
            switch (Text(key))
            {
                case NameKey: name = NameOf(value, faults); break;
                case PlatformKey: platform = Platform(folder, value, faults); break;
                case GridsKey: grids = value; break;
                case var axis: AddAxis(shared, axis, key, value, faults, [NameKey, PlatformKey, GridsKey]); break;
            }
        }

        var points = new List<SweepPoint>();
        var seen = new HashSet<SweepPoint>();
        var left = MostPoints;
        foreach (var grid in Grids(grids, faults))
        {
            var axes = Axes([.. shared.Where(s => grid.All(g => g.Axis != s.Axis)), .. grid], folder, faults);
            var count = axes.Aggregate(1L, (product, settings) => Math.Min(int.MaxValue, product * settings.Count));
            if (count > left)
            {
                faults.Add($"more than {MostPoints:N0} points");
                points.Clear();
                break;
            }

            left -= (int)count;
            Combine(axes, new SweepPoint(platform), Add);
        }

        return new SweepFile(name, points);

        void Add(SweepPoint point)
        {
            // If the strategy chooses the chunk, the file's chunks make no further points: the run is the same for each.
            if (point.Strategy.IsPlanned) point = point with { Shape = point.Shape with { Chunk = 1 } };
            if (seen.Add(point)) points.Add(point);
        }
    }

    private static YamlMappingNode Parse(string path)
    {
        var documents = YamlText.Parse(path, InputFile.Text(path, absent: "no such sweep file"));
        return documents.Count == 1 && documents[0].RootNode is YamlMappingNode root
            ? root
            : throw new UserErrorException($"{path}: expected one mapping with a key for each axis, as in 'harts: [8, 16]'");
    }

    // The name becomes part of file names.
    private static string NameOf(YamlNode value, FileFaults faults)
    {
        var name = Text(value);
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) faults.Add($"name '{name}' is not made of letters, digits, - and _", value.Start.Line);
        return name;
    }

    private static PlatformDescription Platform(string folder, YamlNode value, FileFaults faults)
    {
        try
        {
            return Text(value) is { Length: > 0 } path ? PlatformFile.Load(Path.Combine(folder, path)) : throw new UserErrorException($"{PlatformKey}: expected the name of a file");
        }
        catch (UserErrorException e)
        {
            faults.Add(e, value.Start.Line);
            return new PlatformDescription();
        }
    }

    private static void AddAxis(Grid axes, string name, YamlNode key, YamlNode values, FileFaults faults, string[] otherKeys)
    {
        var names = SweepAxis.All.Select(a => a.Name);
        if (SweepAxis.All.FirstOrDefault(a => a.Name == name) is { } axis) axes.Add((axis, values));
        else faults.Add($"unknown key '{name}'; the nearest is '{Spelling.Nearest(name, names.Concat(otherKeys))}'", key.Start.Line);
    }

    private static List<Grid> Grids(YamlNode? node, FileFaults faults)
    {
        if (node is null) return [[]];
        if (node is not YamlSequenceNode { Children.Count: > 0 } list || list.Children.Any(c => c is not YamlMappingNode))
        {
            faults.Add($"'{GridsKey}' is not a list of mappings", node.Start.Line);
            return [];
        }

        return list.Children.Cast<YamlMappingNode>().Select(mapping =>
        {
            var grid = new Grid();
            foreach (var (key, values) in mapping.Children) AddAxis(grid, Text(key), key, values, faults, []);
            return grid;
        }).ToList();
    }

    private static List<List<SweepSetting>> Axes(Grid grid, string folder, FileFaults faults)
    {
        var axes = new List<List<SweepSetting>>();
        foreach (var axis in SweepAxis.All)
        {
            if (grid.FirstOrDefault(g => g.Axis == axis).Values is { } values) axes.Add(Settings(axis, values, folder, faults));
        }

        return axes;
    }

    private static void Combine(List<List<SweepSetting>> axes, SweepPoint start, Action<SweepPoint> add)
    {
        From(start, 0);

        void From(SweepPoint point, int axis)
        {
            if (axis == axes.Count) add(point);
            else axes[axis].ForEach(setting => From(setting(point), axis + 1));
        }
    }

    private static List<SweepSetting> Settings(SweepAxis axis, YamlNode values, string folder, FileFaults faults)
    {
        var settings = new List<SweepSetting>();
        if (values is YamlSequenceNode { Children.Count: 0 }) faults.Add($"{axis.Name}: the list is empty", values.Start.Line);
        foreach (var value in values is YamlSequenceNode list ? list.Children : [values])
        {
            try
            {
                if (value is not YamlScalarNode) throw new UserErrorException($"{axis.Name}: expected a value or a list of values");
                // One more than there may be points is enough to see that there are too many.
                settings.AddRange(axis.Parse(Text(value).Trim(), folder).Take(MostPoints + 1 - settings.Count));
            }
            catch (UserErrorException e)
            {
                faults.Add(e, value.Start.Line);
            }
        }

        // A list without a valid value must not hide the faults of other lists.
        if (settings.Count == 0) settings.Add(point => point);
        return settings;
    }

    private static string Text(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";
}
