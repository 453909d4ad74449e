using AhwaLora.Machine.Bus;

namespace AhwaLora.Debug.TimeTravel;

/// <summary>
/// The contents of one memory at a point of history: leaves of pages, shared with the point before if nothing
/// changed. A null page is all zero.
/// </summary>
/// <param name="Leaves">Pages by number, <see cref="PageHistory.LeafPages"/> per leaf.</param>
internal sealed record PageVersion(byte[]?[][] Leaves);

/// <summary>
/// Follows the changes of a memory: only pages that were stored to since the last capture are copied. The first store into a granule
/// reports itself through the memory's watch bytes, so stores cost nothing after that.
/// </summary>
internal sealed class PageHistory
{
    public const int LeafPages = 128;

    private const int GranulesPerPage = MemoryRegion.PageBytes >> MemoryRegion.GranuleShift;
    private static readonly byte[] Zero = new byte[MemoryRegion.PageBytes];

    private readonly MemoryRegion _memory;
    private readonly bool[] _isDirty;
    private readonly List<int> _dirty = [];
    private PageVersion _current;

    public PageHistory(MemoryRegion memory)
    {
        _memory = memory;
        var pages = (int)((memory.Size + MemoryRegion.PageBytes - 1) / MemoryRegion.PageBytes);
        _isDirty = new bool[pages];
        var empty = new byte[]?[LeafPages];
        _current = new PageVersion([.. Enumerable.Repeat(empty, (pages + LeafPages - 1) / LeafPages)]);
        memory.Stored += OnStored;
        for (var page = 0; page < pages; page++)
        {
            if (BytesOf(page).ContainsAnyExcept((byte)0)) MarkDirty(page);
            else Arm(page);
        }
    }

    /// <summary>The present contents.</summary>
    public PageVersion Capture()
    {
        if (_dirty.Count == 0) return _current;
        var leaves = (byte[]?[][])_current.Leaves.Clone();
        foreach (var page in _dirty)
        {
            var (leaf, index) = Math.DivRem(page, LeafPages);
            var bytes = BytesOf(page);
            if (!bytes.SequenceEqual(Contents(leaves[leaf][index], bytes.Length)))
            {
                if (leaves[leaf] == _current.Leaves[leaf]) leaves[leaf] = (byte[]?[])leaves[leaf].Clone();
                leaves[leaf][index] = bytes.ToArray();
            }

            Arm(page);
        }

        _dirty.Clear();
        return _current = new PageVersion(leaves);
    }

    /// <summary>Brings the memory to an earlier or later version.</summary>
    public void Restore(PageVersion version)
    {
        for (var leaf = 0; leaf < version.Leaves.Length; leaf++)
        {
            var (from, to) = (_current.Leaves[leaf], version.Leaves[leaf]);
            if (from == to) continue;
            for (var index = 0; index < LeafPages; index++)
            {
                if (from[index] != to[index]) MarkDirty(leaf * LeafPages + index);
            }
        }

        _current = version;
        foreach (var page in _dirty)
        {
            var (leaf, index) = Math.DivRem(page, LeafPages);
            _memory.Replace(page * MemoryRegion.PageBytes, Contents(version.Leaves[leaf][index], BytesOf(page).Length));
            Arm(page);
        }

        _dirty.Clear();
    }

    private static ReadOnlySpan<byte> Contents(byte[]? page, int bytes) => page ?? Zero.AsSpan(0, bytes);

    private Span<byte> BytesOf(int page)
    {
        var first = page * MemoryRegion.PageBytes;
        return _memory.Data.AsSpan(first, Math.Min(MemoryRegion.PageBytes, _memory.Data.Length - first));
    }

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if ((kinds & Watch.History) == 0) return;
        var last = (address - region.Base + bytes - 1) / MemoryRegion.PageBytes;
        for (var page = (address - region.Base) / MemoryRegion.PageBytes; page <= last; page++) MarkDirty((int)page);
    }

    private void MarkDirty(int page)
    {
        if (_isDirty[page]) return;
        _isDirty[page] = true;
        _dirty.Add(page);
        foreach (ref var granule in GranulesOf(page)) granule &= ~Watch.History;
    }

    private void Arm(int page)
    {
        _isDirty[page] = false;
        foreach (ref var granule in GranulesOf(page)) granule |= Watch.History;
    }

    private Span<Watch> GranulesOf(int page)
    {
        var first = page * GranulesPerPage;
        return _memory.Watches.AsSpan(first, Math.Min(GranulesPerPage, _memory.Watches.Length - first));
    }
}
