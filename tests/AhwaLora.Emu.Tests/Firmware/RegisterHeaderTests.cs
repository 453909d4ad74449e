using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Firmware;

/// <summary>The generated files are what the register maps say; <c>AHWALORA_ACCEPT=1</c> rewrites them.</summary>
public sealed class RegisterHeaderTests
{
    private static readonly IReadOnlyList<RegisterBlock> _blocks = RegisterBlock.Of(new PlatformDescription());

    [Fact]
    public void The_committed_header_is_the_generated_one() =>
        AssertCommitted(Path.Combine(Toolchain.Root, "firmware", "runtime", "ahwa_registers.h"), _ => RegisterHeader.ToHeader(new PlatformDescription()));

    [Fact]
    public void The_documented_registers_are_the_generated_ones() =>
        AssertCommitted(Path.Combine(Toolchain.Root, "docs", "firmware.md"), text => RegisterHeader.Embed(text, RegisterHeader.ToMarkdown(_blocks)));

    [Fact]
    public void Rows_fields_and_constants_get_names_of_their_own()
    {
        var map = new RegisterMap("DEMO", 0x1000, "A demonstration.",
            [new(0x10, "PORT", RegisterAccess.ReadWrite, "A port.", Count: 4) { Fields = [new("MODE", 5, 4, "How.")] }],
            [new("MODE_FAST", 2, "Quick.")]);
        var header = RegisterHeader.ToHeader([new RegisterBlock(map, 0x3000_0000, IsArray: true)], clusters: 1, hartsPerCluster: 64);
        string[] expected =
        [
            "AHWA_DEMO_BASE 0x30000000", "AHWA_DEMO_STRIDE 0x1000", "AHWA_DEMO_PORT_OFFSET 0x10", "AHWA_DEMO_PORT_STRIDE 0x04",
            "AHWA_DEMO_PORT_COUNT 4", "AHWA_DEMO_PORT_MODE_SHIFT 4", "AHWA_DEMO_PORT_MODE_MASK 0x30", "AHWA_DEMO_MODE_FAST 0x02",
        ];
        var defines = header.Split('\n').Where(line => line.StartsWith("#define AHWA_DEMO_", StringComparison.Ordinal)).Select(Words);
        Assert.Equal(expected, defines);
    }

    [Fact]
    public void A_platform_without_a_block_has_no_names_for_it()
    {
        var header = RegisterHeader.ToHeader(new PlatformDescription { Dma = null, Clint = new() { Base = 0x0300_0000 } });
        Assert.DoesNotContain("AHWA_DMA_", header, StringComparison.Ordinal);
        Assert.Matches("AHWA_CLINT_BASE +0x03000000\n", header);
    }

    [Theory]
    [InlineData(8, 0x1080_0000u, "'cluster' of cluster 2 is not 0x400000 bytes after that of cluster 1")]
    [InlineData(4, 0x1100_0000u, "the clusters have different numbers of harts")]
    public void Clusters_that_no_stride_describes_are_refused(int harts, uint third, string expected)
    {
        var platform = new PlatformDescription
        {
            Clusters = [ClusterDescription.At(0x1000_0000, harts: 8), ClusterDescription.At(0x1040_0000, harts: 8), ClusterDescription.At(third + 0x10_0000, harts)],
        };
        Assert.Contains(expected, Assert.Throws<PlatformException>(() => RegisterHeader.ToHeader(platform)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_without_markers_is_refused() =>
        Assert.Throws<ArgumentException>(() => RegisterHeader.Embed("# Nothing here\n", "text"));

    [Fact]
    public void Registers_of_a_block_stand_in_order_inside_it_and_apart()
    {
        foreach (var map in _blocks.Select(block => block.Map))
        {
            Assert.Equal(map.Registers.OrderBy(register => register.Offset), map.Registers);
            Assert.Distinct(map.Registers.Select(register => register.Name));
            foreach (var register in map.Registers)
            {
                var end = register.Offset + (uint)(register.Count - 1) * register.Stride + (uint)register.Bytes;
                Assert.True(end <= map.Size, $"{map.Name}.{register.Name} ends at 0x{end:X}");
                Assert.Equal(register.Offset, map.Find(register.Offset)!.Value.Register.Offset);
                foreach (var field in register.Fields) Assert.InRange(field.High, field.Low, 8 * register.Bytes - 1);
            }
        }
    }

    private static string Words(string line) => string.Join(' ', line.Split("/*")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1));

    private static void AssertCommitted(string path, Func<string, string> generate)
    {
        var committed = File.Exists(path) ? File.ReadAllText(path) : "";
        Accepting.AssertFile(path, generate(committed));
    }
}
