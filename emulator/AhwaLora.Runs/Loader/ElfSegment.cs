namespace AhwaLora.Runs.Loader;

/// <summary>A loadable segment.</summary>
/// <param name="Address">Physical address it is loaded to.</param>
/// <param name="Size">Bytes in memory; those beyond the file's contents are zero.</param>
/// <param name="Contents">Bytes in the file.</param>
/// <param name="HeaderBytes">
/// Number of its first bytes that are the file's headers and padding: linkers put them before code at a fixed address.
/// </param>
public sealed record ElfSegment(uint Address, uint Size, ReadOnlyMemory<byte> Contents, uint HeaderBytes = 0)
{
    /// <summary>The segment from its first section on.</summary>
    public ElfSegment WithoutHeaders() => HeaderBytes == 0 ? this : new(Address + HeaderBytes, Size - HeaderBytes, Contents[(int)HeaderBytes..]);

    /// <summary>Its address range, for messages.</summary>
    public string Range => $"0x{Address:x8}-0x{(ulong)Address + Size - 1:x8}";
}
