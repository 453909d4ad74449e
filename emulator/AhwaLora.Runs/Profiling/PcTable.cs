namespace AhwaLora.Runs.Profiling;

/// <summary>A value for each address of code, in pages that are made when first needed.</summary>
internal sealed class PcTable<T>
{
    private const int PageShift = 12, Slots = 1 << (PageShift - 1);

    private readonly Dictionary<uint, T[]> _pages = [];
    private T[] _page = [];
    private uint _number = uint.MaxValue;

    /// <summary>The value at <paramref name="pc"/>; the default value if none was set.</summary>
    public ref T this[uint pc]
    {
        get
        {
            if (pc >> PageShift != _number) Turn(pc >> PageShift);
            return ref _page[(pc >> 1) & (Slots - 1)];
        }
    }

    /// <summary>All addresses of the pages in use, with their values, in order.</summary>
    public IEnumerable<(uint Pc, T Value)> Entries
    {
        get
        {
            foreach (var (number, page) in _pages.OrderBy(p => p.Key))
            {
                for (var n = 0u; n < Slots; n++) yield return ((number << PageShift) + 2 * n, page[n]);
            }
        }
    }

    private void Turn(uint number)
    {
        if (!_pages.TryGetValue(number, out _page!)) _pages[number] = _page = new T[Slots];
        _number = number;
    }
}
