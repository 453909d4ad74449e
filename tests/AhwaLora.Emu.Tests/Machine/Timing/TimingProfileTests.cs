using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Emu.Tests.Machine.Timing;

public sealed class TimingProfileTests
{
    [Fact]
    public void Named_profiles_are_found_by_their_names()
    {
        Assert.All(TimingProfile.All, p => Assert.Same(p, TimingProfile.Named(p.Name)));
        Assert.Equal(TimingProfile.Named("cv32e40p-fpu1").Blocking, TimingProfile.Named("cv32e40p").Blocking);
    }

    [Fact]
    public void Every_latency_of_a_profile_has_a_provenance_and_a_value_in_range()
    {
        foreach (var profile in TimingProfile.All)
        {
            Assert.NotEmpty(profile.Source);
            Assert.Equal(profile.Blocking is not null || profile.Decoupled is not null, profile.Latencies().Any());
        }
    }

    [Fact]
    public void A_profile_of_the_users_own_changes_what_it_names()
    {
        var profile = TimingProfile.Parse(
            """
            {
              // A core with a faster multiplier.
              "name": "mine", "source": "data sheet, table 3",
              "blocking": { "multiply_high_cycles": 2 },
              "provenance": { "multiply_high_cycles": "documented", "jump_cycles": "derived" }
            }
            """);

        Assert.Equal(new BlockingTiming { MultiplyHighCycles = 2 }, profile.Blocking);
        Assert.Contains(("multiply_high_cycles", 2, Provenance.Documented), profile.Latencies());
        Assert.Contains(("jump_cycles", 2, Provenance.Derived), profile.Latencies());
        Assert.Contains(("slow_csr_cycles", 4, Provenance.Measured), profile.Latencies());
    }

    [Theory]
    [InlineData("""{ "name": "a", "source": "b", "blocking": { "mulh": 2 } }""", "field 'blocking.mulh': no such field; expected float_add_multiply_latency, float_other_latency, multiply_high_cycles")]
    [InlineData("""{ "name": "a", "source": "b", "speed": 2 }""", "field 'speed': no such field; expected name, source, blocking, decoupled, provenance")]
    [InlineData("""{ "name": "a", "source": "b", "blocking": { "jump_cycles": "two" } }""", "field 'blocking.jump_cycles': expected a whole number")]
    [InlineData("""{ "name": "a", "source": "b", "blocking": { "jump_cycles": 0 } }""", "jump_cycles")]
    [InlineData("""{ "name": "a", "source": "b", "decoupled": { "sequencer_entries": 33 } }""", "sequencer_entries")]
    [InlineData("""{ "name": "a", "source": "b", "blocking": {}, "decoupled": {} }""", "decoupled")]
    [InlineData("""{ "name": "a", "source": "b", "provenance": { "jump_cycles": "measured" } }""", "jump_cycles")]
    [InlineData("""{ "name": "a", "blocking": {} }""", "'source' missing")]
    [InlineData("""{ "name": "a", "name": "b", "source": "c" }""", "field 'name' is given twice")]
    [InlineData("{\n  \"name\": \"a\",\n  source\n}", "line 3: ")]
    public void What_does_not_fit_is_refused_in_a_line_that_names_the_field(string json, string field)
    {
        var error = Assert.Throws<TimingProfileException>(() => TimingProfile.Parse(json));

        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void What_is_no_profile_is_refused(string json) => Assert.Throws<TimingProfileException>(() => TimingProfile.Parse(json));

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<TimingProfileException>(() => TimingProfile.Named("rocket"));

        Assert.Contains("cv32e40p-fpu3", error.Message, StringComparison.Ordinal);
    }
}
