using System.Text.Json;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>The name of each cause, wherever a user meets it: in tables, files, counters, profiles and pages.</summary>
public static class CauseNames
{
    private static readonly string[] _names = [.. Enum.GetValues<Cause>().Select(c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.ToString()))];

    /// <summary>Names by <see cref="Cause"/>.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The name of a cause.</summary>
    public static string Of(Cause cause) => _names[(int)cause];

    /// <summary>The cycles by the cause's name, without zeros, in the causes' order.</summary>
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
