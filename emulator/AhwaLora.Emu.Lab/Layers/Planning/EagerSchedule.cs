using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Layers;

/// <summary>
/// firmware/apps/eager.c chunk by chunk, with the time that each part takes in place of the part: what follows from tile, DMA and
/// harts waiting for each other.
/// </summary>
/// <param name="shape">The layer, with its chunk.</param>
/// <param name="split">Over the harts.</param>
/// <param name="mapping">Its tiles.</param>
/// <param name="platform">Harts, tile and DMA.</param>
internal sealed class EagerSchedule(LayerShape shape, LoraSplit split, LayerMapping mapping, PlatformDescription platform)
{
    // Measured on the firmware: from one phase's work through its barrier to the next one's, and what the first two harts do
    // beside it for the tile and for the DMA.
    private const long PhaseCycles = 70, FeedCycles = 90, SubmitCycles = 120, MoveCycles = 80;
    private const int Ahead = 2, WordBytes = 4;

    private readonly LoraCost _cost = new(shape);
    private readonly AimcDescription _aimc = platform.Aimc!;
    private readonly DmaDescription _dma = platform.Dma ?? new DmaDescription();
    private readonly int _chunks = (shape.Tokens + shape.Chunk - 1) / shape.Chunk;

    /// <summary>Goes through the chunks.</summary>
    public LayerForecast Forecast()
    {
        var (loaded, tileEnd) = (new long[_chunks], new long[_chunks]);
        long dma = 0, hart = 0;
        var triggered = 0;
        void Load(int k, long at)
        {
            if (k < _chunks) loaded[k] = dma = Math.Max(dma, at) + Transfer(Tokens(k), shape.Inputs);
        }

        // As layer_feed: chunks up to k come in first, of the others those that have and for which the tile has a context free.
        long Feed(int k, int last, long at)
        {
            for (; triggered <= Math.Min(last, _chunks - 1); triggered++)
            {
                if (triggered <= k) at = Math.Max(at, loaded[triggered]);
                else if (loaded[triggered] > at || (triggered >= Ahead && tileEnd[triggered - Ahead] > at)) return at;
                at += SubmitCycles;
                tileEnd[triggered] = TileEnd(triggered, triggered == 0 ? 0 : tileEnd[triggered - 1], at);
            }

            return at;
        }

        for (var k = 0; k <= Ahead; k++) Load(k, MoveCycles * (k + 1));
        hart = Feed(0, Ahead - 1, hart);
        for (var k = 0; k < _chunks; k++)
        {
            Load(k + Ahead + 1, hart + MoveCycles);
            hart = Math.Max(hart + Down(Tokens(k)), Feed(k, k + Ahead, hart + _cost.FirstDown(Tokens(k), split) + FeedCycles)) + PhaseCycles;
            hart = Second(k, hart, tileEnd[k]);
            hart = Feed(k + 1, k + 1, hart) + PhaseCycles;
            dma = Math.Max(dma, hart + MoveCycles) + Transfer(Tokens(k), shape.Outputs);
        }

        var full = shape.Chunk;
        return new LayerForecast(
            HartCycles: _cost.Down(full, split) + _cost.Up(full, split, isAdded: true) + Terms * _cost.Add(full, split),
            TileCycles: full * Period,
            DmaCycles: Transfer(full, shape.Inputs) + Transfer(full, shape.Outputs),
            Cycles: dma);
    }

    // Tiles beyond the first that share the inputs: each one's outputs are added.
    private int Terms => mapping.Inputs.Count - 1;

    private long Integration => (long)Math.Ceiling(_aimc.IntegrationNs * platform.ClockMhz / 1000.0);

    private long In => Words(mapping.Inputs[0].Length);

    private long Out => Words(mapping.Outputs[0].Length);

    private long Period => Math.Max(Integration, Math.Max(In, Out));

    private long Down(int tokens) => Math.Max(_cost.Down(tokens, split), _cost.FirstDown(tokens, split) + 2 * MoveCycles);

    private long Second(int k, long hart, long tileEnd)
    {
        var terms = Terms * _cost.Add(Tokens(k), split);
        if (tileEnd <= hart) return hart + _cost.Up(Tokens(k), split, isAdded: true) + terms;
        hart = Math.Max(hart + _cost.Up(Tokens(k), split, isAdded: false), tileEnd) + PhaseCycles;
        return hart + _cost.Add(Tokens(k), split) + terms;
    }

    private long TileEnd(int k, long before, long ready) =>
        ready < before - Out - Integration
            ? before + Tokens(k) * Period
            : Math.Max(before, ready) + In + Words(mapping.Outputs[0].Length) + Integration + Out + (Tokens(k) - 1) * Period;

    private int Tokens(int k) => k + 1 < _chunks ? shape.Chunk : shape.Tokens - k * shape.Chunk;

    private long Words(int words) => (words + _aimc.StreamWordsPerCycle - 1) / _aimc.StreamWordsPerCycle;

    private long Transfer(int rows, int columns) => _dma.StartCycles + (long)rows * ((columns * WordBytes + _dma.BytesPerCycle - 1) / _dma.BytesPerCycle);
}
