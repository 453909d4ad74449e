using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;

namespace AhwaLora.Debug.Gdb;

/// <summary>Memory and registers of devices as the debugger reads and writes them: reads have no side effects.</summary>
internal static class GuestAccess
{
    /// <summary>Reads up to <paramref name="bytes"/> bytes, and stops before the first that is not mapped.</summary>
    public static byte[] Read(Hart hart, uint address, int bytes)
    {
        var result = new List<byte>(bytes);
        while (result.Count < bytes)
        {
            var left = bytes - result.Count;
            var at = address + (uint)result.Count;
            if (result.Count != 0 && at == 0) break; // the address space does not wrap
            if (hart.Space.FindMemory(at, 1) is { } memory)
            {
                var offset = (int)(at - memory.Base);
                result.AddRange(memory.Data.AsSpan(offset, Math.Min(left, memory.Data.Length - offset)));
            }
            else if (!PeekDevice(hart, at, left, result))
            {
                break;
            }
        }

        return [.. result];
    }

    /// <summary>Writes bytes to memory, or one naturally aligned value to a device, as the hart would; false if that cannot be done.</summary>
    public static bool Write(Hart hart, uint address, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || hart.Space.WriteBlock(address, bytes, Initiators.Host)) return true;
        if (bytes.Length is not (1 or 2 or 4) || address % (uint)bytes.Length != 0 || hart.Space.FindDevice(address, (uint)bytes.Length) is not { } mapping) return false;
        var value = 0u;
        for (var n = bytes.Length - 1; n >= 0; n--) value = value << 8 | bytes[n];
        return mapping.Device.Write(new BusAccess(address - mapping.Base, bytes.Length, hart.Id, hart.Time), value) == BusResponse.Ok;
    }

    /// <summary>Adds one register; if none can be read at the address, one byte of the word around it.</summary>
    private static bool PeekDevice(Hart hart, uint address, int bytes, List<byte> result)
    {
        foreach (var width in (ReadOnlySpan<int>)[4, 2, 1])
        {
            if (width > bytes || address % (uint)width != 0 || !hart.Space.Peek(address, width, hart.Time, out var value)) continue;
            for (var n = 0; n < width; n++) result.Add((byte)(value >> (8 * n)));
            return true;
        }

        if (!hart.Space.Peek(address & ~3u, 4, hart.Time, out var word)) return false;
        result.Add((byte)(word >> (int)(8 * (address & 3))));
        return true;
    }
}
