using System.Text.Json;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>The conditions of layer runs, as all commands that run layers write them. Names and units are those of <see cref="Sweeps.SweepRow"/>.</summary>
/// <param name="Rank">r, rank of the adapter.</param>
/// <param name="Tokens">S, number of tokens.</param>
/// <param name="IntegrationNs">Integration time of the tiles in ns.</param>
/// <param name="Preset">Preset of the tiles' converters and noise.</param>
/// <param name="Strategy">The schedule of the adapter.</param>
/// <param name="Harts">Number of harts beside the tiles.</param>
/// <param name="Timing">Timing profile.</param>
/// <param name="Contention">Bank conflicts: <c>none</c> or <c>exact</c>.</param>
/// <param name="Seed">Seed of the numbers, the tiles and the machine.</param>
/// <param name="FirmwareSha256">Fingerprint of the code and data of two apps: the strategy's, and that of the tile alone.</param>
public record RunConditions(int Rank, int Tokens, int IntegrationNs, string Preset, string Strategy, int Harts, string Timing, string Contention, ulong Seed, string FirmwareSha256)
{
    /// <summary>Digest of the built product.</summary>
    public string Build { get; } = Product.Build;

    /// <summary>The contention setting as results write it.</summary>
    public static string NameOf(Contention contention) => JsonNamingPolicy.SnakeCaseLower.ConvertName(contention.ToString());
}
