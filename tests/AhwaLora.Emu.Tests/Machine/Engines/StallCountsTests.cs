using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Translated code charges every cycle to the cause that the pipeline gave it, however many causes there are.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class StallCountsTests
{
    public static TheoryData<Cause> Causes => [.. Enum.GetValues<Cause>()];

    [Fact]
    public void There_are_counters_and_half_words_for_as_many_causes_as_there_are()
    {
        var causes = Enum.GetValues<Cause>();
        Assert.Equal(CauseCounters.Count, causes.Length);
        Assert.Equal(causes, Enumerable.Range(0, CauseCounters.Count).Select(n => (Cause)n));
        Assert.InRange(causes.Length, 2 * StallCounts.Words - 1, 2 * StallCounts.Words);
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public void A_cycle_is_charged_to_its_cause_and_to_no_other(Cause cause)
    {
        var cycles = new ulong[CauseCounters.Count];
        cycles[(int)cause] = 7;
        var counts = StallCounts.Of(cycles, retired: 0);
        Assert.True(counts.Any);

        var charged = new CauseCounters();
        Assert.Equal(7UL, counts.MoveTo(charged));
        Assert.Equal(cycles, charged.Cycles);
        Assert.False(counts.Any);
    }

    [Fact]
    public void Stretches_add_up_cause_by_cause()
    {
        var cycles = Enumerable.Range(0, CauseCounters.Count).Select(n => 1UL << n).ToArray();
        var sum = default(StallCounts);
        for (var n = 0; n < 3; n++) sum.Add(StallCounts.Of(cycles, retired: 1));

        var charged = new CauseCounters();
        charged.Add(Cause.Issue, 3);
        sum.MoveTo(charged);
        Assert.Equal(cycles.Select(c => 3 * c), charged.Cycles);
    }

    [Fact]
    public void A_cycle_of_issue_retires_an_instruction_unless_it_is_counted()
    {
        var cycles = new ulong[CauseCounters.Count];
        cycles[(int)Cause.Issue] = 5;
        Assert.False(StallCounts.Of(cycles, retired: 5).Any);
        var charged = new CauseCounters();
        Assert.Equal(2UL, StallCounts.Of(cycles, retired: 3).MoveTo(charged));
        Assert.Equal(2UL, charged.Cycles[(int)Cause.Issue]);
        Assert.Throws<OverflowException>(() => StallCounts.Of(cycles, retired: 6));
    }

    [Fact]
    public void A_count_that_half_a_word_cannot_hold_is_refused()
    {
        var cycles = new ulong[CauseCounters.Count];
        cycles[(int)Cause.Division] = 1UL << 31;
        Assert.Throws<OverflowException>(() => StallCounts.Of(cycles, retired: 0));
    }
}
