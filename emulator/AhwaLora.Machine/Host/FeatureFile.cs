using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Host;

/// <summary>
/// The file ":semihosting-features", which tells a guest what its host can do (semihosting specification, "Feature bits"). It may be
/// open several times, each time with a position of its own. Results are at least 0, or a negated <see cref="Errno"/>.
/// </summary>
internal sealed class FeatureFile : IStateful
{
    /// <summary>Its name.</summary>
    public const string Name = ":semihosting-features";

    /// <summary>Its first handle, higher than any handle of a host.</summary>
    private const uint FirstHandle = 0x4000_0000;

    private const int MostOpen = 16;
    private const uint Closed = uint.MaxValue;

    private readonly uint[] _positions = new uint[MostOpen];

    /// <summary>A file that is not open.</summary>
    public FeatureFile() => Array.Fill(_positions, Closed);

    /// <summary>Magic, then bit 0: SYS_EXIT_EXTENDED, bit 1: ":tt" opened for appending is standard error.</summary>
    private static ReadOnlySpan<byte> Contents => [(byte)'S', (byte)'H', (byte)'F', (byte)'B', 0b11];

    /// <summary>True for a handle of this file, open or closed.</summary>
    public static bool Has(uint handle) => handle - FirstHandle < MostOpen;

    /// <summary>Opens it for reading; returns the lowest free handle.</summary>
    public int Open()
    {
        var free = Array.IndexOf(_positions, Closed);
        if (free < 0) return -Errno.EMFILE;
        _positions[free] = 0;
        return (int)FirstHandle + free;
    }

    /// <summary>Closes a handle; returns 0.</summary>
    public int Close(uint handle)
    {
        if (!IsOpen(handle)) return -Errno.EBADF;
        _positions[handle - FirstHandle] = Closed;
        return 0;
    }

    /// <summary>Returns the bytes in the file.</summary>
    public int Length(uint handle) => IsOpen(handle) ? Contents.Length : -Errno.EBADF;

    /// <summary>Moves the handle's position; returns 0. A position beyond the end is that of the end.</summary>
    public int Seek(uint handle, uint position)
    {
        if (!IsOpen(handle)) return -Errno.EBADF;
        _positions[handle - FirstHandle] = Math.Min(position, (uint)Contents.Length);
        return 0;
    }

    /// <summary>Reads up to <paramref name="bytes"/> bytes into the guest's buffer; returns how many.</summary>
    public int Read(uint handle, AddressSpace space, uint address, uint bytes)
    {
        if (!IsOpen(handle)) return -Errno.EBADF;
        ref var position = ref _positions[handle - FirstHandle];
        var rest = Contents[(int)Math.Min(position, (uint)Contents.Length)..];
        rest = rest[..(int)Math.Min((uint)rest.Length, bytes)];
        if (rest.IsEmpty) return 0;
        if (!space.WriteBlock(address, rest, Initiators.Host)) return -Errno.EFAULT;
        position += (uint)rest.Length;
        return rest.Length;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => state.Array(_positions);

    private bool IsOpen(uint handle) => _positions[handle - FirstHandle] != Closed;
}
