using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Runs.Programs;

namespace AhwaLora.Emu.Tests.Experiments.Sweeps;

/// <summary>Sweep files that are made to break their reader get one line, and get it soon.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class HostileSweepTests : IDisposable
{
    private readonly SweepDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("a: &a {rank: 1}\nb:\n  <<: *a", "line 3, column 7: '*a' is an alias; write out what it stands for")]
    [InlineData("<<: *a", "line 1, column 5: '*a' is an alias")]
    [InlineData("*a : 1", "line 1, column 1: '*a' is an alias")]
    [InlineData("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "line 2, column 8: '*a' is an alias")]
    [InlineData("a: &a [*a]", "'*a' is an alias")]
    [InlineData("? [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n: 1", "is nested too deeply")]
    [InlineData("rank: 1\nrank: 2", "line 2")]
    [InlineData("rank: 1\n---\nrank: 2", "expected one mapping")]
    [InlineData("", "expected one mapping")]
    [InlineData("rank: \"\\UFFFFFFFF\"", "small.yaml: ")]
    [InlineData("%YAML 99999999999999.1\n---\nrank: 1", "small.yaml: ")]
    [InlineData("rank: \"unfinished", "small.yaml: ")]
    [InlineData("rank: {a: 1}", "rank: expected a value or a list of values")]
    [InlineData("[1]: 1", "unknown key ''")]
    [InlineData("platform: [x]", "platform: expected the name of a file")]
    [InlineData("platform: \"a\\0b\"", "a\\x00b: no such platform file")]
    [InlineData("timing: \"a\\0b\"", "timing 'a\\x00b': neither a profile nor a file")]
    [InlineData("strategy: \"con\\nx\"", "strategy 'con\\nx' is not one of")]
    [InlineData("\"ra\\e[2Jnk\": 1", "unknown key 'ra\\x1b[2Jnk'")]
    [InlineData("name: \"a\\u202eb\"", "name 'a\\u202eb' is not made of")]
    public void One_line_says_what_is_wrong(string text, string expected) => Refused(text, expected);

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 100_000)]
    [InlineData("? ", 100_000)]
    [InlineData("[", 1_000_000)]
    public void Deep_nesting_does_not_end_the_process(string open, int times) => Refused("rank: \n" + string.Concat(Enumerable.Repeat(open, times)), "");

    [Fact]
    public void Values_without_number_are_refused_before_memory_runs_out()
    {
        var many = string.Join(", ", Enumerable.Repeat("1..1048576", 10_000));
        Refused($"tokens: [{many}]", "more than 1,000,000 points");
        Refused("grids:\n" + string.Concat(Enumerable.Repeat("- {rank: 1..1024, harts: 1..64, tint_ns: 1..10}\n", 10_000)), "more than 1,000,000 points");
    }

    [Fact]
    public void A_file_without_end_is_refused() => CommandLineTests.AssertRefused("/dev/zero: has more than 16 MiB", "sweep", "/dev/zero", "--check");

    [Fact]
    public void What_is_printed_is_one_line() =>
        CommandLineTests.AssertRefused("strategy 'con\\nx' is not one of", "sweep", _files.Write("newline.yaml", "strategy: \"con\\nx\""), "--check");

    private void Refused(string text, string expected)
    {
        var error = Assert.ThrowsAny<UserErrorException>(() => _files.Plan(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Single(error.Lines);
    }
}
