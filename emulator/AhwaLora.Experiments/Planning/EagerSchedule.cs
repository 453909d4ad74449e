using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Planning;

/// <summary>
/// Models firmware/apps/eager.c chunk by chunk, with the duration of each part instead of the part itself. The result follows from how
/// tile, DMA and harts wait for each other.
/// </summary>
internal sealed class EagerSchedule
{
    // Measured on the firmware: the cycles from one phase's work through its barrier to the next phase's work, and the cycles that the first
    // two harts also spend on the tile and on the DMA.
    private const long PhaseCycles = 70, FeedCycles = 90, SubmitCycles = 120, MoveCycles = 80;
    private const int Ahead = (int)LayerSchedule.Ahead, WordBytes = sizeof(float), Rounds = 4;

    private readonly LayerShape _shape;
    private readonly LoraSplit _split;
    private readonly LayerMapping _mapping;
    private readonly AimcDescription _aimc;
    private readonly DmaDescription _dma;
    private readonly LoraCost _cost;
    private readonly int _chunks;
    private readonly long _integration, _in, _out;

    // Cycles that an access waits for its bank in x A, in (x A) B and in an addition, and cycles per token on the tile, whose
    // streamers wait too. The DMA is assumed to be fast enough to make up for its waits.
    private double _downWait, _upWait, _addWait;
    private long _period;

    /// <summary>The schedule of one layer.</summary>
    /// <param name="shape">The layer, with its chunk.</param>
    /// <param name="split">The split over the harts.</param>
    /// <param name="mapping">Its tiles.</param>
    /// <param name="platform">Harts, tile and DMA.</param>
    /// <param name="contention">The contention of the banks.</param>
    /// <param name="waits">Factor on the waits for banks: 1 for the expected waits.</param>
    public EagerSchedule(LayerShape shape, LoraSplit split, LayerMapping mapping, PlatformDescription platform, Contention contention, double waits = 1)
    {
        (_shape, _split, _mapping, _aimc, _dma, _cost) = (shape, split, mapping, platform.Aimc!, platform.Dma ?? new DmaDescription(), new LoraCost(shape));
        _chunks = (shape.Tokens + shape.Chunk - 1) / shape.Chunk;
        _integration = (long)Math.Ceiling(_aimc.IntegrationNs * platform.ClockMhz / 1000.0);
        (_in, _out) = (Words(mapping.Inputs[0].Length), Words(mapping.Outputs[0].Length));
        _period = PeriodAt(0);
        for (var i = 0; i < Rounds; i++) MeetAtBanks(platform, contention, waits);
    }

    // Waits lengthen the time per token, and in a longer time fewer words per cycle collide with the harts'. A few rounds converge.
    private void MeetAtBanks(PlatformDescription platform, Contention contention, double waits)
    {
        var tokens = _shape.Chunk;
        var (down, up, add) = (_cost.Down(tokens, _split), _cost.Up(tokens, _split, isAdded: true), _cost.Add(tokens, _split));
        var harts = down.With(_downWait) + up.With(_upWait);
        var banks = new BankModel(platform, contention, 2.0 * (_shape.Inputs + _shape.Outputs) / Math.Max(_period, harts / tokens), waits); // tile and DMA each move X and Y
        _downWait = banks.Wait(_split.DownTokens * _split.DownRanks, down);
        _upWait = banks.Wait(_split.UpTokens * _split.UpOutputs, up);
        _addWait = banks.Wait(_split.UpTokens * _split.UpOutputs, add);

        // Tokens that the tile finishes beside each product; it has the banks to itself for the remaining tokens, if any.
        var (downCycles, upCycles) = ((double)down.With(_downWait), (double)up.With(_upWait));
        var beside = downCycles / PeriodAt(BankModel.OfStreamer(_downWait)) + upCycles / PeriodAt(BankModel.OfStreamer(_upWait));
        var share = Math.Min(1, tokens / beside);
        _period = (long)((share * (downCycles + upCycles) + (tokens - share * beside) * PeriodAt(0)) / tokens);
    }

    /// <summary>Steps through the chunks.</summary>
    public LayerForecast Forecast()
    {
        var (loaded, tileEnd) = (new long[_chunks], new long[_chunks]);
        long dma = 0, hart = 0;
        var triggered = 0;
        void Load(int k, long at)
        {
            if (k < _chunks) loaded[k] = dma = Math.Max(dma, at) + CopyCycles(Tokens(k), _shape.Inputs);
        }

        // As layer_feed does: chunks up to k are always submitted; a later chunk is submitted if it is loaded and the tile has a free context for it.
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
            hart = Math.Max(hart + Down(Tokens(k)), Feed(k, k + Ahead, hart + FirstDown(Tokens(k)) + FeedCycles)) + PhaseCycles;
            hart = Second(k, hart, tileEnd[k]);
            hart = Feed(k + 1, k + 1, hart) + PhaseCycles;
            dma = Math.Max(dma, hart + MoveCycles) + CopyCycles(Tokens(k), _shape.Outputs);
        }

        var full = _shape.Chunk;
        return new LayerForecast(
            HartCycles: _cost.Down(full, _split).With(_downWait) + Up(full, isAdded: true) + Terms * Add(full),
            TileCycles: full * _period,
            DmaCycles: CopyCycles(full, _shape.Inputs) + CopyCycles(full, _shape.Outputs),
            Cycles: dma);
    }

    // Further tiles that share the inputs: the harts add the outputs of each.
    private int Terms => _mapping.Inputs.Count - 1;

    private long PeriodAt(double wait) => Math.Max(_integration, (long)(Math.Max(_in, _out) * (1 + wait)));

    private long Down(int tokens) => Math.Max(_cost.Down(tokens, _split).With(_downWait), FirstDown(tokens) + 2 * MoveCycles);

    private long FirstDown(int tokens) => _cost.FirstDown(tokens, _split).With(_downWait);

    private long Up(int tokens, bool isAdded) => _cost.Up(tokens, _split, isAdded).With(_upWait);

    private long Add(int tokens) => _cost.Add(tokens, _split).With(_addWait);

    private long Second(int k, long hart, long tileEnd)
    {
        var terms = Terms * Add(Tokens(k));
        if (tileEnd <= hart) return hart + Up(Tokens(k), isAdded: true) + terms;
        hart = Math.Max(hart + Up(Tokens(k), isAdded: false), tileEnd) + PhaseCycles;
        return hart + Add(Tokens(k)) + terms;
    }

    private long TileEnd(int k, long before, long ready) =>
        ready < before - _out - _integration
            ? before + Tokens(k) * _period
            : Math.Max(before, ready) + _in + _out + _integration + _out + (Tokens(k) - 1) * _period;

    private int Tokens(int k) => k + 1 < _chunks ? _shape.Chunk : _shape.Tokens - k * _shape.Chunk;

    private long Words(int words) => (words + _aimc.StreamWordsPerCycle - 1) / _aimc.StreamWordsPerCycle;

    private long CopyCycles(int rows, int columns) => _dma.StartCycles + (long)rows * ((columns * WordBytes + _dma.BytesPerCycle - 1) / _dma.BytesPerCycle);
}
