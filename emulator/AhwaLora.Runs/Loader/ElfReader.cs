using System.Buffers.Binary;
using System.Text;
using AhwaLora.Common.Files;

namespace AhwaLora.Runs.Loader;

/// <summary>An entry of the program header table, as it stands in the file.</summary>
internal readonly record struct ProgramHeader(uint Type, uint Offset, uint PhysicalAddress, uint FileBytes, uint MemoryBytes);

/// <summary>An entry of the section header table, as it stands in the file.</summary>
internal readonly record struct SectionHeader(uint Name, uint Type, uint Flags, uint Address, uint Offset, uint Size, uint Link, uint Info);

/// <summary>
/// The header and the tables of an ELF file of 32 bits, little-endian, of any size (System V ABI, chapters 4 and 5). What a program needs
/// to run must be right; the section headers, which serve tools, may be missing or damaged.
/// </summary>
internal sealed class ElfReader
{
    private const int HeaderBytes = 52, ProgramHeaderBytes = 32, SectionHeaderBytes = 40;
    private const byte Class32 = 1, Class64 = 2, LittleEndian = 1, BigEndian = 2;
    private const ushort MachineRiscV = 243, Relocatable = 1, Executable = 2, Shared = 3, CoreDump = 4;

    // Numbers that do not fit into the header stand in section header 0 (System V ABI, "ELF Header").
    private const ushort ExtendedSegments = 0xffff, ExtendedIndex = 0xffff;
    private const int MostHeaders = 1 << 20;
    private const uint MostTableBytes = 1u << 28;

    // Headers and names may name the same bytes again and again, so what they name together has a limit too.
    private long _sectionBytesLeft = 1L << 30, _nameBytesLeft = MostTableBytes;

    private readonly string _path;
    private readonly Stream _file;
    private readonly byte[] _header;

    /// <summary>Reads the header.</summary>
    /// <param name="path">Its name in messages.</param>
    /// <param name="file">A stream that can seek.</param>
    /// <exception cref="UserErrorException">It is not an executable for RV32.</exception>
    public ElfReader(string path, Stream file)
    {
        (_path, _file) = (path, file);
        _header = new byte[Math.Min(HeaderBytes, file.Length)];
        ReadInto(0, _header);
        CheckHeader();
        SectionHeaders = ReadSectionHeaders();
    }

    /// <summary>Address of the first instruction.</summary>
    public uint EntryPoint => Word(_header, 24);

    /// <summary>The section headers; none if they cannot be read.</summary>
    public IReadOnlyList<SectionHeader> SectionHeaders { get; }

    /// <summary>What is wrong with the section headers or the symbols, so that they were left out; null for nothing.</summary>
    public string? Fault { get; private set; }

    private uint SectionTable => Word(_header, 32);

    private ushort SectionEntryBytes => Half(_header, 46);

    /// <summary>The program headers.</summary>
    /// <exception cref="UserErrorException">They do not lie in the file.</exception>
    public IEnumerable<ProgramHeader> ReadProgramHeaders()
    {
        var (table, entryBytes, count) = (Word(_header, 28), Half(_header, 42), (long)Half(_header, 44));
        if (count == ExtendedSegments)
        {
            count = FirstSection() is { } first ? first.Info : throw Fail("its number of segments stands in section header 0 (PN_XNUM), but it has no section headers");
        }

        if (count == 0 || table == 0) yield break;
        if (entryBytes < ProgramHeaderBytes) throw Fail($"damaged: its program headers have {entryBytes} bytes each (e_phentsize); expected {ProgramHeaderBytes}");
        CheckRange(table, count * entryBytes, $"the table of {count} program headers");
        if (count > MostHeaders) throw Fail($"it has {count} program headers; at most {MostHeaders} are read");
        var entry = new byte[ProgramHeaderBytes];
        for (var n = 0; n < count; n++)
        {
            ReadInto(table + (long)n * entryBytes, entry);
            yield return new ProgramHeader(Word(entry, 0), Word(entry, 4), Word(entry, 12), Word(entry, 16), Word(entry, 20));
        }
    }

    /// <summary>Bytes of the file.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="bytes">How many; none may lie anywhere.</param>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="UserErrorException">The file ends before.</exception>
    public byte[] Read(uint offset, uint bytes, string what)
    {
        if (bytes == 0) return [];
        CheckRange(offset, bytes, what);
        var contents = new byte[bytes];
        ReadInto(offset, contents);
        return contents;
    }

    /// <summary>Bytes that the program runs without: none if they lie outside the file.</summary>
    public byte[] ReadIfThere(in SectionHeader section)
    {
        if (section.Type == SectionType.NoBits || section.Size > Math.Min(MostTableBytes, _sectionBytesLeft) || (long)section.Offset + section.Size > _file.Length) return [];
        _sectionBytesLeft -= section.Size;
        return Read(section.Offset, section.Size, "a section");
    }

    /// <summary>The names of the sections, in their order; empty names if the file has no table of them.</summary>
    public IReadOnlyList<string> SectionNames()
    {
        var index = (uint)Half(_header, 50);
        if (index == ExtendedIndex && SectionHeaders.Count != 0) index = SectionHeaders[0].Link;
        var names = index != 0 && index < SectionHeaders.Count ? ReadIfThere(SectionHeaders[(int)index]) : [];
        return [.. SectionHeaders.Select(section => Text(names, section.Name))];
    }

    /// <summary>The symbols that are defined and have a name, in the file's order; the dynamic ones only if there are no others.</summary>
    public IEnumerable<ElfSymbol> ReadSymbols()
    {
        var tables = SectionHeaders.Where(s => s.Type == SectionType.Symbols).ToList();
        if (tables.Count == 0) tables = [.. SectionHeaders.Where(s => s.Type == SectionType.DynamicSymbols)];
        return tables.SelectMany(ReadSymbols);
    }

    /// <summary>An error with the name of the file.</summary>
    public UserErrorException Fail(string what) => new($"{_path}: {what}");

    private List<ElfSymbol> ReadSymbols(SectionHeader table)
    {
        var (entries, names) = (ReadIfThere(table), table.Link < SectionHeaders.Count ? ReadIfThere(SectionHeaders[(int)table.Link]) : []);
        if ((entries.Length == 0 || names.Length == 0) && table.Size != 0) Fault ??= "its symbols lie outside the file or are too many, so they are unknown";
        var symbols = new List<ElfSymbol>();
        for (long at = 0; at + ElfSymbolEntry.Bytes <= entries.Length; at += ElfSymbolEntry.Bytes)
        {
            var entry = entries.AsSpan((int)at, ElfSymbolEntry.Bytes);
            if (ElfSymbolEntry.Parse(entry, Text(names, Word(entry, 0))) is { } symbol) symbols.Add(symbol);
        }

        return symbols;
    }

    private void CheckHeader()
    {
        if (!_header.AsSpan().StartsWith("\u007fELF"u8)) throw Fail("not an ELF file");
        if (_header.Length < HeaderBytes) throw Fail($"truncated: it has {_header.Length} bytes, but the ELF header alone has {HeaderBytes}");
        if (_header[4] == Class64) throw Fail("a 64-bit ELF; build for RV32 (-march=rv32imf -mabi=ilp32f)");
        if (_header[4] != Class32) throw Fail($"damaged: its class (EI_CLASS) is {_header[4]}; expected {Class32}, which is 32 bits");
        if (_header[5] == BigEndian) throw Fail("a big-endian ELF; RISC-V programs here are little-endian");
        if (_header[5] != LittleEndian) throw Fail($"damaged: its byte order (EI_DATA) is {_header[5]}; expected {LittleEndian}, which is little-endian");
        if (Half(_header, 18) is not MachineRiscV and var machine) throw Fail($"an ELF for machine {machine}, not RISC-V ({MachineRiscV})");
        if (Half(_header, 16) is not Executable and var type) throw Fail($"{Described(type)}, not an executable (ET_EXEC); link it statically and without -pie");
    }

    private static string Described(ushort type) => type switch
    {
        Relocatable => "an object file",
        Shared => "a shared library or a position-independent executable",
        CoreDump => "a core dump",
        _ => $"a file of type {type}",
    };

    /// <summary>Section header 0, which holds what does not fit into the header; null if there is none.</summary>
    private SectionHeader? FirstSection() =>
        SectionTable != 0 && SectionEntryBytes >= SectionHeaderBytes && (long)SectionTable + SectionHeaderBytes <= _file.Length ? ReadSectionHeader(0) : null;

    private List<SectionHeader> ReadSectionHeaders()
    {
        if (SectionTable == 0) return [];
        var count = Half(_header, 48) is not 0 and var stated ? stated : FirstSection()?.Size ?? 0;
        if (SectionEntryBytes < SectionHeaderBytes) Fault = $"its section headers have {SectionEntryBytes} bytes each (e_shentsize) in place of {SectionHeaderBytes}, so its symbols are unknown";
        else if (count > MostHeaders || SectionTable + (long)count * SectionEntryBytes > _file.Length) Fault = $"the file ends before its {count} section headers do, so its symbols are unknown";
        if (Fault is not null) return [];
        return [.. Enumerable.Range(0, (int)count).Select(ReadSectionHeader)];
    }

    private SectionHeader ReadSectionHeader(int n)
    {
        var entry = new byte[SectionHeaderBytes];
        ReadInto(SectionTable + (long)n * SectionEntryBytes, entry);
        return new SectionHeader(Word(entry, 0), Word(entry, 4), Word(entry, 8), Word(entry, 12), Word(entry, 16), Word(entry, 20), Word(entry, 24), Word(entry, 28));
    }

    private void CheckRange(long offset, long bytes, string what)
    {
        if (offset + bytes > _file.Length) throw Fail($"truncated: {what} needs bytes {offset}-{offset + bytes - 1}, but the file has {_file.Length} bytes");
    }

    private void ReadInto(long offset, Span<byte> bytes)
    {
        _file.Position = offset;
        _file.ReadExactly(bytes);
    }

    /// <summary>The text at an offset in a table of strings; empty if it lies outside.</summary>
    private string Text(ReadOnlySpan<byte> table, uint offset)
    {
        if (offset >= table.Length || _nameBytesLeft <= 0) return string.Empty;
        var text = table[(int)offset..];
        var length = text.IndexOf((byte)0);
        _nameBytesLeft -= length < 0 ? text.Length : length;
        return length < 0 ? string.Empty : Encoding.UTF8.GetString(text[..length]);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
}

/// <summary>Types of sections that are read here (System V ABI, "Sections"; psABI).</summary>
internal static class SectionType
{
#pragma warning disable CS1591 // The names say it.
    public const uint Symbols = 2, NoBits = 8, DynamicSymbols = 11, Attributes = 0x7000_0003;
#pragma warning restore CS1591
}
