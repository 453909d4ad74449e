using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Emu.Tests.Machine.Devices;

/// <summary>A device that the product does not have, added as docs/adding-a-peripheral.md says: one class, one line, one description.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class AddedDeviceTests
{
    private const string Line = "new DeviceKind(\"alarm\", Alarm.Map, static site => new Alarm(site)),";

    private const string Description = """{ "devices": [ { "type": "alarm", "base": "0x5000_0000", "source": 7 } ] }""";

    private static readonly DeviceCatalog Catalog = DeviceCatalog.Standard.With(
        new DeviceKind("alarm", Alarm.Map, static site => new Alarm(site)));

    [Fact]
    public void It_takes_part_in_a_machine_as_the_products_own_do()
    {
        var platform = PlatformJson.Parse(Description, Catalog);
        var program = TestMachine.Assemble(
            $"""
                li   a0, {0x5000_0000}
                li   a1, {platform.Plic!.Base}
                li   t0, 1
                sw   t0, 4*7(a1)        # the priority of source 7
                li   a2, {platform.Plic.Base + PlicRegisters.Enable}
                li   t0, 1 << 7
                sw   t0, 0(a2)
                li   t0, 500
                sw   t0, 0(a0)
                csrr s0, mcycle
                lw   s1, 4(a0)          # waits
                csrr s2, mcycle
                sub  s2, s2, s0
                csrr s3, mip
                li   a3, {platform.Plic.Base + PlicRegisters.Claim}
                lw   s4, 0(a3)
            """,
            platform,
            TestMachine.Options with { Devices = Catalog }).Finish();

        Assert.Equal(1u, program["s1"]);
        Assert.InRange(program["s2"], 495u, 505u);
        Assert.Equal((1u << 11, 7u), (program["s3"] & 1u << 11, program["s4"]));
        Assert.InRange(program.Machine.CausesOf(0).Cycles[(int)Cause.TileWait], 490u, 505u);
        var mapping = program.Machine.Devices.Single(d => d.Device.Name == "alarm");
        Assert.Equal((0x5000_0000u, 0x1000u), (mapping.Base, mapping.Size));
        Assert.Equal("rings", Assert.Single(mapping.Device.Counters(0)).Name);
        Assert.Contains(PlatformRules.Map(platform, Catalog), m => m.Name == "alarm");
    }

    [Theory]
    [InlineData("""{ "type": "alarm", "base": "0x5000_0000", "source": 2 }""", "source 2 of the PLIC is that of 'dma'")]
    [InlineData("""{ "type": "alarm", "base": "0x5000_0000", "source": 1024 }""", "field 'devices[0].source': 1024 is outside 0 to 1023")]
    [InlineData("""{ "type": "alarm", "base": "0x5000_0000" }, { "type": "alarm", "base": "0x5000_1000" }""", "field 'devices[1]': there is another device named 'alarm'; give it a 'name' of its own")]
    [InlineData("""{ "type": "alarm", "base": "0x4000_0000" }""", "overlap")]
    [InlineData("""{ "type": "clock", "base": "0x5000_0000" }""", "no device of type 'clock'; expected alarm")]
    public void What_does_not_fit_is_refused(string devices, string expected) =>
        Assert.Contains(expected, Assert.Throws<PlatformException>(() => PlatformJson.Parse($$"""{ "devices": [ {{devices}} ] }""", Catalog)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_documents_code_is_what_these_tests_run()
    {
        var directory = Path.Combine(Toolchain.Root, "tests", "AhwaLora.Emu.Tests", "Machine", "Devices");
        var document = File.ReadAllText(Path.Combine(Toolchain.Root, "docs", "adding-a-peripheral.md"));
        var device = File.ReadAllText(Path.Combine(directory, "Alarm.cs"));
        Assert.Contains("```csharp\n" + device[device.IndexOf("/// <summary>An alarm", StringComparison.Ordinal)..] + "```\n", document, StringComparison.Ordinal);
        Assert.Contains(Line, document, StringComparison.Ordinal);
        Assert.Contains(Line.TrimEnd(','), File.ReadAllText(Path.Combine(directory, "AddedDeviceTests.cs")), StringComparison.Ordinal);
        Assert.Contains(Description, document, StringComparison.Ordinal);
    }
}
