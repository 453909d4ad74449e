using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AhwaLora.Common.Text;

namespace AhwaLora.Machine.Platform;

/// <summary>
/// Reads a record from JSON and collects all that does not fit: the serializer stops at the first fault, so the node at fault is taken
/// away and the rest is read again, until there is no other.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed partial class JsonFaultReader<T>
    where T : class
{
    private const int MostFaults = 100;

    private readonly JsonObject _root;
    private readonly HashSet<string> _thinned = [], _listsWithGaps = [];

    /// <summary>Reads the record; nodes at fault are removed from <paramref name="root"/>. Faults that <see cref="JsonText.Faults"/> has found are in the list already.</summary>
    public JsonFaultReader(JsonObject root, JsonSerializerOptions style, PlatformFaults faults)
    {
        _root = root;
        while (Value is null && faults.All.Count < MostFaults)
        {
            try
            {
                Value = root.Deserialize<T>(style)!;
            }
            catch (JsonException e)
            {
                // That a member is missing is not news if it was taken away because of its own fault, and most faults are known already.
                var path = e.Path ?? "$";
                var field = path.TrimStart('$', '.');
                if (!_thinned.Contains(path) && !faults.All.Any(fault => fault.StartsWith($"field '{field}'", StringComparison.Ordinal))) faults.Add(JsonText.Describe(e));
                if (!Remove(path)) return;
            }
        }
    }

    /// <summary>The record without what does not fit; null if it cannot be read at all.</summary>
    public T? Value { get; private set; }

    /// <summary>The lists of which elements were left out: they are null in the record.</summary>
    public ISet<string> ListsWithGaps => _listsWithGaps;

    private bool Remove(string path)
    {
        var steps = Step().Matches(path);
        if (steps.Count == 0) return false;
        JsonNode? parent = _root;
        foreach (var step in steps.Take(steps.Count - 1)) parent = Child(parent, step);
        var last = steps[^1];
        _thinned.Add(path[..last.Index]);
        switch (parent)
        {
            case JsonObject record:
                return record.Remove(NameOf(last));
            case JsonArray list when IndexOf(last) is { } index && index < list.Count:
                // The others keep their numbers.
                _listsWithGaps.Add(path[..last.Index]);
                var isNew = list[index] is not null;
                list[index] = null;
                return isNew;
            default:
                return false;
        }
    }

    private static JsonNode? Child(JsonNode? node, Match step) => node switch
    {
        JsonObject record => record[NameOf(step)],
        JsonArray list when IndexOf(step) is { } index && index < list.Count => list[index],
        _ => null,
    };

    private static string NameOf(Match step) => step.Groups["name"].Success ? step.Groups["name"].Value : step.Groups["quoted"].Value;

    private static int? IndexOf(Match step) => int.TryParse(step.Groups["index"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    // The paths of JsonException: $.memories[0].base, $['a b'].
    [GeneratedRegex(@"\.(?<name>[^.\[]+)|\[(?<index>\d+)\]|\['(?<quoted>[^']*)'\]")]
    private static partial Regex Step();
}
