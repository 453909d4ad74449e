using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Machine.Platform;

/// <summary>What a schema cannot say about a platform: ranges, powers of two, and that nothing overlaps.</summary>
public static class PlatformRules
{
    /// <summary>Most harts a machine can have.</summary>
    public const int MaximumHarts = ClusterRegisters.MaxHarts;

    /// <summary>The longest integration of a tile, ns.</summary>
    public const int MaximumIntegrationNs = 65_535;

    private const uint BarrierWordBytes = 4, TileBytes = 0x1000;

    /// <summary>Most tiles a machine can have: each needs a source of the PLIC.</summary>
    public const int MaximumTiles = PlicRegisters.MaxSources + 1 - (int)PlicRegisters.SourceTile0;

    private const ulong AddressSpaceBytes = 1UL << 32;

    /// <summary>Checks a platform.</summary>
    /// <exception cref="PlatformException">A rule is broken; the message names the field and the fix.</exception>
    public static void Check(PlatformDescription platform)
    {
        Require(platform.Harts is >= 1 and <= MaximumHarts, $"field 'harts': {platform.Harts} is outside 1 to {MaximumHarts}");
        Require(platform.ClockMhz is >= 0.001 and <= 100_000, $"field 'clock_mhz': {platform.ClockMhz} is outside 0.001 to 100000");
        _ = ParseIsa(platform.Isa);
        CheckMemories(platform);
        if (platform.InstructionMemory is { } fetch) CheckFetch(fetch);
        if (platform.Clint is { } clint) Require(clint.CyclesPerTick > 0, "field 'clint.cycles_per_tick': 0 is not a number of cycles; expected at least 1");
        if (platform.Dma is { } dma)
        {
            Require(dma.BytesPerCycle is >= 4 and <= 64 && dma.BytesPerCycle % 4 == 0, $"field 'dma.bytes_per_cycle': {dma.BytesPerCycle} is not a multiple of 4 from 4 to 64");
            Require(dma.StartCycles is >= 0 and <= 100_000, $"field 'dma.start_cycles': {dma.StartCycles} is outside 0 to 100000");
            Require(dma.QueueDepth is >= 1 and <= 64, $"field 'dma.queue_depth': {dma.QueueDepth} is outside 1 to 64");
        }

        if (platform.Aimc is { } aimc) CheckTiles(aimc);
        CheckPlaces(platform);
    }

    /// <summary>The ISA string with every extension that is implemented.</summary>
    public const string FullIsa = "rv32imafc_zicsr_zifencei";

    /// <summary>The extensions of an ISA string.</summary>
    /// <exception cref="PlatformException">The string names an extension that is not implemented, or leaves out one that every hart has.</exception>
    public static Extension ParseIsa(string isa)
    {
        var parts = isa.ToLowerInvariant().Split('_');
        Require(parts[0].StartsWith("rv32i", StringComparison.Ordinal), $"field 'isa': '{isa}' does not begin with rv32i");
        var extensions = Extension.I | Extension.Privileged | Extension.Zicsr;
        foreach (var letter in parts[0][5..])
        {
            extensions |= letter switch
            {
                'm' => Extension.M,
                'a' => Extension.A,
                'f' => Extension.F,
                'c' => Extension.C,
                _ => throw new PlatformException($"field 'isa': extension '{letter}' of '{isa}' is not implemented; use letters of imafc"),
            };
        }

        foreach (var part in parts[1..])
        {
            extensions |= part switch
            {
                "zicsr" or "zicntr" or "zihpm" => Extension.Zicsr,
                "zifencei" => Extension.Zifencei,
                _ => throw new PlatformException($"field 'isa': extension '{part}' of '{isa}' is not implemented; use zicsr, zifencei, zicntr, zihpm"),
            };
        }

        return extensions;
    }

    /// <summary>The address ranges of a platform: name, base, size; private memories once. If the platform breaks a rule, they may reach beyond 32 bits.</summary>
    public static IReadOnlyList<(string Name, ulong Base, ulong Size)> Map(PlatformDescription platform)
    {
        var map = platform.Memories.Select(m => (m.Name, Base: (ulong)m.Base, Size: (ulong)m.Size)).ToList();
        if (platform.Clint is { } clint) map.Add(("clint", clint.Base, ClintRegisters.Map.Size));
        if (platform.Plic is { } plic) map.Add(("plic", plic.Base, PlicRegisters.Map.Size));
        if (platform.Cluster is { } cluster) map.Add(("cluster", cluster.Base, ClusterRegisters.Map.Size));
        if (platform.Dma is { } dma) map.Add(("dma", dma.Base, DmaRegisters.Map.Size));
        if (platform.Uart is { } uart) map.Add(("uart", uart.Base, UartRegisters.Map.Size));
        if (platform.BarrierWord is { } barrier) map.Add(("barrier", barrier.Base, BarrierWordBytes));
        if (platform.Aimc is { } aimc)
        {
            for (uint n = 0; n < aimc.Tiles; n++) map.Add(($"tile{n}", aimc.Base + (ulong)n * TileBytes, TileBytes));
        }

        return [.. map.OrderBy(m => m.Base)];
    }

    private static void CheckMemories(PlatformDescription platform)
    {
        Require(platform.Memories.Count > 0, "field 'memories': a machine needs at least one");
        Require(platform.Memories.All(memory => memory is not null), "field 'memories': null is not a memory; describe it or remove it");
        foreach (var memory in platform.Memories)
        {
            var field = $"field 'memories' ({memory.Name})";
            Require(memory.Size is > 0 and <= 1u << 30 && memory.Size % 4 == 0, $"{field}: size {memory.Size} is not a multiple of 4 up to 1 GiB");
            Require(memory.Banks is 0 or (>= 1 and <= 1024) && int.PopCount(memory.Banks) <= 1, $"{field}: banks {memory.Banks} is not a power of two");
            Require(memory.ExtraCycles <= 1000, $"{field}: extra_cycles {memory.ExtraCycles} is outside 0 to 1000");
            Require(memory.WidthBytes == 0 || (memory.WidthBytes <= 64 && uint.IsPow2(memory.WidthBytes)), $"{field}: width_bytes {memory.WidthBytes} is neither 0 nor a power of two up to 64");
            Require(memory.Banks == 0 || memory.WidthBytes == 0, $"{field}: width_bytes {memory.WidthBytes} does not go with banks, each of which is a word wide; remove one of the two");
            Require(memory.Banks == 0 || !memory.Private, $"{field}: banks do not go with private, since only one hart uses a private memory; remove one of the two");
        }

        // There is one arbiter for the banks, and the numbers of masters are meant for it.
        var banked = platform.Memories.Where(memory => memory.Banks != 0).Select(memory => memory.Name).ToList();
        Require(banked.Count <= 1, $"field 'memories': {string.Join(" and ", banked)} have banks; only one memory can");
        var total = platform.Memories.Aggregate(0UL, (sum, memory) => sum + memory.Size * (memory.Private ? (ulong)platform.Harts : 1));
        Require(total <= AddressSpaceBytes, $"field 'memories': {total >> 20} MiB in all, private memories counted per hart; expected at most {AddressSpaceBytes >> 20} MiB");
    }

    private static void CheckFetch(InstructionMemoryDescription fetch)
    {
        Require(fetch.BlockBytes is >= 4 and <= 64 && int.IsPow2(fetch.BlockBytes), $"field 'instruction_memory.block_bytes': {fetch.BlockBytes} is not a power of two from 4 to 64");
        Require(fetch.ExtraCycles is >= 0 and <= 1000, $"field 'instruction_memory.extra_cycles': {fetch.ExtraCycles} is outside 0 to 1000");
        if (fetch.Cache is not { } cache) return;
        const string field = "field 'instruction_memory.cache";
        Require(cache.LineBytes >= fetch.BlockBytes && cache.LineBytes <= 1024 && int.IsPow2(cache.LineBytes),
            $"{field}.line_bytes': {cache.LineBytes} is not a power of two from {fetch.BlockBytes} to 1024");
        Require(cache.Ways is >= 1 and <= 64, $"{field}.ways': {cache.Ways} is outside 1 to 64");
        Require(cache.MissCycles is >= 0 and <= 10_000, $"{field}.miss_cycles': {cache.MissCycles} is outside 0 to 10000");
        var sets = cache.SizeBytes / cache.LineBytes / cache.Ways;
        Require(sets >= 1 && int.IsPow2(sets) && sets * cache.LineBytes * cache.Ways == cache.SizeBytes, $"{field}.size_bytes': {cache.SizeBytes} is not line_bytes x ways x a power of two");
    }

    private static void CheckTiles(AimcDescription aimc)
    {
        Require(aimc.Tiles is >= 0 and <= MaximumTiles, $"field 'aimc.tiles': {aimc.Tiles} is outside 0 to {MaximumTiles}, the sources of the PLIC");
        Require(aimc.Rows is >= 1 and <= 1024, $"field 'aimc.rows': {aimc.Rows} is outside 1 to 1024");
        Require(aimc.Columns is >= 1 and <= 1024, $"field 'aimc.columns': {aimc.Columns} is outside 1 to 1024");
        Require(aimc.IntegrationNs is >= 1 and <= MaximumIntegrationNs, $"field 'aimc.integration_ns': {aimc.IntegrationNs} is outside 1 to {MaximumIntegrationNs}");
        Require(aimc.StreamWordsPerCycle is >= 1 and <= 64, $"field 'aimc.stream_words_per_cycle': {aimc.StreamWordsPerCycle} is outside 1 to 64");
        Require(aimc.Contexts is >= 2 and <= 4, $"field 'aimc.contexts': {aimc.Contexts} is outside 2 to 4");
        Require(aimc.DacBits is null or 0 or (>= 2 and <= 15), $"field 'aimc.dac_bits': {aimc.DacBits} is neither 0 nor 2 to 15");
        Require(aimc.AdcBits is null or 0 or (>= 2 and <= 15), $"field 'aimc.adc_bits': {aimc.AdcBits} is neither 0 nor 2 to 15");
        Require(aimc.AgeSeconds is >= 0 and <= 1e12, $"field 'aimc.age_seconds': {aimc.AgeSeconds} is outside 0 to 1e12");
        _ = aimc.BuildPreset();
        _ = aimc.BuildModel();
    }

    private static void CheckPlaces(PlatformDescription platform)
    {
        var map = Map(platform);
        foreach (var (name, start, size) in map)
        {
            Require(start % 4 == 0, $"'{name}': base 0x{start:x8} is not word-aligned");
            Require(start + size <= AddressSpaceBytes, $"'{name}' (from 0x{start:x8}, 0x{size:x} bytes) reaches beyond the 32-bit address space");
        }

        for (var n = 1; n < map.Count; n++)
        {
            var (before, after) = (map[n - 1], map[n]);
            Require(before.Base + before.Size <= after.Base,
                $"'{before.Name}' (0x{before.Base:x8}-0x{before.Base + before.Size - 1:x8}) and '{after.Name}' (from 0x{after.Base:x8}) overlap; move one");
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new PlatformException(message);
    }
}
