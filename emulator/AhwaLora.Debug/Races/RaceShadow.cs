using AhwaLora.Machine.Bus;

namespace AhwaLora.Debug.Races;

/// <summary>Two accesses of the same bytes, at least one of them a write, that are not ordered.</summary>
/// <param name="Address">Address of the word that holds them.</param>
/// <param name="First">The earlier access.</param>
/// <param name="Second">The later one.</param>
public sealed record Race(uint Address, RacingAccess First, RacingAccess Second);

/// <summary>One side of a race.</summary>
/// <param name="Actor">The hart by number, then the devices with jobs, in the machine's order.</param>
/// <param name="IsWrite">True for a write.</param>
/// <param name="Pc">Address of the instruction that accesses, or that launched the job that accesses.</param>
public readonly record struct RacingAccess(int Actor, bool IsWrite, uint Pc);

/// <summary>
/// The last accesses of each word of a memory, with vector clocks (Flanagan and Freund, "FastTrack", PLDI 2009): an access is ordered
/// after another if its actor's clock has acquired the other's time. Pages are made when they are first accessed. A page is kept by
/// words until bytes or half-words of it are accessed, then by bytes, since neighbours in a word do not race.
/// </summary>
internal sealed class RaceShadow(MemoryRegion memory, uint[][] clocks, Action<Race> report)
{
    private const int PageShift = 12, WordShift = 2;
    private const int Nobody = 0, Several = -1; // actors are kept from 1 on

    private readonly Page?[] _pages = new Page?[(memory.Size + (1u << PageShift) - 1) >> PageShift];

    /// <summary>The last write of a granule, and its last read or the last read of each actor.</summary>
    private struct Cell
    {
        public int Writer, Reader;
        public uint WriteTime, WritePc, ReadTime, ReadPc;
    }

    /// <summary>Each actor's last read of a granule that several have read.</summary>
    private sealed class Readers(int actors)
    {
        public readonly uint[] Times = new uint[actors], Pcs = new uint[actors];
    }

    private sealed class Page(int shift)
    {
        public int Shift = shift;
        public Cell[] Cells = new Cell[1 << (PageShift - shift)];
        public Dictionary<int, Readers>? Shared;

        /// <summary>Keeps each byte of a word by itself from now on.</summary>
        public void Split()
        {
            if (Shift == 0) return;
            var bytes = new Cell[1 << PageShift];
            for (var n = 0; n < bytes.Length; n++) bytes[n] = Cells[n >> WordShift];
            if (Shared is not null) Shared = Shared.SelectMany(s => Enumerable.Range(s.Key << WordShift, 1 << WordShift).Select(n => (n, Copy(s.Value)))).ToDictionary();
            (Cells, Shift) = (bytes, 0);
        }

        private static Readers Copy(Readers readers)
        {
            var copy = new Readers(readers.Times.Length);
            readers.Times.CopyTo(copy.Times, 0);
            readers.Pcs.CopyTo(copy.Pcs, 0);
            return copy;
        }
    }

    /// <summary>True if the bytes all lie in this memory.</summary>
    public bool Contains(uint address, uint bytes) => memory.Contains(address, bytes);

    /// <summary>Records an access of bytes, which all lie in this memory.</summary>
    public void Access(int actor, uint address, uint bytes, bool isWrite, uint pc)
    {
        var (first, end) = (address - memory.Base, address - memory.Base + bytes);
        var isWhole = ((first | end) & ((1 << WordShift) - 1)) == 0;
        while (first < end)
        {
            ref var page = ref _pages[first >> PageShift];
            page ??= new Page(isWhole ? WordShift : 0);
            if (!isWhole) page.Split();
            var stop = Math.Min(end, (first | ((1u << PageShift) - 1)) + 1);
            for (; first < stop; first += 1u << page.Shift)
            {
                Access(page, (int)(first & ((1u << PageShift) - 1)) >> page.Shift, memory.Base + first, new RacingAccess(actor, isWrite, pc));
            }
        }
    }

    private void Access(Page page, int granule, uint address, RacingAccess access)
    {
        ref var cell = ref page.Cells[granule];
        var clock = clocks[access.Actor];
        if (cell.Writer != Nobody && cell.WriteTime > clock[cell.Writer - 1]) Report(address, new RacingAccess(cell.Writer - 1, true, cell.WritePc), access);
        if (access.IsWrite) Write(page, granule, ref cell, address, access, clock);
        else Read(page, granule, ref cell, access, clock);
    }

    private void Read(Page page, int granule, ref Cell cell, RacingAccess access, uint[] clock)
    {
        if (cell.Reader == Several)
        {
            var readers = page.Shared![granule];
            (readers.Times[access.Actor], readers.Pcs[access.Actor]) = (clock[access.Actor], access.Pc);
            return;
        }

        // A read that is ordered after the last one stands for both: whatever races with that one races with this one.
        var replaces = cell.Reader == Nobody || cell.Reader == access.Actor + 1 || cell.ReadTime <= clock[cell.Reader - 1];
        if (replaces)
        {
            (cell.Reader, cell.ReadTime, cell.ReadPc) = (access.Actor + 1, clock[access.Actor], access.Pc);
            return;
        }

        var both = new Readers(clocks.Length);
        (both.Times[cell.Reader - 1], both.Pcs[cell.Reader - 1]) = (cell.ReadTime, cell.ReadPc);
        (both.Times[access.Actor], both.Pcs[access.Actor]) = (clock[access.Actor], access.Pc);
        (page.Shared ??= [])[granule] = both;
        cell.Reader = Several;
    }

    private void Write(Page page, int granule, ref Cell cell, uint address, RacingAccess access, uint[] clock)
    {
        if (cell.Reader == Several)
        {
            var readers = page.Shared![granule];
            for (var other = 0; other < clock.Length; other++)
            {
                if (readers.Times[other] > clock[other]) Report(address, new RacingAccess(other, false, readers.Pcs[other]), access);
            }
        }
        else if (cell.Reader != Nobody && cell.ReadTime > clock[cell.Reader - 1])
        {
            Report(address, new RacingAccess(cell.Reader - 1, false, cell.ReadPc), access);
        }

        (cell.Writer, cell.WriteTime, cell.WritePc) = (access.Actor + 1, clock[access.Actor], access.Pc);
    }

    private void Report(uint address, RacingAccess first, RacingAccess second) => report(new Race(address & ~3u, first, second));
}
