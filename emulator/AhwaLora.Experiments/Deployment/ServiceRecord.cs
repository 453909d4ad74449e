using AhwaLora.Experiments.Layers;

namespace AhwaLora.Experiments.Deployment;

/// <summary>The words of <c>struct ahwa_service</c>: firmware/layer/service.h is the contract.</summary>
internal static class ServiceRecord
{
    public const string App = "service", Symbol = "service";
    public const uint RunLayer = 1, Swap = 2;
    public const uint CommandOffset = 0x04, ServedOffset = 0x10, CyclesOffset = 0x14;

    /// <summary>A command and, for a swap, its blocks; the words from <see cref="CommandOffset"/> on.</summary>
    public static byte[] Command(uint command, uint blocks = 0, int blockCount = 0) => GuestData.Words(command, blocks, (uint)blockCount);
}
