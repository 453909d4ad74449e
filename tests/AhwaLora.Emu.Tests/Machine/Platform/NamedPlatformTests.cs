using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Platform;

/// <summary>The platforms that come with the product.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class NamedPlatformTests
{
    public static TheoryData<string> Names => [.. NamedPlatform.All.Select(platform => platform.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_name_has_a_file_of_which_a_machine_can_be_built(string name)
    {
        var platform = NamedPlatform.Find(name)!.Load();
        var machine = new EmulatedMachine(platform, new MachineOptions());
        Assert.Equal(platform.TotalHarts, machine.Harts.Count);
    }

    [Fact]
    public void The_default_platform_is_the_one_that_needs_no_file() =>
        Assert.Equal(PlatformJson.Write(new PlatformDescription()), PlatformJson.Write(NamedPlatform.Find(NamedPlatform.Default)!.Load()));

    [Fact]
    public void Every_hart_of_the_calibration_platform_has_a_mebibyte_of_its_own()
    {
        var platform = NamedPlatform.Find("calibration")!.Load();
        Assert.Equal(new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20, Private = true }, Assert.Single(platform.AllMemories));
    }

    [Fact]
    public void A_timing_profile_that_there_is_not_is_refused_by_name()
    {
        var refused = Assert.Throws<PlatformException>(() => PlatformJson.Parse("""{ "timing": "cv32" }"""));
        Assert.StartsWith("field 'timing': there is no profile 'cv32'; expected functional, ", refused.Message, StringComparison.Ordinal);
    }
}
