using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// Memory as the engine sees it. Its beats reach after the matrices: bytes that no memory has read as zero, and stores to them
/// are lost.
/// </summary>
/// <param name="space">The memories.</param>
/// <param name="initiator">The engine's number on the bus.</param>
/// <param name="storesAreLost">True to change nothing.</param>
internal sealed class EngineMemory(AddressSpace space, int initiator, bool storesAreLost)
{
    public void Read(uint address, Span<byte> bytes)
    {
        if (space.FindMemory(address, (uint)bytes.Length) is { } whole)
        {
            whole.Data.AsSpan((int)(address - whole.Base), bytes.Length).CopyTo(bytes);
            return;
        }

        for (var n = 0; n < bytes.Length; n++) bytes[n] = space.FindMemory(address + (uint)n, 1) is { } memory ? (byte)memory.Load(address + (uint)n, 1) : (byte)0;
    }

    public void Write(uint address, ReadOnlySpan<byte> bytes)
    {
        if (storesAreLost || space.WriteBlock(address, bytes, initiator)) return;
        for (var n = 0; n < bytes.Length; n++) space.WriteBlock(address + (uint)n, bytes.Slice(n, 1), initiator);
    }
}
