using System.Globalization;
using AhwaLora.Emu.Tests.Machine.Engines;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Conformance;

/// <summary>
/// Random programs end here as they do under QEMU. <c>make torture SEEDS=n</c> sets AHWALORA_SEEDS and so runs as many as
/// wanted, from a new first seed; a program that differs is made small and kept under tests/programs/found.
/// </summary>
[Trait(Traits.Engine, Traits.Any)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class RandomProgramTests
{
    private const int Batch = 50;

    private static readonly string Found = Path.Combine(Toolchain.Root, "tests", "programs", "found");

    private static int Seeds(int usual) => int.TryParse(Environment.GetEnvironmentVariable("AHWALORA_SEEDS"), CultureInfo.InvariantCulture, out var n) ? n : usual;

    private static ulong FirstSeed => ulong.TryParse(Environment.GetEnvironmentVariable("AHWALORA_FIRST_SEED"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    [Fact]
    public void User_programs_end_as_under_qemu() => Compare(ProgramKind.User, Seeds(150));

    [Fact]
    public void Programs_with_atomics_and_compressed_instructions_end_as_under_qemu() => Compare(ProgramKind.Compressed, Seeds(100));

    [Fact]
    public void Programs_with_traps_and_csrs_end_as_under_qemu() => Compare(ProgramKind.Machine, Seeds(150));

    [Theory]
    [InlineData(ProgramKind.User, "functional")]
    [InlineData(ProgramKind.User, "cv32e40p")]
    [InlineData(ProgramKind.User, "snitch")]
    [InlineData(ProgramKind.Compressed, "functional")]
    [InlineData(ProgramKind.Compressed, "cv32e40p")]
    [InlineData(ProgramKind.Compressed, "snitch")]
    [InlineData(ProgramKind.Machine, "functional")]
    [InlineData(ProgramKind.Machine, "cv32e40p")]
    [InlineData(ProgramKind.Machine, "snitch")]
    internal void Both_engines_execute_them_alike(ProgramKind kind, string profile) => AssertEnginesAlike(kind, profile, TestMachine.OneHart, Contention.None);

    /// <summary>Several harts run the same code on the same data in banks, so that their accesses meet in every order.</summary>
    [Theory]
    [InlineData(ProgramKind.User, "cv32e40p")]
    [InlineData(ProgramKind.User, "snitch")]
    [InlineData(ProgramKind.Compressed, "cv32e40p")]
    [InlineData(ProgramKind.Machine, "cv32e40p")]
    internal void Both_engines_execute_them_alike_in_banks(ProgramKind kind, string profile)
    {
        var ram = new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 64 << 20, Banks = 4 };
        var platform = TestMachine.OneHart with { Harts = 3, Memories = [ram], Aimc = null };
        AssertEnginesAlike(kind, profile, platform, Contention.Exact);
    }

    private static void AssertEnginesAlike(ProgramKind kind, string profile, PlatformDescription platform, Contention contention)
    {
        foreach (var programs in Batches(kind, Seeds(20)))
        {
            var elf = QemuComparison.AssembleHere(programs);
            var end = EnginePair.AssertSame(elf, profile, platform with { Isa = RandomProgram.March(kind) }, maxInstructions: 10_000_000, emulateMisaligned: true, contention);
            Assert.Equal(ExitReason.Exit, end.Reason);
            Toolchain.Forget(elf);
        }
    }

    [Theory]
    [InlineData(ProgramKind.User)]
    [InlineData(ProgramKind.Compressed)]
    [InlineData(ProgramKind.Machine)]
    internal void A_random_program_executes_a_thousand_instructions(ProgramKind kind)
    {
        var programs = Enumerable.Range(1, 20).Select(seed => ProgramGenerator.Generate((ulong)seed, kind)).ToList();
        Assert.True(QemuComparison.InstructionsHere(programs) >= 1000UL * (ulong)programs.Count);
    }

    [Theory]
    [MemberData(nameof(FoundPrograms))]
    public void Programs_found_earlier_end_as_under_qemu(string file)
    {
        var (here, there) = QemuComparison.Results(FoundText(file), FoundKind(file));
        Assert.True(here.AsSpan().SequenceEqual(there), $"{file} ends differently");
    }

    [Theory]
    [MemberData(nameof(FoundPrograms))]
    public void Both_engines_execute_programs_found_earlier_alike(string file)
    {
        var kind = FoundKind(file);
        var elf = Toolchain.Assemble(QemuComparison.WholeText(FoundText(file)), RandomProgram.March(kind));
        foreach (var profile in new[] { "functional", "cv32e40p", "snitch" })
        {
            foreach (var contention in new[] { Contention.None, Contention.Exact })
            {
                var end = EnginePair.AssertSame(elf, profile, TestMachine.OneHart with { Isa = RandomProgram.March(kind) }, maxInstructions: 10_000_000, emulateMisaligned: true, contention);
                Assert.Equal(ExitReason.Exit, end.Reason);
            }
        }
    }

    [Fact]
    public void There_are_programs_found_earlier_of_each_kind() =>
        Assert.All(Enum.GetValues<ProgramKind>(), kind => Assert.Contains(kind, FoundFiles.Select(FoundKind)));

    /// <summary>Their files, named <c>kind-what.S</c>: what <see cref="Keep"/> kept, and small programs that repeat a fault.</summary>
    public static TheoryData<string> FoundPrograms => [.. FoundFiles];

    private static IEnumerable<string> FoundFiles => Directory.GetFiles(Found, "*.S").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string FoundText(string file) => File.ReadAllText(Path.Combine(Found, file));

    private static ProgramKind FoundKind(string file) => Enum.Parse<ProgramKind>(file.Split('-')[0], ignoreCase: true);

    private static IEnumerable<List<RandomProgram>> Batches(ProgramKind kind, int seeds) =>
        Enumerable.Range(0, seeds).Select(n => ProgramGenerator.Generate(FirstSeed + (ulong)n, kind)).Chunk(Batch).Select(programs => programs.ToList());

    private static void Compare(ProgramKind kind, int seeds)
    {
        foreach (var programs in Batches(kind, seeds))
        {
            var different = Different(programs);
            if (different.Count == 0) continue;
            var kept = different.Take(3).Select(program => Keep(Minimised(program)));
            Assert.Fail($"{different.Count} of {programs.Count} {kind} programs differ from QEMU; see {string.Join(", ", kept)}");
        }
    }

    /// <summary>The programs that end differently. If one does not end at all, here or there, each is run by itself.</summary>
    private static List<RandomProgram> Different(List<RandomProgram> programs)
    {
        try
        {
            return [.. QemuComparison.Differences(programs).Select(n => programs[n])];
        }
        catch (InvalidOperationException) when (programs.Count > 1)
        {
            return [.. programs.Where(StillDiffers)];
        }
    }

    /// <summary>Drops blocks, then lines, as long as the program still differs.</summary>
    private static RandomProgram Minimised(RandomProgram program)
    {
        for (var n = program.Blocks.Count - 1; n >= 0; n--)
        {
            var smaller = program with { Blocks = [.. program.Blocks.Where((_, at) => at != n)] };
            if (StillDiffers(smaller)) program = smaller;
        }

        for (var n = program.Blocks.Count - 1; n >= 0; n--)
        {
            for (var line = program.Blocks[n].Lines.Count - 1; line >= 0; line--)
            {
                if (program.Blocks[n].Lines[line].IsFixed) continue;
                var block = new ProgramBlock([.. program.Blocks[n].Lines.Where((_, at) => at != line)]);
                var smaller = program with { Blocks = [.. program.Blocks.Select((b, at) => at == n ? block : b)] };
                if (StillDiffers(smaller)) program = smaller;
            }
        }

        return program;
    }

    private static bool StillDiffers(RandomProgram program)
    {
        try
        {
            return QemuComparison.Differences([program]).Count != 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string Keep(RandomProgram program)
    {
        var path = Path.Combine(Directory.CreateDirectory(Found).FullName, $"{program.Kind.ToString().ToLowerInvariant()}-{program.Seed}.S");
        File.WriteAllText(path, QemuComparison.Text([program]));
        return path;
    }
}
