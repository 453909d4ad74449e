using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Planning;

/// <summary>The cycles that a chunk and a whole run are expected to take.</summary>
/// <param name="HartCycles">Cycles per chunk of the slowest hart, with the addition as part of the second product.</param>
/// <param name="TileCycles">Cycles per chunk of the tile, if it works without a pause.</param>
/// <param name="DmaCycles">Cycles per chunk of the DMA: X in, Y out.</param>
/// <param name="Cycles">Cycles of the run.</param>
public sealed record LayerForecast(long HartCycles, long TileCycles, long DmaCycles, long Cycles);

/// <summary>
/// The chunk and the split with which a layer is expected to finish first under the eager schedule. A larger chunk gives better
/// blocks and fewer barriers, so that fewer harts keep up with the tile. A smaller chunk takes less time at the start
/// and at the end. Harts and tile finish together unless the tile is slower at every chunk that fits.
/// </summary>
/// <param name="Chunk">t, tokens per chunk.</param>
/// <param name="Split">The split over the harts.</param>
/// <param name="Forecast">The forecast that the choice rests on.</param>
public sealed record LayerPlan(int Chunk, LoraSplit Split, LayerForecast Forecast)
{
    /// <summary>Largest chunk that is considered.</summary>
    public const int LargestChunk = 128;

    // Accesses may fall into step and collide more often than at random. If the harts then cannot keep up with the tile, the chunk
    // costs much; a larger chunk costs little.
    private const double UnluckyWaits = 1.5;

    /// <summary>The plan, if the strategy has one; else null.</summary>
    internal static LayerPlan? For(IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, Contention contention) =>
        strategy.IsPlanned ? Choose(chain[0].Shape, strategy, platform, contention) : null;

    /// <summary>Chooses among the chunks that fit the TCDM: 1 to 8, then in steps of one eighth.</summary>
    /// <exception cref="UserErrorException">Not even one token fits, or the platform has no TCDM or no tiles.</exception>
    public static LayerPlan Choose(LayerShape shape, LayerStrategy strategy, PlatformDescription platform, Contention contention = Contention.None)
    {
        shape.Check();
        var mapping = LayerMapping.Of([shape], strategy, platform)[0];
        var tcdm = LayerFootprint.TcdmOf(platform) ?? throw new UserErrorException(LayerFootprint.NoTcdm);
        var available = LayerFootprint.Available(FirmwareImages.Load(LayerStrategy.Balanced.App), tcdm.Size);
        LayerPlan? best = null;
        var fewest = long.MaxValue;
        foreach (var chunk in Chunks(Math.Min(shape.Tokens, LargestChunk)))
        {
            var candidate = shape with { Chunk = chunk };
            if (LayerFootprint.Bytes(candidate, LayerStrategy.Eager, mapping.Inputs.Count) > available) break;
            var split = new LoraCost(candidate).Split(chunk, platform.Harts);
            LayerForecast Forecast(double waits) => new EagerSchedule(candidate, split, mapping, platform, contention, waits).Forecast();

            var (expected, unlucky) = (Forecast(1), Forecast(UnluckyWaits));
            if (expected.Cycles + unlucky.Cycles >= fewest) continue;
            fewest = expected.Cycles + unlucky.Cycles;
            best = new LayerPlan(chunk, split, expected);
        }

        return best ?? throw new UserErrorException($"the TCDM is too small for a layer of {shape.Inputs}x{shape.Outputs} even with one token per chunk; give a platform file with a larger tcdm");
    }

    private static IEnumerable<int> Chunks(int most)
    {
        for (var chunk = 1; chunk <= most; chunk += Math.Max(1, chunk / 8)) yield return chunk;
    }
}
