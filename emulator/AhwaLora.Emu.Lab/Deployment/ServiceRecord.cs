using System.Buffers.Binary;

namespace AhwaLora.Emu.Lab.Deployment;

/// <summary>The words of <c>struct ahwa_service</c>: firmware/layer/service.h is the contract.</summary>
internal static class ServiceRecord
{
    public const string App = "service", Symbol = "service";
    public const uint Magic = 0x5652_4553;
    public const uint RunLayer = 1, Swap = 2;
    public const uint CommandOffset = 0x04, ServedOffset = 0x10, CyclesOffset = 0x14;
    public const int Bytes = 0x18, BlockBytes = 12;

    /// <summary>A command and, for a swap, its blocks; the words from <see cref="CommandOffset"/> on.</summary>
    public static byte[] Command(uint command, uint blocks = 0, int blockCount = 0) => Words(command, blocks, (uint)blockCount);

    /// <summary>Words, little-endian.</summary>
    public static byte[] Words(params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }
}
