using System.Text;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>
/// Writes an executable: a segment for code and one for data, each with its bytes at the same place in its page as in
/// memory, then attributes, symbols and section headers (System V ABI, chapter 4; RISC-V psABI, "ELF Object Files").
/// </summary>
internal sealed class ElfWriter(Layout layout, SymbolTable symbols, string isa)
{
    private const ushort HeaderBytes = 52, ProgramHeaderBytes = 32, SectionHeaderBytes = 40, SymbolBytes = 16;
    private const uint Page = 4096;
    private const uint ProgBits = 1, SymTab = 2, StrTab = 3, NoBits = 8, Attributes = 0x7000_0003;
    private const uint Writable = 1, Allocated = 2, Executable = 4;
    private const ushort RiscV = 243, ExecutableFile = 2, Absolute = 0xfff1;
    private const uint CompressedFlag = 1, FloatAbiFlag = 2;

    private readonly record struct Header(string Name, uint Type, uint Flags, uint Address, uint Offset, uint Size, uint Link = 0, uint Info = 0, uint Alignment = 1, uint EntrySize = 0);

    private readonly List<byte> _file = [];
    private readonly List<Header> _headers = [default];

    /// <summary>The bytes of the file.</summary>
    public byte[] Write()
    {
        List<List<OutputSection>> segments = [.. layout.Sections.GroupBy(s => s.IsCode).Select(segment => segment.ToList())];
        Pad(HeaderBytes + ProgramHeaderBytes * (uint)segments.Count);
        foreach (var sections in segments) WriteSections(sections);
        Append(new Header(".riscv.attributes", Attributes, 0, 0, 0, 0), ArchitectureAttribute());
        WriteSymbols();
        var names = WriteNames();
        Pad(Section.AlignUp((uint)_file.Count, 4));
        var file = Start(segments, sectionHeaders: (uint)_file.Count);
        foreach (var header in _headers) Words(_file, names[header.Name ?? ""], header.Type, header.Flags, header.Address, header.Offset, header.Size, header.Link, header.Info, header.Alignment, header.EntrySize);
        return [.. file, .. _file.Skip(file.Count)];
    }

    private void WriteSections(List<OutputSection> sections)
    {
        var begin = Section.AlignUp((uint)_file.Count, Page) + sections[0].Address % Page;
        foreach (var (n, section) in sections.Index())
        {
            var isInFile = n < CountInFile(sections);
            var flags = Allocated | (section.IsCode ? Executable : Writable);
            Pad(begin + section.Address - sections[0].Address);
            Append(new Header(section.Name, isInFile ? ProgBits : NoBits, flags, section.Address, 0, section.Size), isInFile ? section.Contents() : []);
        }
    }

    /// <summary>How many sections of a segment the file holds: zeros too, unless they come last.</summary>
    private static int CountInFile(List<OutputSection> sections) => sections.FindLastIndex(s => !s.IsZero) + 1;

    private void WriteSymbols()
    {
        var ordered = symbols.Named.OrderBy(s => s.IsGlobal).ToList();
        var (table, text) = (new List<byte>(new byte[SymbolBytes]), new StringBuilder("\0"));
        foreach (var symbol in ordered)
        {
            var (type, index) = (symbol.IsFunction ? 2 : 0, SectionIndex(symbol));
            Words(table, (uint)text.Length, (uint)symbol.Value!.Value, (uint)(symbol.Size?.Value ?? 0), (uint)((symbol.IsGlobal ? 0x10 : 0) | type) | (uint)index << 16);
            text.Append(symbol.Name).Append('\0');
        }

        var locals = 1 + (uint)ordered.Count(s => !s.IsGlobal);
        Append(new Header(".symtab", SymTab, 0, 0, 0, 0, Link: (uint)_headers.Count + 1, Info: locals, Alignment: 4, EntrySize: SymbolBytes), [.. table]);
        Append(new Header(".strtab", StrTab, 0, 0, 0, 0), Encoding.UTF8.GetBytes(text.ToString()));
    }

    private ushort SectionIndex(Symbol symbol)
    {
        var output = layout.Sections.FirstOrDefault(o => symbol.Section is { } section && o.Inputs.Contains(section));
        return output is null ? Absolute : (ushort)_headers.FindIndex(h => h.Name == output.Name);
    }

    private Dictionary<string, uint> WriteNames()
    {
        var (names, text) = (new Dictionary<string, uint> { [""] = 0 }, new StringBuilder("\0"));
        foreach (var name in _headers.Skip(1).Select(h => h.Name).Append(".shstrtab"))
        {
            names[name] = (uint)text.Length;
            text.Append(name).Append('\0');
        }

        Append(new Header(".shstrtab", StrTab, 0, 0, 0, 0), Encoding.UTF8.GetBytes(text.ToString()));
        return names;
    }

    /// <summary>The file's header and the segments' headers, which stand in front.</summary>
    private List<byte> Start(List<List<OutputSection>> segments, uint sectionHeaders)
    {
        var entry = (uint)(symbols["_start"].Value ?? throw new AssemblerException("'_start' is not defined"));
        var flags = (Uses('c') ? CompressedFlag : 0) | (Uses('f') ? FloatAbiFlag : 0);
        List<byte> start = [0x7f, .. "ELF"u8, 1, 1, 1, .. new byte[9]];
        Halves(start, ExecutableFile, RiscV);
        Words(start, 1, entry, HeaderBytes, sectionHeaders, flags);
        Halves(start, HeaderBytes, ProgramHeaderBytes, (ushort)segments.Count, SectionHeaderBytes, (ushort)_headers.Count, (ushort)(_headers.Count - 1));
        foreach (var sections in segments)
        {
            var (first, last) = (sections[0], sections[^1]);
            var inFile = CountInFile(sections) is var count and not 0 ? sections[count - 1].Address + sections[count - 1].Size - first.Address : 0;
            var offset = _headers.Find(h => h.Name == first.Name).Offset;
            Words(start, 1, offset, first.Address, first.Address, inFile, last.Address + last.Size - first.Address, first.IsCode ? 5u : 6u, Page);
        }

        return start;
    }

    private bool Uses(char extension) => isa.Split('_')[0].Contains(extension, StringComparison.Ordinal);

    // 'A', a sub-section "riscv" with Tag_File, in it Tag_RISCV_arch = 5 (psABI, "Attributes").
    private byte[] ArchitectureAttribute()
    {
        var architecture = Encoding.UTF8.GetBytes("\u0005" + isa + "\0");
        byte[] file = [1, .. BitConverter.GetBytes(5 + architecture.Length), .. architecture];
        return [(byte)'A', .. BitConverter.GetBytes(4 + 6 + file.Length), .. "riscv\0"u8, .. file];
    }

    private void Append(Header header, byte[] contents)
    {
        _headers.Add(header with { Offset = (uint)_file.Count, Size = header.Size == 0 ? (uint)contents.Length : header.Size });
        _file.AddRange(contents);
    }

    private void Pad(uint length) => _file.AddRange(new byte[Math.Max(0, (int)length - _file.Count)]);

    private static void Words(List<byte> to, params ReadOnlySpan<uint> words)
    {
        foreach (var word in words) to.AddRange(BitConverter.GetBytes(word));
    }

    private static void Halves(List<byte> to, params ReadOnlySpan<ushort> halves)
    {
        foreach (var half in halves) to.AddRange(BitConverter.GetBytes(half));
    }
}
