using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AhwaLora.Emu.Lab.Loader;

/// <summary>A loadable segment.</summary>
/// <param name="Address">Physical address it is loaded to.</param>
/// <param name="Size">Bytes in memory; what the file does not hold is zero.</param>
/// <param name="Contents">Bytes in the file.</param>
public sealed record ElfSegment(uint Address, uint Size, ReadOnlyMemory<byte> Contents)
{
    /// <summary>Its range, as messages show it.</summary>
    public string Range => $"0x{Address:x8}-0x{(ulong)Address + Size - 1:x8}";
}

/// <summary>A section.</summary>
public sealed record ElfSection(string Name, uint Type, uint Address, ReadOnlyMemory<byte> Contents);

/// <summary>A symbol with a name.</summary>
/// <param name="Name">As the assembler wrote it.</param>
/// <param name="Value">Address.</param>
/// <param name="Size">Bytes; 0 where the assembler was not told.</param>
/// <param name="IsFunction">True for code.</param>
public sealed record ElfSymbol(string Name, uint Value, uint Size, bool IsFunction);

/// <summary>
/// A 32-bit little-endian RISC-V executable (System V ABI, chapters 4 and 5; RISC-V psABI). The shape is that of ELFSharp,
/// which the registry at hand does not serve (docs/decisions/0002): to change over, replace this file.
/// </summary>
public sealed class ElfImage
{
    private const int HeaderBytes = 52, ProgramHeaderBytes = 32, SectionHeaderBytes = 40, SymbolBytes = 16;
    private const int Class32 = 1, LittleEndian = 1, TypeExecutable = 2, MachineRiscV = 243;
    private const uint SegmentLoad = 1, SectionSymbols = 2, SectionNoBits = 8, SectionAttributes = 0x70000003;
    private const int SymbolFunction = 2, SymbolSection = 3, SymbolFile = 4;

    private readonly string _path;
    private readonly ReadOnlyMemory<byte> _file;
    private readonly Dictionary<string, ElfSymbol> _byName = [];

    private ElfImage(string path, ReadOnlyMemory<byte> file)
    {
        _path = path;
        _file = file;
        CheckHeader();
        EntryPoint = Word(24);
        Segments = ReadSegments();
        Sections = ReadSections();
        Symbols = ReadSymbols();
        foreach (var symbol in Symbols) _byName.TryAdd(symbol.Name, symbol);
        Architecture = ReadArchitecture();
    }

    /// <summary>Address of the first instruction.</summary>
    public uint EntryPoint { get; }

    /// <summary>Loadable segments, in the file's order; none overlap.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Sections, in the file's order.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>Named symbols, in the file's order.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; }

    /// <summary>The ISA string of .riscv.attributes (<c>rv32i2p1_m2p0...</c>), or null where there is none.</summary>
    public string? Architecture { get; }

    /// <summary>Where the file was.</summary>
    public string Path => _path;

    /// <summary>All of it.</summary>
    public ReadOnlyMemory<byte> File => _file;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">The file is missing or is not such an executable; the message says what it is.</exception>
    public static ElfImage Load(string path)
    {
        try
        {
            return Parse(path, System.IO.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(Directory.Exists(path) ? $"{path}: is a directory, not an ELF file" : $"{path}: {(System.IO.File.Exists(path) ? "cannot be read" : "no such file")}", e);
        }
    }

    /// <summary>Parses the bytes of a file called <paramref name="path"/>.</summary>
    /// <exception cref="UserErrorException">They are not such an executable.</exception>
    public static ElfImage Parse(string path, ReadOnlyMemory<byte> file) => new(path, file);

    /// <summary>Finds a symbol by name.</summary>
    public bool TryGetSymbol(string name, [NotNullWhen(true)] out ElfSymbol? symbol) => _byName.TryGetValue(name, out symbol);

    private void CheckHeader()
    {
        var bytes = _file.Span;
        if (bytes.Length < 4 || !bytes[..4].SequenceEqual("\u007fELF"u8)) throw Fail("not an ELF file");
        if (bytes.Length < HeaderBytes) throw Fail($"truncated: {bytes.Length} bytes, the ELF header alone has {HeaderBytes}");
        if (bytes[4] != Class32) throw Fail("a 64-bit ELF; build for RV32 (-march=rv32imf -mabi=ilp32f)");
        if (bytes[5] != LittleEndian) throw Fail("a big-endian ELF; RISC-V programs here are little-endian");
        if (Half(18) != MachineRiscV) throw Fail($"an ELF for machine {Half(18)}, not RISC-V (243)");
        if (Half(16) != TypeExecutable) throw Fail("not an executable (ET_EXEC); link it statically and without -pie");
    }

    private List<ElfSegment> ReadSegments()
    {
        var segments = new List<ElfSegment>();
        for (var n = 0; n < Half(44); n++)
        {
            var at = Word(28) + (long)n * Half(42);
            CheckRange(at, ProgramHeaderBytes, "a program header");
            if (Word(at) != SegmentLoad || Word(at + 20) == 0) continue;
            var (offset, address, fileSize, size) = (Word(at + 4), Word(at + 12), Word(at + 16), Word(at + 20));
            CheckRange(offset, fileSize, $"segment {n} at 0x{address:x8}");
            if (fileSize > size) throw Fail($"segment {n} at 0x{address:x8} has {fileSize} bytes in the file but only {size} in memory");
            if ((ulong)address + size > 1UL << 32) throw Fail($"segment {n} at 0x{address:x8} with {size} bytes reaches beyond the 32-bit address space");
            var segment = new ElfSegment(address, size, _file.Slice((int)offset, (int)fileSize));
            if (segments.FirstOrDefault(s => s.Address < (ulong)address + size && address < (ulong)s.Address + s.Size) is { } other)
            {
                throw Fail($"segments overlap: {other.Range} and {segment.Range}; correct the linker script");
            }

            segments.Add(segment);
        }

        return segments.Count != 0 ? segments : throw Fail("no loadable segment");
    }

    private List<ElfSection> ReadSections()
    {
        var headers = new List<(uint Name, uint Type, uint Address, uint Offset, uint Size)>();
        for (var n = 0; n < Half(48); n++)
        {
            var at = Word(32) + (long)n * Half(46);
            CheckRange(at, SectionHeaderBytes, "a section header");
            headers.Add((Word(at), Word(at + 4), Word(at + 12), Word(at + 16), Word(at + 20)));
        }

        var sections = new List<ElfSection>();
        var names = Half(50) < headers.Count ? headers[Half(50)] : default;
        foreach (var (name, type, address, offset, size) in headers)
        {
            if (type != SectionNoBits) CheckRange(offset, size, "a section");
            sections.Add(new ElfSection(
                Text(names.Offset + (long)name),
                type,
                address,
                type == SectionNoBits ? ReadOnlyMemory<byte>.Empty : _file.Slice((int)offset, (int)size)));
        }

        return sections;
    }

    private List<ElfSymbol> ReadSymbols()
    {
        var symbols = new List<ElfSymbol>();
        for (var n = 0; n < Half(48); n++)
        {
            var at = Word(32) + (long)n * Half(46);
            if (Word(at + 4) != SectionSymbols) continue;
            var link = Word(at + 24);
            if (link >= Half(48)) throw Fail("the symbol table has no string table");
            var strings = Word(Word(32) + (long)link * Half(46) + 16);
            for (uint s = 0; s + SymbolBytes <= Word(at + 20); s += SymbolBytes)
            {
                var entry = (long)Word(at + 16) + s;
                var kind = _file.Span[(int)entry + 12] & 15;
                var name = Text(strings + (long)Word(entry));
                if (name.Length == 0 || kind is SymbolSection or SymbolFile || Half(entry + 14) == 0) continue;
                symbols.Add(new ElfSymbol(name, Word(entry + 4), Word(entry + 8), kind == SymbolFunction));
            }
        }

        return symbols;
    }

    // .riscv.attributes: 'A', a sub-section "riscv" with Tag_File, in it Tag_RISCV_arch = 5 with a string (psABI, "Attributes").
    private string? ReadArchitecture()
    {
        if (Sections.FirstOrDefault(s => s.Type == SectionAttributes) is not { } section) return null;
        var text = Encoding.Latin1.GetString(section.Contents.Span);
        var at = text.IndexOf("\u0005rv", StringComparison.Ordinal);
        if (at < 0) return null;
        var end = text.IndexOf('\0', at);
        return end < 0 ? null : text[(at + 1)..end];
    }

    private string Text(long offset)
    {
        if (offset < 0 || offset >= _file.Length) throw Fail("a name lies outside the file; it is truncated");
        var bytes = _file.Span[(int)offset..];
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private ushort Half(long offset)
    {
        CheckRange(offset, 2, "a header");
        return BinaryPrimitives.ReadUInt16LittleEndian(_file.Span[(int)offset..]);
    }

    private uint Word(long offset)
    {
        CheckRange(offset, 4, "a header");
        return BinaryPrimitives.ReadUInt32LittleEndian(_file.Span[(int)offset..]);
    }

    private void CheckRange(long offset, long bytes, string what)
    {
        if (offset < 0 || offset + bytes > _file.Length) throw Fail($"truncated: {what} needs bytes {offset}-{offset + bytes - 1}, the file has {_file.Length}");
    }

    private UserErrorException Fail(string what) => new($"{_path}: {what}");
}
