using System.Buffers.Binary;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Runs.Loader;

/// <summary>Executables that cannot be run: one line that names the file, what is wrong with it, and the fix.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class ElfImageTests
{
    private static readonly byte[] Good = File.ReadAllBytes(Toolchain.AssembleWithGnu(TestMachine.Text("nop\n.data\n.word 7\n.text")));

    private static string Failure(Action<byte[]> change, int? length = null)
    {
        var bytes = Good[..(length ?? Good.Length)].ToArray();
        change(bytes);
        var message = Assert.Throws<UserErrorException>(() => ElfImage.Parse("bad.elf", bytes)).Message;
        Assert.StartsWith("bad.elf: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static void Word(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);

    private static int ProgramHeader(int n) => (int)BinaryPrimitives.ReadUInt32LittleEndian(Good.AsSpan(28)) + 32 * n;

    /// <summary>Numbers of the headers that load something.</summary>
    private static int[] Loads => [.. Enumerable.Range(0, Good[44]).Where(n => BinaryPrimitives.ReadUInt32LittleEndian(Good.AsSpan(ProgramHeader(n))) == 1)];

    [Fact]
    public void Other_files_are_refused_by_what_they_are()
    {
        Assert.Contains("not an ELF file", Failure(b => b[1] = (byte)'X'), StringComparison.Ordinal);
        Assert.Contains("64-bit", Failure(b => b[4] = 2), StringComparison.Ordinal);
        Assert.Contains("big-endian", Failure(b => b[5] = 2), StringComparison.Ordinal);
        Assert.Contains("machine 62", Failure(b => b[18] = 62), StringComparison.Ordinal);
        Assert.Contains("not an executable", Failure(b => b[16] = 1), StringComparison.Ordinal);
        Assert.Contains("no loadable segment", Failure(b => b[44] = b[45] = 0), StringComparison.Ordinal);
        Assert.Contains("not an ELF file", Failure(_ => { }, length: 0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rv32imf", 2, false)]
    [InlineData("rv32imfc", 2, true)]
    [InlineData("rv32imfc", 1, false)]
    public void An_entry_point_between_instructions_is_refused(string isa, uint offset, bool loads)
    {
        var bytes = Good.ToArray();
        Word(bytes, 24, ElfImage.Parse("good.elf", Good).EntryPoint + offset);
        var machine = new EmulatedMachine(TestMachine.OneHart with { Isa = isa + "_zicsr_zifencei" }, TestMachine.Options);
        var error = Record.Exception(() => ProgramLoader.Load(machine, ElfImage.Parse("bad.elf", bytes)));
        if (loads) Assert.Null(error);
        else Assert.StartsWith("bad.elf: entry point", Assert.IsType<UserErrorException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_section_headers_loads()
    {
        var bytes = Good.ToArray();
        Word(bytes, 32, 0); // e_shoff
        Word(bytes, 46, 0x28); // e_shentsize, e_shnum
        bytes[50] = bytes[51] = 0; // e_shstrndx
        var image = ElfImage.Parse("stripped.elf", bytes);
        Assert.Equal(ElfImage.Parse("good.elf", Good).Segments.Select(s => s.Range), image.Segments.Select(s => s.Range));
        Assert.Empty(image.Symbols);
    }

    /// <summary>Where no script says otherwise, the linker loads the file's headers, too, on the page below the code.</summary>
    [Fact]
    public void Headers_below_memory_do_not_keep_a_program_out()
    {
        var image = ElfImage.Load(Toolchain.AssembleWithGnu(".globl _start\n_start: li a0, 42\n1: j 1b\n", linkerOptions: "-Ttext=0x80000000"));
        Assert.True(image.Segments[0].Address < 0x80000000);
        var machine = new EmulatedMachine(new PlatformDescription(), new MachineOptions());
        ProgramLoader.Load(machine, image);
        Assert.Equal((0x80000000u, true, 0x02a00513u), (machine.Harts[0].Pc, machine.Harts[0].Space.Peek(0x80000000, 4, 0, out var word), word));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_called_truncated_or_loads()
    {
        for (var length = 4; length < Good.Length; length += 7)
        {
            try
            {
                ElfImage.Parse("bad.elf", Good[..length]);
            }
            catch (UserErrorException e)
            {
                Assert.Contains("truncated", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Any_byte_may_be_wrong_without_worse_than_a_message()
    {
        for (var offset = 0; offset < Good.Length; offset++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7f, 0xff })
            {
                var bytes = Good.ToArray();
                bytes[offset] = value;
                try
                {
                    ElfImage.Parse("bad.elf", bytes);
                }
                catch (UserErrorException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
        }
    }

    [Fact]
    public void Segments_that_overlap_are_named_with_their_ranges()
    {
        var message = Failure(b => Word(b, ProgramHeader(Loads[1]) + 12, 0x8000_0000));
        Assert.Contains("segments overlap: 0x80000000-", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_beyond_the_address_space_is_named()
    {
        Assert.Contains("beyond the 32-bit address space", Failure(b => Word(b, ProgramHeader(Loads[0]) + 12, 0xffff_fff8)), StringComparison.Ordinal);
        Assert.Contains("but only 1 in memory", Failure(b => Word(b, ProgramHeader(Loads[0]) + 20, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_outside_memory_is_named_with_the_memory_there_is()
    {
        var bytes = Good.ToArray();
        Word(bytes, ProgramHeader(Loads[0]) + 12, 0x2000_0000);
        var machine = new EmulatedMachine(TestMachine.OneHart, TestMachine.Options);
        var message = Assert.Throws<SettingException>(() => ProgramLoader.Load(machine, ElfImage.Parse("bad.elf", bytes))).Message;
        Assert.Contains("segment 0x20000000-", message, StringComparison.Ordinal);
        Assert.Contains("ram 0x80000000-0x83ffffff", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rv32imaf_zicsr", "amoadd.w a0, a1, (a2)", "'a'", "isa rv32imaf_zicsr_zifencei ")]
    [InlineData("rv32imfc_zicsr", "nop", "'c'", "run it with isa ")]
    [InlineData("rv32imafdc_zicsr", "nop", "'a', 'd', 'c'", "isa rv32imafdc_zicsr_zifencei ")]
    public void An_extension_that_is_off_is_named_with_the_option_that_puts_it_on(string march, string instruction, string extension, string fix)
    {
        var image = ElfImage.Load(Toolchain.AssembleWithGnu($".globl _start\n_start: {instruction}\n", march));
        var message = Assert.Throws<SettingException>(() => ProgramLoader.Load(new EmulatedMachine(TestMachine.OneHart, TestMachine.Options), image)).Message;
        Assert.Contains(extension, message, StringComparison.Ordinal);
        Assert.Contains(fix, message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_that_is_off_and_not_used_is_named_and_the_program_runs()
    {
        // What the Makefile of riscv-tests builds for; the zeros are data.
        var image = ElfImage.Load(Toolchain.AssembleWithGnu(".globl _start\n_start: nop\n.word 0\n", "rv32g"));
        var warning = ProgramLoader.Load(new EmulatedMachine(TestMachine.OneHart, TestMachine.Options), image)!.ToString();
        Assert.Contains("built for extension 'a', 'd', which is off and which it does not use (isa rv32imafd_zicsr_zifencei turns it on)", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_that_does_not_exist_here_is_named_and_the_program_runs()
    {
        var image = ElfImage.Load(Toolchain.AssembleWithGnu(".globl _start\n_start: nop\n", "rv32imf_zicsr_zba_zbb"));
        var warning = ProgramLoader.Load(new EmulatedMachine(TestMachine.OneHart, TestMachine.Options), image)!.ToString();
        Assert.Contains("built for extension 'zba', 'zbb', which is not implemented", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_that_a_message_names_makes_the_program_run()
    {
        var image = ElfImage.Load(Toolchain.AssembleWithGnu(".globl _start\n_start: nop\n", "rv32imafc_zicsr_zifencei"));
        var platform = TestMachine.OneHart;
        var message = Assert.Throws<SettingException>(() => ProgramLoader.Load(new EmulatedMachine(platform, TestMachine.Options), image)).Message;
        platform = platform with { Isa = message.Split("with isa ")[1].Split(' ')[0] };
        Assert.Null(ProgramLoader.Load(new EmulatedMachine(platform, TestMachine.Options), image));
        Assert.Equal(AhwaLora.Machine.Isa.Extension.A | AhwaLora.Machine.Isa.Extension.C, PlatformRules.ParseIsa(platform.Isa) & (AhwaLora.Machine.Isa.Extension.A | AhwaLora.Machine.Isa.Extension.C));
    }
}
