using System.Text.Json;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Names of the causes in tables, files, hardware events and debuggers.</summary>
public static class CauseNames
{
    private static readonly string[] _names = [.. Enum.GetValues<Cause>().Select(c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.ToString()))];

    /// <summary>Names by <see cref="Cause"/>.</summary>
    public static IReadOnlyList<string> All => _names;

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
