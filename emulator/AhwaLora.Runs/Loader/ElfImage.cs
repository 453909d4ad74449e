using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Isa;
using ELFSharp.ELF;
using ELFSharp.ELF.Sections;
using ELFSharp.ELF.Segments;
using Decoder = AhwaLora.Machine.Isa.Decoder;

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

/// <summary>A section.</summary>
/// <param name="Name">Name, such as .text.</param>
/// <param name="Type">Type, such as SHT_PROGBITS.</param>
/// <param name="IsCode">SHF_EXECINSTR.</param>
/// <param name="Address">Address it is linked to.</param>
/// <param name="Contents">Its bytes in the file.</param>
public sealed record ElfSection(string Name, uint Type, bool IsCode, uint Address, ReadOnlyMemory<byte> Contents)
{
    /// <summary>Its bytes decoded as instructions, in order, with their addresses; data among them are decoded like code.</summary>
    public IEnumerable<(uint Pc, Instruction Instruction)> Decode(Decoder decoder)
    {
        for (var at = 0; at + 2 <= Contents.Length;)
        {
            var bytes = Contents.Span[at..];
            uint word = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (!Decoder.IsCompressed(word) && bytes.Length >= 4) word = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var instruction = decoder.Decode(word);
            yield return (Address + (uint)at, instruction);
            at += instruction.Length;
        }
    }
}

/// <summary>A symbol with a name.</summary>
/// <param name="Name">Name in the symbol table.</param>
/// <param name="Value">Address.</param>
/// <param name="Size">Bytes; 0 if the size is not given.</param>
/// <param name="IsFunction">True for code.</param>
public sealed record ElfSymbol(string Name, uint Value, uint Size, bool IsFunction)
{
    /// <summary>True for a name from the source: $x and $d separate code from data (psABI, "Mapping Symbol"); .L and L0 are made by the compiler.</summary>
    public bool IsLabel => !Name.StartsWith('$') && !Name.StartsWith(".L", StringComparison.Ordinal) && !Name.StartsWith("L0\u0001", StringComparison.Ordinal);
}

/// <summary>
/// A 32-bit little-endian RISC-V executable (System V ABI, chapters 4 and 5; RISC-V psABI): read by ELFSharp, and restricted to
/// what can be loaded here.
/// </summary>
public sealed class ElfImage
{
    /// <summary>EI_CLASS and EI_DATA, and the bytes of the header of a file of 32 bits.</summary>
    private const int ClassByte = 4, DataByte = 5, HeaderBytes = 52;

    private const byte Class64 = 2, BigEndian = 2;
    private const int MachineRiscV = 243;
    private const uint SectionAttributes = 0x70000003;

    private readonly Dictionary<string, ElfSymbol> _byName = [];

    private ElfImage(string path, ReadOnlyMemory<byte> file, ELF<uint> elf)
    {
        Path = path;
        File = file;
        CheckHeader(elf);
        EntryPoint = elf.EntryPoint;
        Segments = ReadSegments(elf);
        if (elf.HasSectionHeader)
        {
            Sections = [.. elf.Sections.Select(ReadSection)];
            Symbols = [.. elf.GetSections<SymbolTable<uint>>().SelectMany(t => t.Entries).Where(IsNamed).Select(ReadSymbol)];
        }

        foreach (var symbol in Symbols) _byName.TryAdd(symbol.Name, symbol);
        Architecture = ReadArchitecture();
    }

    /// <summary>Address of the first instruction.</summary>
    public uint EntryPoint { get; }

    /// <summary>Loadable segments, in the file's order; none overlap.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Sections, in the file's order.</summary>
    public IReadOnlyList<ElfSection> Sections { get; } = [];

    /// <summary>Named symbols, in the file's order.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; } = [];

    /// <summary>The ISA string of .riscv.attributes (<c>rv32i2p1_m2p0...</c>), or null if there is none.</summary>
    public string? Architecture { get; }

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>All bytes of the file.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">The file is missing or is not such an executable; the message says what is wrong.</exception>
    public static ElfImage Load(string path) => Parse(path, InputFile.Read(path, System.IO.File.ReadAllBytes));

    /// <summary>Parses the bytes of a file called <paramref name="path"/>.</summary>
    /// <exception cref="UserErrorException">They are not such an executable.</exception>
    public static ElfImage Parse(string path, byte[] file)
    {
        CheckIdentification(path, file);
        try
        {
            using var elf = ELFReader.Load<uint>(new MemoryStream(file), shouldOwnStream: true);
            return new ElfImage(path, file, elf);
        }
        catch (Exception e) when (e is not UserErrorException)
        {
            // The library throws exceptions of many kinds for invalid offsets.
            throw new UserErrorException($"{path}: truncated or damaged: its headers lead outside the file, or to bytes that are not an ELF structure", e);
        }
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

    /// <summary>Finds a symbol by name.</summary>
    public bool TryGetSymbol(string name, [NotNullWhen(true)] out ElfSymbol? symbol) => _byName.TryGetValue(name, out symbol);

    private static void CheckIdentification(string path, byte[] file)
    {
        if (file.Length < 4 || !file.AsSpan(0, 4).SequenceEqual("\u007fELF"u8)) throw new UserErrorException($"{path}: not an ELF file");
        if (file.Length < HeaderBytes) throw new UserErrorException($"{path}: truncated: it has {file.Length} bytes, but the ELF header alone has {HeaderBytes}");
        if (file[ClassByte] == Class64) throw new UserErrorException($"{path}: a 64-bit ELF; build for RV32 (-march=rv32imf -mabi=ilp32f)");
        if (file[DataByte] == BigEndian) throw new UserErrorException($"{path}: a big-endian ELF; RISC-V programs here are little-endian");
    }

    private void CheckHeader(ELF<uint> elf)
    {
        if ((int)elf.Machine != MachineRiscV) throw Fail($"an ELF for machine {(int)elf.Machine}, not RISC-V ({MachineRiscV})");
        if (elf.Type != FileType.Executable) throw Fail("not an executable (ET_EXEC); link it statically and without -pie");
    }

    private List<ElfSegment> ReadSegments(ELF<uint> elf)
    {
        var segments = new List<ElfSegment>();
        foreach (var (n, header) in elf.Segments.Index())
        {
            if (header.Type != SegmentType.Load || header.Size == 0) continue;
            var (address, size) = (header.PhysicalAddress, header.Size);
            CheckRange(header.Offset, header.FileSize, $"segment {n} at 0x{address:x8}");
            if (header.FileSize > size) throw Fail($"segment {n} at 0x{address:x8} has {header.FileSize} bytes in the file but only {size} in memory");
            if ((ulong)address + size > 1UL << 32) throw Fail($"segment {n} at 0x{address:x8} with {size} bytes reaches beyond the 32-bit address space");
            var segment = new ElfSegment(address, size, File.Slice((int)header.Offset, (int)header.FileSize), LeadingHeaders(elf, header));
            if (segments.FirstOrDefault(s => s.Address < (ulong)address + size && address < (ulong)s.Address + s.Size) is { } other)
            {
                throw Fail($"segments overlap: {other.Range} and {segment.Range}; correct the linker script");
            }

            segments.Add(segment);
        }

        return segments.Count != 0 ? segments : throw Fail("it has no loadable segment; link a program");
    }

    private static uint LeadingHeaders(ELF<uint> elf, Segment<uint> segment)
    {
        if (segment.Offset != 0 || !elf.HasSectionHeader) return 0;
        var first = elf.Sections.Where(s => s.Flags.HasFlag(SectionFlags.Allocatable) && s.Size != 0).Select(s => s.Offset).DefaultIfEmpty().Min();
        return first <= segment.FileSize ? (uint)first : 0;
    }

    private ElfSection ReadSection(Section<uint> section)
    {
        var isInFile = section.Type != SectionType.NoBits;
        if (isInFile) CheckRange(section.Offset, section.Size, $"section '{section.Name}'");
        return new ElfSection(section.Name, (uint)section.Type, section.Flags.HasFlag(SectionFlags.Executable), section.LoadAddress,
            isInFile ? File.Slice((int)section.Offset, (int)section.Size) : default);
    }

    private static bool IsNamed(SymbolEntry<uint> symbol) =>
        symbol.Name.Length != 0 && symbol.Type is not (SymbolType.Section or SymbolType.File) && symbol.PointedSectionIndex != 0;

    private static ElfSymbol ReadSymbol(SymbolEntry<uint> symbol) => new(symbol.Name, symbol.Value, symbol.Size, symbol.Type == SymbolType.Function);

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

    private void CheckRange(long offset, long bytes, string what)
    {
        if (offset < 0 || bytes < 0 || offset + bytes > File.Length) throw Fail($"truncated: {what} needs bytes {offset}-{offset + bytes - 1}, but the file has {File.Length} bytes");
    }

    private UserErrorException Fail(string what) => new($"{Path}: {what}");
}
