using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Experiments.Contract;

namespace AhwaLora.Emu.Tests.Firmware;

/// <summary>What host and firmware share is declared once; <c>AHWALORA_ACCEPT=1</c> rewrites what follows from it.</summary>
public sealed class ContractTests
{
    private static readonly string _firmware = Path.Combine(Toolchain.Root, "firmware");

    public static TheoryData<string> Headers => [.. ContractHeader.All.Select(h => h.Path)];

    public static TheoryData<string> Tables => [.. ContractReference.Tables.Keys];

    public static TheoryData<Type> Records => [.. ContractHeader.All.SelectMany(h => h.Parts).Where(part => part.IsDefined(typeof(RecordAttribute), inherit: false))];

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_committed_header_is_the_generated_one(string path) =>
        Accepting.AssertFile(Path.Combine(_firmware, path), ContractHeader.All.First(h => h.Path == path).ToText());

    [Fact]
    public void The_committed_linker_memory_is_the_generated_one() => Accepting.AssertFile(Path.Combine(_firmware, "runtime", "memory.ld"), LinkerScript.ToText());

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_documented_tables_are_the_generated_ones(string name)
    {
        var path = Path.Combine(Toolchain.Root, "docs", "firmware.md");
        Accepting.AssertFile(path, RegisterHeader.Embed(File.ReadAllText(path), ContractReference.Tables[name], name));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_lies_in_memory_as_its_map_says(Type record) =>
        GetType().GetMethod(nameof(AssertLayout), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(record).Invoke(null, null);

    [Fact]
    public void Names_of_a_header_are_its_own()
    {
        var names = ContractHeader.All.SelectMany(h => h.Parts).Where(part => part.IsDefined(typeof(ConstantsAttribute), inherit: false)).SelectMany(part => ConstantGroup.Of(part).Constants);
        Assert.Distinct(names.Select(constant => constant.Name));
        Assert.All(names, constant => Assert.NotEqual("", constant.Meaning));
    }

    [Fact]
    public void No_other_source_of_the_firmware_defines_what_the_contract_does()
    {
        var constants = ContractHeader.All.SelectMany(h => h.Parts).Where(part => part.IsDefined(typeof(ConstantsAttribute), inherit: false)).SelectMany(part => ConstantGroup.Of(part).Constants).Select(c => c.Name);
        var definition = new Regex($@"^\s*(#define\s+)?({string.Join('|', constants)})\s*(=|\d|0x)", RegexOptions.Multiline);
        var generated = ContractHeader.All.Select(h => Path.Combine(_firmware, h.Path)).ToList();
        var sources = Directory.EnumerateFiles(_firmware, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is ".c" or ".h" or ".S").ToList();
        Assert.InRange(sources.Count, 2 * generated.Count, int.MaxValue);
        Assert.All(generated, path => Assert.Matches(definition, File.ReadAllText(path)));
        Assert.All(sources.Where(path => !generated.Contains(path)), path => Assert.DoesNotMatch(definition, File.ReadAllText(path)));
    }

    [Theory]
    [InlineData(0, "AHWA_EXIT_OK, success")]
    [InlineData(21, "AHWA_EXIT_LAYER_DMA, the DMA refused a transfer")]
    [InlineData(64 + 5, "AHWA_EXIT_TRAP + 5, plus mcause: an exception")]
    [InlineData(96 + 11, "AHWA_EXIT_INTERRUPT + 11, plus mcause: an interrupt")]
    public void An_exit_code_is_told_by_its_name(int code, string expected) => Assert.StartsWith(expected, FirmwareExits.Describe(code), StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(22)]
    [InlineData(63)]
    [InlineData(128)]
    public void An_exit_code_that_is_not_the_firmwares_has_no_name(int code) => Assert.Null(FirmwareExits.Describe(code));

    [Fact]
    public void A_record_of_anything_but_words_is_refused()
    {
        Assert.Throws<ArgumentException>(() => RecordMap.Of(typeof(Uneven)));
        Assert.Throws<ArgumentException>(() => RecordMap.Of(typeof(Unlengthed)));
        Assert.Throws<ArgumentException>(() => RecordMap.Of(typeof(int)));
    }

    // Word n of memory is n: every member has to read as its offset says.
    private static void AssertLayout<T>()
        where T : unmanaged
    {
        var map = RecordMap.Of(typeof(T));
        Assert.Equal(map.Bytes, RecordBytes.SizeOf<T>());
        var bytes = new byte[map.Bytes];
        for (var i = 0; i < bytes.Length; i += 4) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i), i / 4);
        object record = RecordBytes.Read<T>(bytes);
        foreach (var field in map.Fields.Where(f => f.Length is null))
        {
            var value = typeof(T).GetField(field.Member)!.GetValue(record);
            Assert.Equal(field.Offset / 4, value is float f ? BitConverter.SingleToUInt32Bits(f) : value);
        }

        Assert.Equal(bytes, RecordBytes.Of((T)record));
    }

#pragma warning disable CS0649, CS0169 // Only their layout counts.
    [Record("uneven")]
    private struct Uneven
    {
        public byte Small;
    }

    [Record("unlengthed")]
    private struct Unlengthed
    {
        public Pair Two;
    }

    [InlineArray(2)]
    private struct Pair
    {
        private uint _first;
    }
}
