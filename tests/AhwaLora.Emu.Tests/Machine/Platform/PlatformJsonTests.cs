using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Machine.Platform;
using NJsonSchema;

namespace AhwaLora.Emu.Tests.Machine.Platform;

/// <summary>Platform files: what is written can be read, the schema says what is accepted, mistakes name their field.</summary>
public sealed class PlatformJsonTests
{
    [Fact]
    public void What_is_written_reads_as_the_same_platform()
    {
        var written = PlatformJson.Write(new PlatformDescription { Harts = 5, UserMode = true, Aimc = new AimcDescription { Preset = "ideal", DacBits = 6 } });
        Assert.Equal(written, PlatformJson.Write(PlatformJson.Parse(written)));
    }

    [Fact]
    public void A_machine_of_several_clusters_reads_as_it_was_written()
    {
        var platform = new PlatformDescription
        {
            Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }],
            Clusters = [ClusterDescription.At(0x1000_0000, harts: 8), ClusterDescription.At(0x1040_0000, harts: 4, "tcdm1") with { Aimc = new AimcDescription { Rows = 8, Columns = 8 } }],
        };
        var written = PlatformJson.Write(platform);
        var read = PlatformJson.Parse(written);
        Assert.Equal(written, PlatformJson.Write(read));
        Assert.DoesNotContain("\n  \"harts\"", written, StringComparison.Ordinal);
        Assert.Equal((2, 12, 4), (read.Clusters.Count, read.TotalHarts, read.Clusters[1].Harts));
        Assert.Equal(["tcdm", "cluster", "dma", "tcdm1", "cluster1", "dma1"], PlatformRules.Map(read).Select(m => m.Name).Where(n => n[^1] != '0' && n is not ("ram" or "clint" or "plic" or "uart")));
    }

    [Fact]
    public void A_flat_file_is_one_cluster_and_is_written_flat()
    {
        var platform = PlatformJson.Parse("""{ "harts": 3, "dma": null, "barrier_word": { "base": "0x20000000" } }""");
        var cluster = Assert.Single(platform.Clusters);
        Assert.Equal((3, null, 0x2000_0000u), (cluster.Harts, cluster.Dma, cluster.BarrierWord!.Base));
        Assert.Equal("tcdm", platform.TcdmOf(0)!.Name);
        var written = PlatformJson.Write(platform);
        Assert.DoesNotContain("clusters", written, StringComparison.Ordinal);
        Assert.DoesNotContain("devices", written, StringComparison.Ordinal);
        Assert.Equal("""{"harts":3,"dma":null,"barrier_word":{"base":"0x2000_0000"}}""", PlatformJson.WriteChanges(platform));
    }

    [Fact]
    public async Task The_default_platform_fits_the_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(PlatformJson.Schema());
        Assert.Empty(schema.Validate(PlatformJson.Write(new PlatformDescription())));
        Assert.Empty(schema.Validate("""{ "clusters": [ { "harts": 8 }, { "harts": 8, "aimc": null, "dma": { "base": "0x10610000" } } ] }"""));
        Assert.NotEmpty(schema.Validate("""{ "clusters": [ { "hart": 8 } ] }"""));
        Assert.NotEmpty(schema.Validate("""{ "harts": "many" }"""));
    }

    [Fact]
    public void The_published_schema_is_the_generated_one()
    {
        var path = Path.Combine(Toolchain.Root, "docs", "platform.schema.json");
        Accepting.AssertFile(path, PlatformJson.Schema());
    }

    [Theory]
    [InlineData("""{ "hart": 4 }""", "hart")]
    [InlineData("""{ "harts": 65 }""", "field 'harts': 65 is outside 1 to 64")]
    [InlineData("""{ "harts": "x" }""", "field 'harts': expected a whole number")]
    [InlineData("""{ "memories": [ { "name": "ram" } ] }""", "field 'memories[0]': 'base', 'size' missing")]
    [InlineData("""{ "dma": { "width": 8 } }""", "field 'dma.width': no such field; expected base, bytes_per_cycle")]
    [InlineData("""{ "isa": "rv64imac" }""", "field 'isa'")]
    [InlineData("""{ "isa": "rv32imfv" }""", "extension 'v'")]
    [InlineData("""{ "memories": [] }""", "field 'memories'")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "3 GiB" } ] }""", "field 'memories[0].size'")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "banks": 3 } ] }""", "banks 3 is not a power of two")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "width_bytes": 3 } ] }""", "width_bytes 3 is neither 0 nor a power of two up to 64")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "banks": 4, "width_bytes": 4 } ] }""", "width_bytes 4 does not go with banks")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "banks": 4, "bank_bytes": 16 } ] }""", "field 'memories' (ram): bank_bytes 16 is neither 4 nor 8")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "banks": 4, "arbiter": "fair" } ] }""", "field 'memories[0].arbiter': expected tree, locking_tree")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "extra_cycles": 2000 } ] }""", "extra_cycles 2000 is outside 0 to 1000")]
    [InlineData("""{ "memories": [ null ] }""", "field 'memories[0]': expected an object")]
    [InlineData("""{ "memories": [ { "name": "a", "base": "0x80000000", "size": "1 MiB", "banks": 4 }, { "name": "b", "base": "0x90000000", "size": "1 MiB", "banks": 4 } ] }""", "a and b have banks; only one memory can")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000000", "size": "1 MiB", "banks": 4, "private": true } ] }""", "banks do not go with private")]
    [InlineData("""{ "harts": 5, "memories": [ { "name": "ram", "base": "0x80000000", "size": "1024 MiB", "private": true } ] }""", "5120 MiB in total")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0x80000002", "size": "1 MiB" } ] }""", "'ram': base 0x80000002 is not word-aligned")]
    [InlineData("""{ "memories": [ { "name": "ram", "base": "0xffff0000", "size": "1 MiB" } ] }""", "'ram' (from 0xffff0000, 0x100000 bytes) reaches beyond")]
    [InlineData("""{ "uart": { "base": "0x40000002" } }""", "'uart': base 0x40000002 is not word-aligned")]
    [InlineData("""{ "uart": { "base": "0xfffff800" } }""", "'uart' (from 0xfffff800, 0x1000 bytes) reaches beyond")]
    [InlineData("""{ "aimc": { "base": "0xfffff000", "tiles": 2 } }""", "'tile1' (from 0x100000000, 0x1000 bytes) reaches beyond")]
    [InlineData("""{ "dma": { "base": "0x02000000" } }""", "overlap")]
    [InlineData("""{ "clock_mhz": 0.0009 }""", "field 'clock_mhz': 0.0009 is outside 0.001 to 100000")]
    [InlineData("""{ "harts": 1, "harts": 2 }""", "field 'harts' is given twice")]
    [InlineData("""{ "uart": { "base": "0x40000000", "base": "0x50000000" } }""", "field 'uart.base' is given twice")]
    [InlineData("""{ "aimc": { "preset": "best" } }""", "no preset 'best'; expected ideal, ahwa-lora, standard-hwa, aihwkit-default")]
    [InlineData("""{ "aimc": { "rows": 4097 } }""", "field 'aimc.rows': 4097 is outside 1 to 4096")]
    [InlineData("""{ "aimc": { "tiles": 65537 } }""", "'tile65536' (from 0x40000000) overlap")]
    [InlineData("""{ "aimc": { "tiles": -1 } }""", "field 'aimc.tiles': -1 is outside 0 to 1048576")]
    [InlineData("""{ "devices": [ { "type": "toaster", "base": "0x50000000" } ] }""", "field 'devices[0].type': no device of type 'toaster'; there are none")]
    [InlineData("""{ "clusters": [] }""", "field 'clusters': a machine needs at least one")]
    [InlineData("""{ "clusters": [ null ] }""", "field 'clusters[0]': expected an object")]
    [InlineData("""{ "clusters": [ {} ], "harts": 4 }""", "field 'harts': does not go with 'clusters'; each of them has its own")]
    [InlineData("""{ "clusters": [ { "dma": null }, { "harts": 65 } ] }""", "field 'clusters[1].harts': 65 is outside 1 to 64")]
    [InlineData("""{ "clusters": [ { "harts": 40 }, { "harts": 40 } ] }""", "field 'clusters': 80 harts in total; expected at most 64")]
    [InlineData("""{ "clusters": [ {}, {} ] }""", "overlap; move one")]
    [InlineData("""{ "clusters": [ {}, { "dma": { "bytes_per_cycle": 3 } } ] }""", "field 'clusters[1].dma.bytes_per_cycle': 3 is not a multiple of 4")]
    [InlineData("""{ "clusters": [ { "tcdm": { "name": "t", "base": "0x10000000", "size": "4 KiB", "banks": 3 } } ] }""", "field 'clusters[0].tcdm': banks 3 is not a power of two")]
    [InlineData("""{ "clusters": [ {}, {} ], "memories": [ { "name": "m", "base": "0x10000000", "size": "4 KiB", "banks": 4 } ] }""", "field 'memories': m has banks; in a file with 'clusters', give it to one of them as its 'tcdm'")]
    [InlineData("""[1]""", "expected a JSON object")]
    [InlineData("""{ "harts": """, "")]
    public void A_file_that_does_not_fit_names_the_field(string json, string expected)
    {
        var error = Assert.Throws<PlatformException>(() => PlatformJson.Parse(json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
