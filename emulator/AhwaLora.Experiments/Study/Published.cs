namespace AhwaLora.Experiments.Study;

/// <summary>
/// Published figures for AHWA-LoRA on AIMC tiles beside a RISC-V cluster (Li et al., arXiv 2411.17367v3), and what we have to
/// assume about it: the paper gives neither the number of cores nor the size of the matrix engine.
/// </summary>
public static class Published
{
    /// <summary>Smallest published overhead of the adapter relative to the tile alone, in percent.</summary>
    public const double LeastOverheadPercent = 4;

    /// <summary>The worst case: latency divided by that of the tile alone.</summary>
    public const double WorstLatencyRatio = 2.72;

    /// <summary>The layer of the worst case, and the duration of its MVM in ns.</summary>
    public static readonly (int Inputs, int Outputs, int IntegrationNs) Worst = (512, 128, 128);

    /// <summary>Multiply-adds per cycle of the matrix engine: that of RedMulE's default array; assumed.</summary>
    public const int MatrixEngineMultiplyAdds = 48;

    /// <summary>TCDM need in KiB by (inputs, outputs, chunk), for r = 8.</summary>
    public static readonly IReadOnlyDictionary<(int Inputs, int Outputs, int Chunk), string> TcdmKib = new Dictionary<(int, int, int), string>
    {
        [(128, 128, 8)] = "8.2",
        [(128, 128, 128)] = "70",
        [(512, 128, 8)] = "21",
        [(512, 128, 128)] = "172",
    };
}
