using AhwaLora.Experiments.Layers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Study;

/// <summary>
/// The machine of the study, docs/study/platform.json: the reference platform with two changes. It has 1 MiB of TCDM, so that every
/// published point fits in FP32. Its DMA moves 512 bits per cycle, as in the Snitch cluster, so that data movement limits no layer.
/// </summary>
public static class StudyPlatform
{
    private const uint TcdmBytes = 1 << 20;
    private const int DmaBytesPerCycle = 64;

    /// <summary>The platform.</summary>
    public static PlatformDescription Description { get; } = new PlatformDescription
    {
        Name = "study",
        Dma = new DmaDescription { BytesPerCycle = DmaBytesPerCycle },
    }.WithMemory(LayerFootprint.TcdmBase, tcdm => tcdm with { Size = TcdmBytes });
}
