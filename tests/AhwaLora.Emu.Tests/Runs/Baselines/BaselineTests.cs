using System.Globalization;
using System.Xml.Linq;
using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Runs.Baselines;

/// <summary>Runs compared with a baseline: what is the same, what changed, and where it first did.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class BaselineTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ahwalora-baseline-");

    private string Cycles => Path.Combine(_directory.FullName, "cycles.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_same_run_is_as_in_the_baseline()
    {
        Update(Program());
        var (status, check) = Compare(Program());
        Assert.Equal(0, status);
        Assert.True(check.Comparison!.IsEqual);
        Assert.Empty(check.Comparison.Divergences);
    }

    [Fact]
    public void A_baseline_is_the_same_bytes_each_time()
    {
        Update(Program());
        var (json, trace) = (File.ReadAllText(Cycles), File.ReadAllBytes(Cycles + ".trace"));
        Update(Program());
        Assert.Equal(json, File.ReadAllText(Cycles));
        Assert.Equal(trace, File.ReadAllBytes(Cycles + ".trace"));
    }

    // The function with the new instruction lies between two others, so that code on both sides calls across it.
    [Theory]
    [InlineData("addi zero, zero, 0")]
    [InlineData("mul a1, a1, a1")]
    [InlineData("lw a1, 0(sp)")]
    public void An_instruction_more_is_reported_at_that_instruction(string instruction)
    {
        Update(Program());
        var (status, check) = Compare(Program(more: instruction));
        var divergence = Assert.Single(check.Comparison!.Divergences);

        Assert.Equal(1, status);
        Assert.True(divergence.IsExact);
        Assert.Equal("middle+0x4", divergence.After!.Place);
        Assert.Equal("middle+0x4", divergence.Before!.Place);
        Assert.Equal(Squeezed(instruction), Squeezed(divergence.After.Text));
        Assert.Equal("addi a0, a0, 2", Squeezed(divergence.Before.Text));
        Assert.Contains(check.Comparison.Changes, c => c is { Scope: "total", Figure: "instructions" });
    }

    [Fact]
    public void A_dearer_instruction_is_reported_at_that_instruction()
    {
        Update(Program());
        var (status, check) = Compare(Program(last: "div a0, a0, a0"));
        var divergence = Assert.Single(check.Comparison!.Divergences);
        Assert.Equal(1, status);
        Assert.Equal("after", divergence.After!.Place);
        Assert.True(divergence.After.Cycle > divergence.Before!.Cycle);
        Assert.Contains(check.Comparison.Changes, c => c is { Scope: "hart 0", Figure: "division", Before: "0" });
        Assert.DoesNotContain(check.Comparison.Changes, c => c.Figure == "instructions");
    }

    [Fact]
    public void A_hart_that_ends_early_diverges_where_the_baseline_goes_on()
    {
        Update(Program());
        var (_, check) = Compare(Program(), maxInstructions: 10);
        var divergence = Assert.Single(check.Comparison!.Divergences);
        Assert.Equal(10UL, divergence.Index);
        Assert.Null(divergence.After);
        Assert.Contains(check.Comparison.Changes, c => c is { Scope: "run", Figure: "end", Before: "exit 0", After: "instruction_limit 0" });
    }

    [Fact]
    public void Each_hart_diverges_on_its_own()
    {
        Update(Program(), harts: 2);
        var (_, check) = Compare(Program(last: "div a0, a0, a0"), harts: 2);
        Assert.Equal([0, 1], check.Comparison!.Divergences.Select(d => d.Hart));
    }

    private static readonly int[] _like = [0, 1, 2, 5];

    [Fact]
    public void Harts_that_changed_alike_are_one_row()
    {
        var point = new TracePoint(0x8000_0000, "nop", "main", 7);
        var comparison = new BaselineComparison(
            [.. _like.Select(hart => new Change($"hart {hart}", "cycles", "1", "2")), new Change("hart 3", "cycles", "1", "3"),
                .. _like[..2].Select(hart => new Change($"region kernel, hart {hart}", "cycles", "1", "2"))],
            [],
            [.. Enumerable.Range(0, 4).Select(hart => new Divergence(hart, 3, null, point with { Cycle = hart == 3 ? 8u : 7u }, IsExact: true))]);
        using var text = new StringWriter();
        new BaselineReport(comparison, "program", _ => null).WriteText(text);
        var lines = text.ToString().Split('\n').Select(Squeezed).ToList();
        Assert.Equal(["harts 0-2, 5 cycles 1 2", "hart 3 cycles 1 3", "region kernel, harts 0-1 cycles 1 2"], lines.Where(line => line.Contains("cycles 1", StringComparison.Ordinal)).Select(line => line.Trim()));
        Assert.Equal(["0-2 3 baseline - has ended -", "3 3 baseline - has ended -"], lines.Where(line => line.Contains("has ended", StringComparison.Ordinal)).Select(line => line.Trim()));
    }

    [Fact]
    public void A_tolerance_lets_small_differences_pass()
    {
        Update(Program());
        Assert.Equal(0, Compare(Program(more: "nop"), tolerancePercent: 50).Status);
        Assert.Equal(1, Compare(Program(more: "nop"), tolerancePercent: 0.1).Status);
    }

    [Fact]
    public void Behind_the_cap_a_divergence_is_found_to_the_next_instruction_kept()
    {
        var trace = Path.Combine(_directory.FullName, "long.trace");
        var before = Toolchain.Assemble(Long("nop"));
        using (var run = new ProgramRun(Request(before)))
        {
            var recorder = new TraceRecorder(run.Machine, new SymbolMap(run.Image), everyInstruction: 100);
            run.Machine.Attach(recorder);
            run.Machine.Run(RunLimits.None);
            AtomicFile.Write(trace, recorder.Save);
        }

        var after = ElfImage.Load(Toolchain.Assemble(Long("div a1, a0, a0")));
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 1 }, Request("").Options);
        ProgramLoader.Load(machine, after);
        var comparer = new TraceComparer(RetireTrace.Load(trace)!, machine, new SymbolMap(after));
        machine.Attach(comparer);
        machine.Run(RunLimits.None);
        comparer.Finish();

        var divergence = Assert.Single(comparer.Divergences);
        Assert.False(divergence.IsExact);
        Assert.Equal(12_288UL, divergence.Index); // the first multiple of 4096 after instruction 10001
    }

    [Fact]
    public void Reports_for_ci_name_what_changed()
    {
        Update(Program());
        var (junit, markdown) = (Cycles + ".xml", Cycles + ".md");
        using (var run = new ProgramRun(Request(Program(more: "nop")) with { Baseline = new BaselineRequest { Path = Cycles, JUnitPath = junit, MarkdownPath = markdown } })) run.Execute();

        var suite = XDocument.Load(junit).Root!.Element("testsuite")!;
        Assert.Equal(["total", "hart 0", "region region_3, hart 0"], suite.Elements("testcase").Select(c => c.Attribute("name")!.Value));
        Assert.Equal("3", suite.Attribute("failures")!.Value);
        Assert.All(suite.Elements("testcase").Append(suite), c => Assert.InRange(double.Parse(c.Attribute("time")!.Value, CultureInfo.InvariantCulture), 1e-9, 1e-5));
        Assert.Contains("middle+0x4", suite.Element("testcase")!.Element("failure")!.Value, StringComparison.Ordinal);
        Assert.Contains("| region region_3, hart 0 | instructions | 6 | 7 | +16.67 % |", File.ReadAllText(markdown), StringComparison.Ordinal);
    }

    private const string Scopes = "{\"format\":1,\"program\":\"\",\"platform\":\"\",\"harts\":1,\"timing\":\"\",\"contention\":\"\",\"end\":\"\",\"scopes\":[";
    private const string Total = "{\"name\":\"total\",\"cycles\":1,\"instructions\":1,\"causes\":{}}";

    [Theory]
    [InlineData("", "not a baseline")]
    [InlineData("{", "not a baseline")]
    [InlineData("null", "not a baseline")]
    [InlineData("{\"format\": 1}", "'program', 'platform', 'harts', 'timing', 'contention', 'end', 'scopes' missing")]
    [InlineData(Scopes + "null]}", "field 'scopes[0]': expected an object")]
    [InlineData(Scopes + Total + ", null]}", "field 'scopes[1]': expected an object")]
    [InlineData(Scopes + Total + "," + Total + "]}", "scope 'total' is given twice")]
    [InlineData(Scopes + "{\"name\":\"hart 0\",\"cycles\":1,\"instructions\":1,\"causes\":{}}]}", "scope 'total' is missing")]
    [InlineData(Scopes + "{\"name\":\"total\",\"cycles\":1,\"instructions\":1,\"causes\":null}]}", "field 'scopes[0].causes': expected an object")]
    [InlineData(Scopes + "{\"name\":\"total\",\"cycles\":1,\"instructions\":1,\"causes\":{\"issue\":-1}}]}", "field 'scopes[0].causes.issue': expected a whole number")]
    [InlineData(Scopes + "{\"name\":\"total\",\"cycles\":1,\"instructions\":1,\"causes\":{\"is\\u001bsue\":1}}]}", @"'is\x1bsue' is not a name")]
    [InlineData("{\"format\":9,\"program\":\"\",\"platform\":\"\",\"harts\":1,\"timing\":\"\",\"contention\":\"\",\"end\":\"\",\"scopes\":[]}", "baseline format 9, expected 1")]
    public void A_file_that_is_no_baseline_is_refused_in_a_line(string text, string expected)
    {
        File.WriteAllText(Cycles, text);
        var error = Assert.ThrowsAny<UserErrorException>(() => Compare(Program()));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void If_the_trace_cannot_be_written_the_baseline_stays_as_it_was(bool exists)
    {
        if (exists) Update(Program());
        var before = exists ? File.ReadAllText(Cycles) : null;
        File.Delete(Cycles + ".trace");
        Directory.CreateDirectory(Cycles + ".trace");
        Assert.ThrowsAny<UserErrorException>(() => Update(Program(more: "nop")));
        Assert.Equal(before, exists ? File.ReadAllText(Cycles) : null);
        Assert.Equal(exists, File.Exists(Cycles));
        Directory.Delete(Cycles + ".trace");
    }

    [Fact]
    public void A_damaged_trace_is_refused_in_a_line()
    {
        Update(Program());
        var bytes = File.ReadAllBytes(Cycles + ".trace");
        File.WriteAllBytes(Cycles + ".trace", bytes[..(bytes.Length / 2)]);
        Assert.Contains("not a trace", Assert.ThrowsAny<UserErrorException>(() => Compare(Program())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_byte_of_a_trace_is_wrong_reading_it_ends_in_a_line()
    {
        Update(Program());
        var bytes = File.ReadAllBytes(Cycles + ".trace");
        var refused = 0;
        for (var n = 0; n < bytes.Length; n++)
        {
            bytes[n] ^= 0xff;
            File.WriteAllBytes(Cycles + ".trace", bytes);
            if (Record.Exception(() => RetireTrace.Load(Cycles + ".trace")) is { } error)
            {
                Assert.IsAssignableFrom<UserErrorException>(error);
                refused++;
            }

            bytes[n] ^= 0xff;
        }

        Assert.InRange(refused, 20, bytes.Length);
    }

    [Fact]
    public void Without_its_trace_a_baseline_still_compares()
    {
        Update(Program());
        File.Delete(Cycles + ".trace");
        var (status, check) = Compare(Program(more: "nop"));
        Assert.Equal(1, status);
        Assert.NotNull(check.TraceProblem);
    }

    [Fact]
    public void A_baseline_of_another_machine_is_refused()
    {
        Update(Program());
        Assert.Contains("made with harts 1, but this run has 2", Assert.ThrowsAny<UserErrorException>(() => Compare(Program(), harts: 2)).Message, StringComparison.Ordinal);
        Assert.Contains("no such baseline", Assert.ThrowsAny<UserErrorException>(() => Baseline.Load("nowhere.json")).Message, StringComparison.Ordinal);
    }

    private static string Program(string more = "", string last = "addi a0, a0, 3") => Toolchain.Assemble($"""
        .globl _start, tohost
        .type _start, @function
        _start:
            la   sp, tohost
            li   s0, 0x80000003
            li   s1, 3
            csrw 0x7c8, s0
            call before
            jal  ra, middle
            csrw 0x7c8, s1
            call after
            li   t0, 0x10200000 # the barrier
            lw   t0, 0(t0)
            csrr t0, mhartid
        1:  bnez t0, 1b
            li   t6, 1
            la   t5, tohost
            sw   t6, 0(t5)
            j    .
        .size _start, .-_start
        .type before, @function
        before: ret
        .size before, .-before
        .type middle, @function
        middle:
            addi a0, a0, 1
            {more}
            addi a0, a0, 2
            ret
        .size middle, .-middle
        .type after, @function
        after:
            {last}
            ret
        .size after, .-after
        .section .tohost, "aw"
        .balign 64
        tohost: .dword 0

        """);

    private static string Long(string late) => $"""
        .globl _start, tohost
        _start:
            li   t0, 5000
        1:  addi t0, t0, -1
            bnez t0, 1b
            {late}
            li   t0, 5000
        2:  addi t0, t0, -1
            bnez t0, 2b
            li   t6, 1
            la   t5, tohost
            sw   t6, 0(t5)
            j    .
        .section .tohost, "aw"
        .balign 64
        tohost: .dword 0

        """;

    private static string Squeezed(string code) => string.Join(' ', code.Replace(",", ", ", StringComparison.Ordinal).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    private void Update(string elf, int harts = 1)
    {
        using var run = new ProgramRun(Request(elf) with { Harts = harts, Baseline = new BaselineRequest { Path = Cycles, Update = true } });
        Assert.Equal(0, run.Execute());
    }

    private (int Status, BaselineCheck Check) Compare(string elf, int harts = 1, double tolerancePercent = 0, ulong maxInstructions = 1_000_000)
    {
        using var run = new ProgramRun(Request(elf) with
        {
            Harts = harts,
            Limits = new RunLimits(ulong.MaxValue, maxInstructions),
            Baseline = new BaselineRequest { Path = Cycles, TolerancePercent = tolerancePercent },
        });
        return (run.Execute(), run.Baseline!);
    }

    private static RunRequest Request(string elf) => new()
    {
        ElfPath = elf,
        Options = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") },
        Limits = new RunLimits(ulong.MaxValue, 1_000_000),
    };
}
