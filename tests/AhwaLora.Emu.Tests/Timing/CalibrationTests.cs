using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Tests.Timing;

/// <summary>Every profile against the cycles that its core's RTL took, region by region.</summary>
public sealed class CalibrationTests(CalibrationPrograms programs) : IClassFixture<CalibrationPrograms>
{
    // Profile, its column, and what is promised: the share of exact regions, the worst error, in percent.
    public static TheoryData<string, string, double, double> Cv32e40p { get; } = new()
    {
        { "cv32e40p-fpu0", "cycles_lat_0_0", 99, 1 },
        { "cv32e40p-fpu1", "cycles_lat_1_1", 99, 1 },
        { "cv32e40p-fpu2", "cycles_lat_2_2", 97, 1 },
        { "cv32e40p-fpu3", "cycles_lat_3_3", 97, 1.5 },
    };

    public static TheoryData<string, string> Snitch { get; } = new()
    {
        { "snitch-rvf", "cycles_rvf" },
        { "snitch-def", "cycles_def" },
        { "snitch", "cycles_full" },
    };

    [Theory]
    [MemberData(nameof(Cv32e40p))]
    public void Cv32e40p_counts_the_cycles_of_its_rtl(string profile, string column, double exactPercent, double worstPercent)
    {
        var regions = Compare("cv32e40p", column, profile, "single_core", "random");

        Assert.Equal([], regions.Where(r => !r.IsSameResult));
        Assert.True(Exact(regions) >= exactPercent, Wrong(regions));
        Assert.True(regions.Max(r => r.ErrorPercent) <= worstPercent, Wrong(regions));
        Assert.Equal([], regions.Where(r => IsCompiled(r) && r.Counted != r.Measured));
    }

    [Theory]
    [MemberData(nameof(Snitch))]
    public void Snitch_counts_the_cycles_of_its_rtl(string profile, string column)
    {
        var regions = Compare("snitch", column, profile, "single_core", "drained", "random", "random_drained");

        Assert.Equal([], regions.Where(r => r.Counted != r.Measured));
    }

    [Fact]
    public void Snitch_divides_in_the_cycles_of_its_rtl() =>
        Assert.Equal([], Compare("snitch", "cycles_rvf", "snitch-rvf", "divisions").Where(r => r.Counted != r.Measured));

    private static bool IsCompiled(ComparedRegion region) => region.Program is "k13_imatmul" or "k14_fmatmul";

    private static double Exact(List<ComparedRegion> regions) => 100.0 * regions.Count(r => r.Counted == r.Measured) / regions.Count;

    private static string Wrong(List<ComparedRegion> regions) => string.Join('\n', regions.Where(r => r.Counted != r.Measured));

    private List<ComparedRegion> Compare(string core, string column, string profile, params string[] measurements) =>
        [.. measurements.SelectMany(csv => CalibrationRun.Compare(programs, core, csv, column, TimingProfile.Named(profile)))];
}
