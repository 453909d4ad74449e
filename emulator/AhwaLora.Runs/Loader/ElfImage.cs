using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Runs.Loader;

/// <summary>
/// A 32-bit little-endian RISC-V executable (System V ABI, chapters 4 and 5; RISC-V psABI), restricted to what can be loaded here. It is
/// read in parts, so that debug information of any size costs nothing.
/// </summary>
public sealed class ElfImage
{
    private const uint LoadSegment = 1, AllocatedSection = 2, CodeSection = 4;

    // A platform's memory has at most 1 GiB.
    private const long MostLoadedBytes = 1L << 30;

    // What cannot seek is held in memory as a whole.
    private const long MostPipedBytes = 256L << 20;

    private readonly Dictionary<string, ElfSymbol> _byName = [];

    private ElfImage(string path, ElfReader reader)
    {
        Path = path;
        EntryPoint = reader.EntryPoint;
        Segments = ReadSegments(reader);
        Sections = [.. reader.SectionHeaders.Zip(reader.SectionNames(), (header, name) => ReadSection(reader, header, name))];
        Symbols = [.. reader.ReadSymbols()];
        foreach (var symbol in Symbols) AddByName(symbol);
        Architecture = ReadArchitecture();
        Fault = reader.Fault;
        Identity = IdentityOf();
    }

    /// <summary>Address of the first instruction.</summary>
    public uint EntryPoint { get; }

    /// <summary>Loadable segments, in the file's order; none overlap.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Sections, in the file's order; none if the file has no headers of them, or damaged ones.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>Named symbols that are defined, in the file's order.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; }

    /// <summary>The ISA string of .riscv.attributes (<c>rv32i2p1_m2p0...</c>), or null if there is none.</summary>
    public string? Architecture { get; }

    /// <summary>What is wrong with the sections or symbols, which were left out; null for nothing.</summary>
    public string? Fault { get; }

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of all that decides how the program runs: its segments, its entry point, and the symbols of the host interface.</summary>
    public ReadOnlyMemory<byte> Identity { get; }

    /// <summary>Reads a file; a pipe is read to its end.</summary>
    /// <exception cref="UserErrorException">The file is missing or is not such an executable; the message says what is wrong.</exception>
    public static ElfImage Load(string path)
    {
        if (!InputFile.Read(path, HasLength)) return Parse(path, InputFile.Bytes(path, MostPipedBytes));
        using var file = InputFile.Open(path);
        return Parse(path, file);
    }

    /// <summary>False for a pipe and a device, also through a link, as a shell's /dev/fd/63.</summary>
    private static bool HasLength(string path) => new FileInfo(System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) is { Exists: true, Length: > 0 };

    /// <summary>Parses the bytes of a file called <paramref name="path"/>.</summary>
    /// <exception cref="UserErrorException">They are not such an executable.</exception>
    public static ElfImage Parse(string path, byte[] file)
    {
        using var stream = new MemoryStream(file, writable: false);
        return Parse(path, stream);
    }

    /// <summary>Fingerprint of the bytes that programs load, and where. It excludes debug information, which names folders.</summary>
    public static string FingerprintOf(IEnumerable<ElfImage> images)
    {
        using var bytes = new MemoryStream();
        Span<byte> word = stackalloc byte[4];
        foreach (var segment in images.SelectMany(image => image.Segments))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, segment.Address);
            bytes.Write(word);
            bytes.Write(segment.Contents.Span);
        }

        return Product.Fingerprint(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>
    /// Finds a symbol by name. A global symbol hides a weak one, and both hide local ones, which belong to one source file. If there are
    /// several of the same binding, the last in the file counts; so a local symbol is found if it is the only one, as by Spike.
    /// </summary>
    public bool TryGetSymbol(string name, [NotNullWhen(true)] out ElfSymbol? symbol) => _byName.TryGetValue(name, out symbol);

    private static ElfImage Parse(string path, Stream file)
    {
        try
        {
            return new ElfImage(path, new ElfReader(path, file));
        }
        catch (IOException e)
        {
            throw new UserErrorException($"{path}: cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void AddByName(ElfSymbol symbol)
    {
        if (!_byName.TryGetValue(symbol.Name, out var other) || symbol.Binding >= other.Binding) _byName[symbol.Name] = symbol;
    }

    private static List<ElfSegment> ReadSegments(ElfReader reader)
    {
        var segments = new List<ElfSegment>();
        var firstSection = reader.SectionHeaders.Where(s => (s.Flags & AllocatedSection) != 0 && s.Size != 0).Select(s => s.Offset).DefaultIfEmpty().Min();
        long bytes = 0;
        foreach (var (n, header) in reader.ReadProgramHeaders().Index())
        {
            if (header.Type != LoadSegment || header.MemoryBytes == 0) continue;
            var (address, size) = (header.PhysicalAddress, header.MemoryBytes);
            var what = $"segment {n} at 0x{address:x8}";
            if (header.FileBytes > size) throw reader.Fail($"{what} has {header.FileBytes} bytes in the file but only {size} in memory");
            if ((ulong)address + size > 1UL << 32) throw reader.Fail($"{what} with {size} bytes reaches beyond the 32-bit address space");
            bytes += header.FileBytes;
            if (bytes > MostLoadedBytes) throw reader.Fail($"its segments have more than {MostLoadedBytes} bytes in the file; a memory has at most 1 GiB");
            segments.Add(new ElfSegment(address, size, reader.Read(header.Offset, header.FileBytes, what), LeadingHeaders(header, firstSection)));
        }

        CheckOverlaps(reader, segments);
        return segments.Count != 0 ? segments : throw reader.Fail("it has no loadable segment; link a program");
    }

    private static void CheckOverlaps(ElfReader reader, List<ElfSegment> segments)
    {
        var last = default(ElfSegment);
        foreach (var segment in segments.OrderBy(s => s.Address))
        {
            if (last is not null && segment.Address < (ulong)last.Address + last.Size) throw reader.Fail($"segments overlap: {last.Range} and {segment.Range}; correct the linker script");
            last = segment;
        }
    }

    private static uint LeadingHeaders(ProgramHeader segment, uint firstSection) => segment.Offset == 0 && firstSection <= segment.FileBytes ? firstSection : 0;

    private static ElfSection ReadSection(ElfReader reader, SectionHeader header, string name)
    {
        var isNeeded = header.Type == SectionType.Attributes || (header.Flags & AllocatedSection) != 0;
        return new ElfSection(name, header.Type, (header.Flags & CodeSection) != 0, header.Address, isNeeded ? reader.ReadIfThere(header) : default(ReadOnlyMemory<byte>));
    }

    // .riscv.attributes: 'A', a sub-section "riscv" with Tag_File, in it Tag_RISCV_arch = 5 with a string (psABI, "Attributes").
    private string? ReadArchitecture()
    {
        if (Sections.FirstOrDefault(s => s.Type == SectionType.Attributes) is not { } section) return null;
        var text = Encoding.Latin1.GetString(section.Contents.Span);
        var at = text.IndexOf("\u0005rv", StringComparison.Ordinal);
        if (at < 0) return null;
        var end = text.IndexOf('\0', at);
        return end < 0 ? null : text[(at + 1)..end];
    }

    private byte[] IdentityOf()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        void Add(Span<byte> number, uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(number, value);
            hash.AppendData(number);
        }

        Add(number, EntryPoint);
        foreach (var name in new[] { "tohost", "fromhost" }) Add(number, TryGetSymbol(name, out var symbol) ? symbol.Value : 0);
        foreach (var segment in Segments)
        {
            Add(number, segment.Address);
            Add(number, segment.Size);
            Add(number, (uint)segment.Contents.Length);
            hash.AppendData(segment.Contents.Span);
        }

        return hash.GetHashAndReset();
    }
}
