using System.Globalization;
using System.Text;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>Every profile against the cycles that its core's RTL took, region by region.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class CalibrationTests(CalibrationPrograms programs) : IClassFixture<CalibrationPrograms>
{
    private static readonly string[] Cv32e40pMeasurements = ["single_core", "random"];
    private static readonly string[] SnitchMeasurements = ["single_core", "drained", "random", "random_drained"];

    // Profile and its column.
    public static TheoryData<string, string> Cv32e40p { get; } = new()
    {
        { "cv32e40p-fpu0", "cycles_lat_0_0" },
        { "cv32e40p-fpu1", "cycles_lat_1_1" },
        { "cv32e40p-fpu2", "cycles_lat_2_2" },
        { "cv32e40p-fpu3", "cycles_lat_3_3" },
    };

    public static TheoryData<string, string> Snitch { get; } = new()
    {
        { "snitch-rvf", "cycles_rvf" },
        { "snitch-def", "cycles_def" },
        { "snitch", "cycles_full" },
    };

    [Theory]
    [MemberData(nameof(Cv32e40p))]
    public void Cv32e40p_counts_the_cycles_of_its_rtl(string profile, string column)
    {
        var regions = Cv32e40pMeasurements.SelectMany(csv => Compare("cv32e40p", csv, column, profile)).ToList();

        Assert.Equal([], regions.Where(r => !r.IsSameResult || !r.IsExact));
    }

    [Theory]
    [MemberData(nameof(Snitch))]
    public void Snitch_counts_the_cycles_of_its_rtl(string profile, string column) =>
        Assert.Equal([], SnitchMeasurements.SelectMany(csv => Compare("snitch", csv, column, profile)).Where(r => !r.IsExact));

    [Fact]
    public void Snitch_divides_in_the_cycles_of_its_rtl() =>
        Assert.Equal([], Compare("snitch", "divisions", "cycles_rvf", "snitch-rvf").Where(r => !r.IsExact));

    [Fact]
    public void The_documentation_shows_these_errors()
    {
        var table = new StringBuilder("| profile | measurement | exact | mean error | worst |\n|---|---|---|---|---|\n");
        foreach (var (core, csv, column, profile) in Comparisons())
        {
            var regions = Compare(core, csv, column, profile);
            table.Append(CultureInfo.InvariantCulture, $"| `{profile}` | {csv} | {regions.Count(r => r.IsExact)} of {regions.Count} | {regions.Average(r => r.ErrorPercent):F3} % | {regions.Max(r => r.ErrorPercent):F2} % |\n");
        }

        var written = Path.Combine(AppContext.BaseDirectory, "timing-errors.md");
        File.WriteAllText(written, table.ToString());
        var documentation = File.ReadAllText(Path.Combine(Toolchain.Root, "docs", "timing.md"));
        Assert.True(documentation.Contains(table.ToString(), StringComparison.Ordinal), $"docs/timing.md shows another table than the one now in {written}");
    }

    private static IEnumerable<(string Core, string Csv, string Column, string Profile)> Comparisons()
    {
        foreach (var row in Cv32e40p)
        {
            foreach (var csv in Cv32e40pMeasurements) yield return ("cv32e40p", csv, (string)row[1], (string)row[0]);
        }

        foreach (var row in Snitch)
        {
            foreach (var csv in SnitchMeasurements) yield return ("snitch", csv, (string)row[1], (string)row[0]);
        }

        yield return ("snitch", "divisions", "cycles_rvf", "snitch-rvf");
    }

    private IReadOnlyList<ComparedRegion> Compare(string core, string csv, string column, string profile) =>
        CalibrationRun.Compare(programs, core, csv, column, TimingProfile.Named(profile));
}
