using System.Text.Json;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Runs.Profiling;

/// <summary>Causes as tables and files name them.</summary>
public static class CauseNames
{
    private static readonly string[] _names = [.. Enum.GetValues<Cause>().Select(c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.ToString()))];

    /// <summary>By <see cref="Cause"/>.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The cycles that are not zero, by the cause's name, in the causes' order.</summary>
    public static Dictionary<string, ulong> Spent(IReadOnlyList<ulong> cycles)
    {
        var spent = new Dictionary<string, ulong>();
        for (var n = 0; n < _names.Length; n++)
        {
            if (cycles[n] != 0) spent[_names[n]] = cycles[n];
        }

        return spent;
    }
}
