using System.Text.Json;
using AhwaLora.Machine;

namespace AhwaLora.Experiments.Results;

/// <summary>How layers were run, as all commands that run some write it. Names and units are those of <see cref="Sweeps.SweepRow"/>.</summary>
/// <param name="Rank">r.</param>
/// <param name="Tokens">S.</param>
/// <param name="IntegrationNs">Integration time of the tiles.</param>
/// <param name="Preset">Converters and noise of the tiles.</param>
/// <param name="Strategy">How the adapter was scheduled.</param>
/// <param name="Harts">Harts beside the tiles.</param>
/// <param name="Timing">Timing profile.</param>
/// <param name="Contention">Bank conflicts: <c>none</c> or <c>exact</c>.</param>
/// <param name="Seed">Of numbers, tiles and machine.</param>
public record RunConditions(int Rank, int Tokens, int IntegrationNs, string Preset, string Strategy, int Harts, string Timing, string Contention, ulong Seed)
{
    /// <summary>Contention as results write it.</summary>
    public static string NameOf(Contention contention) => JsonNamingPolicy.SnakeCaseLower.ConvertName(contention.ToString());
}
