using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Observe;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Regions that firmware marks.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class RegionTests
{
    public static TheoryData<string> Profiles { get; } = new(TimingProfile.All.Select(p => p.Name));

    [Fact]
    public void A_region_holds_what_lies_between_its_markers()
    {
        var regions = Run("""
            li   s0, 0x80000005
            li   s1, 5
            csrw 0x7c8, s0
            csrw 0x7c8, s1
            csrw 0x7c8, s0
            nop
            nop
            csrw 0x7c8, s1
            j    done
            """);
        var record = regions.Records[(0, 5)];
        Assert.Equal((2UL, 2UL, 2UL), (record.Entries, record.Cycles, record.Instructions));
        Assert.Equal(2UL, record.Causes[(int)Cause.Issue]);
        Assert.Equal("region_5", regions.NameOf(5));
    }

    [Fact]
    public void Regions_nest_and_an_outer_end_ends_the_inner_ones()
    {
        var regions = Run("""
            li   s0, 0x80000001
            li   s1, 0x80000002
            li   s2, 1
            li   s3, 9
            csrw 0x7c8, s0
            nop
            csrw 0x7c8, s1
            nop
            csrw 0x7c8, s3
            csrw 0x7c8, s2
            csrw 0x7c8, s0
            j    done
            """);
        Assert.Equal(4UL, regions.Records[(0, 1)].Cycles);
        Assert.Equal(2UL, regions.Records[(0, 2)].Cycles);
        Assert.Equal([(0, 1u), (0, 2u)], regions.Records.Keys);
        Assert.Equal([(0, 1u)], regions.OpenRegions);
    }

    [Fact]
    public void The_address_of_a_string_names_a_region()
    {
        var regions = Run("""
            la   s0, name
            csrw 0x7c8, s0
            la   s1, number
            csrw 0x7c8, s1
            slli s0, s0, 1
            srli s0, s0, 1
            csrw 0x7c8, s0
            j    done
            .data
        number: .byte 7, 1, 0
        name: .asciz "inner loop"
            .text
        """);
        Assert.Contains(regions.Records.Keys, k => regions.NameOf(k.Id) == "inner loop");
        Assert.Contains(regions.Records.Keys, k => regions.NameOf(k.Id).StartsWith("region_", StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_strings_at_two_addresses_name_one_region()
    {
        var regions = Run("""
            la   s0, first
            la   s1, second
            csrw 0x7c8, s0
            nop
            slli s2, s1, 1
            srli s2, s2, 1
            csrw 0x7c8, s2
            csrw 0x7c8, s1
            csrw 0x7c8, s2
            j    done
            .data
        first:  .asciz "loop"
        second: .asciz "loop"
            .text
        """);
        var ((_, id), record) = Assert.Single(regions.Records);
        Assert.Equal("loop", regions.NameOf(id));
        Assert.Equal((2UL, 3UL), (record.Entries, record.Instructions));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_marker_costs_one_cycle(string timing)
    {
        const string marker = "csrw 0x7c8, s0";
        Assert.Equal(CyclesAcross("", timing) + 1, CyclesAcross(marker, timing));
    }

    private static uint CyclesAcross(string marker, string timing)
    {
        var test = TestMachine.Assemble($"""
            li   s0, 3
            nop
            csrr s1, mcycle
            nop
            {marker}
            nop
            csrr s2, mcycle
            sub  s3, s2, s1
            j    done
            """, options: TestMachine.Options with { Timing = TimingProfile.Named(timing) }).Finish();
        return test["s3"];
    }

    private static RegionRecorder Run(string program) => TestMachine.Assemble(program).Finish().Machine.Regions;
}
