using System.Buffers.Binary;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Assembling;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Loader;
using ELFSharp.ELF;
using ELFSharp.ELF.Sections;

namespace AhwaLora.Emu.Tests.Runs.Loader;

/// <summary>What the ELF format allows and linkers seldom write: what can be loaded runs, the rest is refused with the true reason.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class ElfFileTests
{
    private const uint Load = 1, Note = 4;
    private const int ProgramHeaders = 28, SectionHeaders = 32, ProgramHeaderBytes = 42, ProgramHeaderCount = 44, SectionHeaderBytes = 46, SectionHeaderCount = 48, NameIndex = 50;

    private static readonly byte[] Good = Assembler.Assemble(TestMachine.Text("lw a0, word\n.data\nword: .word 7\n.bss\n.zero 16\n.text"), TestMachine.OneHart.Isa);

    [Fact]
    public void A_segment_without_bytes_in_the_file_may_point_beyond_its_end() =>
        AssertRuns(WithSegments(Good, [.. Segments(Good), [Load, 0x10_0000, 0x8010_0000, 0x8010_0000, 0, 64, 6, 0x1000]]));

    [Fact]
    public void A_segment_that_is_never_loaded_may_lie_beyond_the_end_of_the_file() =>
        AssertRuns(WithSegments(Good, [[Note, 0x10_0000, 0, 0, 64, 64, 4, 4], .. Segments(Good), [0x7000_0003, 0xffff_fff0, 0, 0, 0xffff, 0, 4, 1]]));

    [Fact]
    public void A_section_that_is_never_loaded_may_lie_beyond_the_end_of_the_file() => AssertRuns(Changed(b =>
    {
        for (var n = 1; n < Half(b, SectionHeaderCount); n++)
        {
            var section = Section(b, n);
            if (Word(b, section + 4) == 0x7000_0003) (b[section + 4], b[section + 7]) = (7, 0); // .riscv.attributes becomes a note
            if (Word(b, section + 4) == 7) Put(b, section + 16, 0x7fff_0000);
        }
    }));

    [Fact]
    public void Symbols_have_one_size_whatever_their_table_says() => AssertRuns(Changed(b =>
    {
        for (var n = 1; n < Half(b, SectionHeaderCount); n++)
        {
            if (Word(b, Section(b, n) + 4) == 2) Put(b, Section(b, n) + 36, 0x100); // sh_entsize of .symtab
        }
    }));

    [Fact]
    public void Program_headers_may_be_longer_than_they_were() => AssertRuns(WithSegments(Good, Segments(Good), entryBytes: 48));

    [Fact]
    public void The_number_of_segments_may_stand_in_section_header_0() => AssertRuns(Changed(b =>
    {
        Put(b, Section(b, 0) + 28, Half(b, ProgramHeaderCount));
        PutHalf(b, ProgramHeaderCount, 0xffff);
    }));

    [Fact]
    public void The_number_of_sections_and_the_index_of_their_names_may_stand_in_section_header_0() => AssertRuns(Changed(b =>
    {
        Put(b, Section(b, 0) + 20, Half(b, SectionHeaderCount));
        Put(b, Section(b, 0) + 24, Half(b, NameIndex));
        PutHalf(b, SectionHeaderCount, 0);
        PutHalf(b, NameIndex, 0xffff);
    }), hasSectionNames: true);

    [Theory]
    [InlineData(0)]
    [InlineData(0x7fff)]
    [InlineData(0xff00)]
    [InlineData(1)]
    public void Sections_without_names_leave_the_symbols(int index) => AssertRuns(Changed(b => PutHalf(b, NameIndex, (ushort)index)));

    [Theory]
    [InlineData(SectionHeaders, 0x7fff_0000u, "the file ends before its")]
    [InlineData(SectionHeaders, 0xffff_fff0u, "the file ends before its")]
    [InlineData(SectionHeaderBytes, 0x0009_0008u, "its section headers have 8 bytes each (e_shentsize)")]
    public void A_program_whose_section_headers_are_damaged_loads_and_says_so(int offset, uint value, string note)
    {
        var bytes = Changed(b => Put(b, offset, value));
        var machine = new EmulatedMachine(TestMachine.OneHart, TestMachine.Options);
        var image = ElfImage.Parse("odd.elf", bytes);
        Assert.StartsWith($"odd.elf: {note}", ProgramLoader.Load(machine, image)!.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitReason.InstructionLimit, machine.Run(RunLimits.None with { MaxInstructions = 100 }).Reason); // without tohost
    }

    [Theory]
    [InlineData(ProgramHeaderBytes, 16, "damaged: its program headers have 16 bytes each (e_phentsize); expected 32")]
    [InlineData(ProgramHeaderCount, 0, "it has no loadable segment; link a program")]
    [InlineData(ProgramHeaderCount, 0x7000, "truncated: the table of 28672 program headers needs bytes ")]
    [InlineData(4, 7, "damaged: its class (EI_CLASS) is 7; expected 1, which is 32 bits")]
    [InlineData(16, 3, "a shared library or a position-independent executable, not an executable")]
    [InlineData(16, 1, "an object file, not an executable")]
    public void What_cannot_be_loaded_is_refused_with_its_reason(int offset, int value, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => ElfImage.Parse("bad.elf", Changed(b =>
        {
            if (offset == 4) b[4] = (byte)value;
            else PutHalf(b, offset, (ushort)value);
        })));
        Assert.StartsWith($"bad.elf: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_segments_that_no_section_header_holds_is_refused() =>
        Assert.Contains("PN_XNUM", Assert.Throws<UserErrorException>(() => ElfImage.Parse("bad.elf", Changed(b =>
        {
            PutHalf(b, ProgramHeaderCount, 0xffff);
            Put(b, SectionHeaders, 0);
        }))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_beyond_two_gibibytes_is_read_where_it_matters()
    {
        const uint Far = 0xC000_0000;
        var path = Scratch.File("large.elf");
        using (var file = File.Create(path))
        {
            // The whole program again at 3 GiB; only the header stays at the beginning.
            var bytes = Changed(b =>
            {
                Put(b, ProgramHeaders, Word(b, ProgramHeaders) + Far);
                Put(b, SectionHeaders, Word(b, SectionHeaders) + Far);
            });
            for (var n = 0; n < Half(Good, ProgramHeaderCount); n++) Put(bytes, (int)Word(Good, ProgramHeaders) + 32 * n + 4, Word(bytes, (int)Word(Good, ProgramHeaders) + 32 * n + 4) + Far);
            for (var n = 1; n < Half(Good, SectionHeaderCount); n++) Put(bytes, Section(Good, n) + 16, Word(bytes, Section(Good, n) + 16) + Far);
            file.Write(bytes);
            file.Position = Far;
            file.Write(bytes);
        }

        var machine = new EmulatedMachine(TestMachine.OneHart, TestMachine.Options);
        Assert.Null(ProgramLoader.Load(machine, ElfImage.Load(path)));
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None with { MaxInstructions = 1000 }));
        File.Delete(path);
    }

    [Fact]
    public void More_than_a_memory_holds_is_refused_before_it_is_read()
    {
        var bytes = WithSegments(Good, [.. Segments(Good), [Load, 0, 0x9000_0000, 0x9000_0000, 0x6000_0000, 0x6000_0000, 6, 0x1000]]);
        var path = Scratch.File("huge.elf");
        using (var file = File.Create(path))
        {
            file.Write(bytes);
            file.SetLength(0x7000_0000);
        }

        Assert.Contains("a memory has at most 1 GiB", Assert.Throws<UserErrorException>(() => ElfImage.Load(path)).Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    /// <summary>System V ABI, "Symbol Table": a global symbol takes precedence over a weak one, and local ones belong to their own file.</summary>
    [Theory]
    [InlineData("tohost")]
    [InlineData("fromhost")]
    [InlineData("begin_signature")]
    [InlineData("layer")]
    public void A_global_symbol_hides_a_weak_one_and_a_weak_one_local_ones(string name)
    {
        foreach (var order in new[] { "lwg", "gwl", "wlg", "glw" }) Assert.Equal('g', Found(name, order));
        foreach (var order in new[] { "lw", "wl", "lwl" }) Assert.Equal('w', Found(name, order));
        Assert.Equal('l', Found(name, "l"));
    }

    [Theory]
    [InlineData(0, false)] // SHN_UNDEF
    [InlineData(0xfff2, false)] // SHN_COMMON: the value is an alignment
    [InlineData(0xfff1, true)] // SHN_ABS: as linker scripts define them
    [InlineData(0xffff, true)] // SHN_XINDEX
    public void A_symbol_counts_if_it_has_an_address(int section, bool counts) => Assert.Equal(counts ? 'g' : 'l', Found("tohost", "lg", (ushort)section));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)] // section
    [InlineData(4, false)] // source file
    [InlineData(6, false)] // a thread's variable: the value is an offset
    public void A_symbol_counts_if_it_names_data_or_code(int type, bool counts) => Assert.Equal(counts ? 'g' : 'l', Found("tohost", "lg", type: type));

    [Fact]
    public void An_address_is_named_after_its_function()
    {
        ElfSymbol[] symbols =
        [
            new("label", 0x100, 0, IsFunction: false), new("__alias", 0x100, 8, IsFunction: true), new("unsized", 0x100, 0, IsFunction: true),
            new("weak", 0x100, 8, IsFunction: true, ElfBinding.Weak), new("strong", 0x100, 8, IsFunction: true), new("$x", 0x100, 0, IsFunction: false),
        ];
        Assert.Equal("strong", ElfSymbol.Labels(symbols).Single().Name);
        Assert.Equal("strong", ElfSymbol.Labels(symbols.Reverse()).Single().Name);
    }

    /// <summary>ELFSharp, an independent reader, on what the linker writes.</summary>
    [Fact]
    [Trait(Traits.Speed, Traits.Slow)]
    public void An_independent_reader_finds_the_same_in_every_firmware_image()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(Toolchain.Root, "firmware/out"), "*.elf"))
        {
            var image = ElfImage.Load(path);
            using var elf = ELFReader.Load<uint>(path);
            Assert.Equal(elf.EntryPoint, image.EntryPoint);
            Assert.Equal(elf.Segments.Where(s => s.Type == ELFSharp.ELF.Segments.SegmentType.Load && s.Size != 0).Select(s => (s.PhysicalAddress, s.Size, Convert.ToHexString(s.GetFileContents()))),
                image.Segments.Select(s => (s.Address, s.Size, Convert.ToHexString(s.Contents.Span))));
            Assert.Equal(elf.Sections.Select(s => (s.Name, s.LoadAddress)), image.Sections.Select(s => (s.Name, s.Address)));
            var symbols = elf.GetSections<SymbolTable<uint>>().SelectMany(t => t.Entries)
                .Where(s => s.Name.Length != 0 && s.PointedSectionIndex != 0 && s.Type is SymbolType.NotSpecified or SymbolType.Object or SymbolType.Function);
            Assert.Equal(symbols.Select(s => (s.Name, s.Value, s.Size, s.Binding.ToString())), image.Symbols.Select(s => (s.Name, s.Value, s.Size, s.Binding.ToString())));
        }
    }

    private static void AssertRuns(byte[] bytes, bool hasSectionNames = false)
    {
        var machine = new EmulatedMachine(TestMachine.OneHart, TestMachine.Options);
        var image = ElfImage.Parse("odd.elf", bytes);
        Assert.Null(ProgramLoader.Load(machine, image));
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None with { MaxInstructions = 1000 }));
        Assert.Equal(7u, machine.Harts[0].X[10]);
        if (hasSectionNames) Assert.Contains(".text", image.Sections.Select(s => s.Name));
    }

    /// <summary>Which of the symbols called <paramref name="name"/> is found: l is local, w weak, g global, in the order given.</summary>
    private static char Found(string name, string order, ushort section = 1, int type = 0)
    {
        var text = Encoding.UTF8.GetBytes($"\0{name}\0");
        var table = new byte[16 * (order.Length + 1)];
        foreach (var (n, which) in order.Index())
        {
            var entry = 16 * (n + 1);
            Put(table, entry, 1);
            Put(table, entry + 4, which);
            table[entry + 12] = (byte)("lgw".IndexOf(which, StringComparison.Ordinal) << 4 | (which == 'g' ? type : 0));
            PutHalf(table, entry + 14, which == 'g' ? section : (ushort)1);
        }

        // The tables stand after the file; the headers of .symtab and .strtab point there.
        byte[] bytes = [.. Good, .. table, .. text];
        for (var n = 1; n < Half(bytes, SectionHeaderCount); n++)
        {
            if (Word(bytes, Section(bytes, n) + 4) != 2) continue;
            Put(bytes, Section(bytes, n) + 16, (uint)Good.Length);
            Put(bytes, Section(bytes, n) + 20, (uint)table.Length);
            var names = Section(bytes, (int)Word(bytes, Section(bytes, n) + 24));
            Put(bytes, names + 16, (uint)(Good.Length + table.Length));
            Put(bytes, names + 20, (uint)text.Length);
        }

        return ElfImage.Parse("symbols.elf", bytes).TryGetSymbol(name, out var symbol) ? (char)symbol.Value : '-';
    }

    private static byte[] Changed(Action<byte[]> change)
    {
        var bytes = Good.ToArray();
        change(bytes);
        return bytes;
    }

    private static uint[][] Segments(byte[] bytes) =>
        [.. Enumerable.Range(0, Half(bytes, ProgramHeaderCount)).Select(n => Enumerable.Range(0, 8).Select(word => Word(bytes, (int)Word(bytes, ProgramHeaders) + 32 * n + 4 * word)).ToArray())];

    /// <summary>The file with another table of program headers, after its end.</summary>
    private static byte[] WithSegments(byte[] file, uint[][] segments, int entryBytes = 32)
    {
        var table = new byte[entryBytes * segments.Length];
        for (var n = 0; n < segments.Length; n++)
        {
            for (var word = 0; word < 8; word++) Put(table, entryBytes * n + 4 * word, segments[n][word]);
        }

        byte[] bytes = [.. file, .. table];
        Put(bytes, ProgramHeaders, (uint)file.Length);
        PutHalf(bytes, ProgramHeaderBytes, (ushort)entryBytes);
        PutHalf(bytes, ProgramHeaderCount, (ushort)segments.Length);
        return bytes;
    }

    private static int Section(byte[] bytes, int n) => (int)Word(bytes, SectionHeaders) + 40 * n;

    private static uint Word(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    private static ushort Half(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));

    private static void Put(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);

    private static void PutHalf(byte[] bytes, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset), value);
}
