using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Platform;

/// <summary>What a schema cannot say about a platform: ranges, powers of two, and that nothing overlaps.</summary>
public static class PlatformRules
{
    /// <summary>Most harts a machine can have.</summary>
    public const int MaximumHarts = HartSet.Capacity;

    /// <summary>The longest integration of a tile, ns.</summary>
    public const int MaximumIntegrationNs = 65_535;

    private const ulong AddressSpaceBytes = 1UL << 32;

    /// <summary>Checks a platform.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="catalog">The devices that there are; null for <see cref="DeviceCatalog.Standard"/>.</param>
    /// <exception cref="PlatformException">A rule is broken; the message names the field and the fix.</exception>
    public static void Check(PlatformDescription platform, DeviceCatalog? catalog = null)
    {
        CheckHarts(platform);
        Require(platform.ClockMhz is >= 0.001 and <= 100_000, $"field 'clock_mhz': {platform.ClockMhz} is outside 0.001 to 100000");
        _ = ParseIsa(platform.Isa);
        CheckMemories(platform);
        if (platform.InstructionMemory is { } fetch) CheckFetch(fetch);
        catalog ??= DeviceCatalog.Standard;
        catalog.Check(platform);
        CheckPlaces(Map(platform, catalog));
        CheckDevices(catalog.Plan(platform));
    }

    /// <summary>The ISA string with every extension that is implemented.</summary>
    public const string FullIsa = "rv32imafdc_zicsr_zifencei_zfh_xfvec_xfdotp_xssr_xfrep";

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
                'd' => Extension.D | Extension.F,
                'c' => Extension.C,
                _ => throw new PlatformException($"field 'isa': extension '{letter}' of '{isa}' is not implemented; use letters of imafdc"),
            };
        }

        foreach (var part in parts[1..])
        {
            extensions |= part switch
            {
                "zicsr" or "zicntr" or "zihpm" => Extension.Zicsr,
                "zifencei" => Extension.Zifencei,
                "zfhmin" => Extension.Zfhmin | Extension.F,
                "zfh" => Extension.Zfh | Extension.Zfhmin | Extension.F,
                "xfvec" => Extension.Xfvec,
                "xfdotp" => Extension.Xfdotp,
                "xssr" => Extension.Xssr,
                "xfrep" => Extension.Xfrep,
                _ => throw new PlatformException($"field 'isa': extension '{part}' of '{isa}' is not implemented; use zicsr, zifencei, zicntr, zihpm, zfhmin, zfh, xfvec, xfdotp, xssr, xfrep"),
            };
        }

        Require((extensions & Extension.NonStandard) == 0 || extensions.HasFlag(Extension.D), $"field 'isa': the x extensions of '{isa}' work on 64-bit f registers; add d");

        return extensions;
    }

    /// <summary>The address ranges of a platform: name, base, size; private memories once. If the platform breaks a rule, they may reach beyond 32 bits.</summary>
    public static IReadOnlyList<(string Name, ulong Base, ulong Size)> Map(PlatformDescription platform, DeviceCatalog? catalog = null)
    {
        var memories = platform.AllMemories.Select(m => (m.Name, Base: (ulong)m.Base, Size: (ulong)m.Size));
        var devices = (catalog ?? DeviceCatalog.Standard).Plan(platform).Select(d => (d.Name, d.Base, Size: (ulong)d.Kind.Registers.Size));
        return [.. memories.Concat(devices).OrderBy(m => m.Base)];
    }

    /// <summary>Refuses a platform unless <paramref name="condition"/> is met.</summary>
    internal static void Require(bool condition, string message)
    {
        if (!condition) throw new PlatformException(message);
    }

    private static void CheckHarts(PlatformDescription platform)
    {
        Require(platform.Clusters.Count > 0, "field 'clusters': a machine needs at least one");
        Require(platform.Clusters.All(cluster => cluster is not null), "field 'clusters': null is not a cluster; describe it or remove it");
        foreach (var (number, cluster) in platform.Clusters.Index())
        {
            Require(cluster.Harts is >= 1 and <= MaximumHarts, $"field '{platform.FieldOf(number, "harts")}': {cluster.Harts} is outside 1 to {MaximumHarts}");
        }

        Require(platform.TotalHarts <= MaximumHarts, $"field 'clusters': {platform.TotalHarts} harts in all; expected at most {MaximumHarts}");
    }

    private static void CheckMemories(PlatformDescription platform)
    {
        Require(platform.Memories.All(memory => memory is not null), "field 'memories': null is not a memory; describe it or remove it");
        Require(platform.AllMemories.Any(), "field 'memories': a machine needs at least one");
        foreach (var memory in platform.Memories) CheckMemory(memory, $"field 'memories' ({memory.Name})");
        foreach (var (number, cluster) in platform.Clusters.Index())
        {
            if (cluster.Tcdm is { } tcdm) CheckMemory(tcdm, $"field '{platform.FieldOf(number, "tcdm")}'");
        }

        // A cluster has one arbiter before its banks, and masters are numbered for it.
        var banked = platform.Memories.Where(memory => memory.Banks != 0).Select(memory => memory.Name).ToList();
        Require(banked.Count <= 1, $"field 'memories': {string.Join(" and ", banked)} have banks; only one memory can");
        Require(banked.Count == 0 || platform.IsFlat,
            $"field 'memories': {string.Join(" and ", banked)} has banks; beside 'clusters' a memory with banks is the 'tcdm' of one of them");
        var total = platform.AllMemories.Aggregate(0UL, (sum, memory) => sum + memory.Size * (memory.Private ? (ulong)platform.TotalHarts : 1));
        Require(total <= AddressSpaceBytes, $"field 'memories': {total >> 20} MiB in all, private memories counted per hart; expected at most {AddressSpaceBytes >> 20} MiB");
    }

    private static void CheckMemory(MemoryDescription memory, string field)
    {
        Require(memory.Size is > 0 and <= 1u << 30 && memory.Size % 4 == 0, $"{field}: size {memory.Size} is not a multiple of 4 up to 1 GiB");
        Require(memory.Banks is 0 or (>= 1 and <= 1024) && int.PopCount(memory.Banks) <= 1, $"{field}: banks {memory.Banks} is not a power of two");
        Require(memory.ExtraCycles <= 1000, $"{field}: extra_cycles {memory.ExtraCycles} is outside 0 to 1000");
        Require(memory.WidthBytes == 0 || (memory.WidthBytes <= 64 && uint.IsPow2(memory.WidthBytes)), $"{field}: width_bytes {memory.WidthBytes} is neither 0 nor a power of two up to 64");
        Require(memory.Banks == 0 || memory.WidthBytes == 0, $"{field}: width_bytes {memory.WidthBytes} does not go with banks, each of which is a word wide; remove one of the two");
        Require(memory.Banks == 0 || !memory.Private, $"{field}: banks do not go with private, since only one hart uses a private memory; remove one of the two");
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

    private static void CheckPlaces(IReadOnlyList<(string Name, ulong Base, ulong Size)> map)
    {
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

    /// <summary>Devices are known by their names, and a source of the PLIC belongs to one of them.</summary>
    private static void CheckDevices(IReadOnlyList<PlannedDevice> devices)
    {
        var names = new HashSet<string>();
        var sources = new Dictionary<uint, PlannedDevice>();
        foreach (var device in devices)
        {
            Require(names.Add(device.Name), $"field '{device.Field}': there is another device named '{device.Name}'; give it a 'name' of its own");
            Require(device.Source == 0 || sources.TryAdd(device.Source, device), $"field '{device.Field}': source {device.Source} of the PLIC is that of '{sources.GetValueOrDefault(device.Source)?.Name}'; take another");
        }
    }
}
