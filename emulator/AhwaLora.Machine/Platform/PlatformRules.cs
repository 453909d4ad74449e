using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Platform;

/// <summary>What a schema cannot say about a platform: ranges, powers of two, and that nothing overlaps.</summary>
public static class PlatformRules
{
    /// <summary>The largest number of harts of a machine.</summary>
    public const int MaximumHarts = HartSet.Capacity;

    /// <summary>The longest integration of a tile, ns.</summary>
    public const int MaximumIntegrationNs = 65_535;

    private const ulong AddressSpaceBytes = 1UL << 32;

    /// <summary>Checks a platform.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="catalog">The devices that there are; null for <see cref="DeviceCatalog.Standard"/>.</param>
    /// <exception cref="PlatformException">Rules are broken; the faults name the fields and the fixes.</exception>
    public static void Check(PlatformDescription platform, DeviceCatalog? catalog = null)
    {
        var faults = new PlatformFaults();
        Check(platform, catalog ?? DeviceCatalog.Standard, faults);
        faults.ThrowIfAny();
    }

    /// <summary>Checks a platform.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="catalog">The devices that there are.</param>
    /// <param name="faults">Receives each broken rule. If some are known already, the places of devices and memories are not compared, since fields may be missing.</param>
    internal static void Check(PlatformDescription platform, DeviceCatalog catalog, PlatformFaults faults)
    {
        if (!CheckHarts(platform, faults)) return;
        faults.Require(platform.ClockMhz is >= 0.001 and <= 100_000, $"field 'clock_mhz': {platform.ClockMhz} is outside 0.001 to 100000");
        _ = ParseIsa(platform.Isa, faults);
        faults.Require(platform.Timing is null || TimingProfile.All.Any(profile => profile.Name == platform.Timing),
            $"field 'timing': there is no profile '{platform.Timing}'; expected {string.Join(", ", TimingProfile.All.Select(profile => profile.Name))}");
        var hasMemories = CheckMemories(platform, faults);
        if (platform.InstructionMemory is { } fetch) CheckFetch(fetch, faults);
        catalog.Check(platform, faults);
        if (!hasMemories || faults.All.Count != 0) return;
        CheckPlaces(Map(platform, catalog), faults);
        CheckDevices(catalog.Plan(platform), faults);
    }

    /// <summary>The ISA string with every extension that is implemented.</summary>
    public const string FullIsa = "rv32imafdc_zicsr_zifencei_zfh_xfvec_xfdotp_xssr_xfrep";

    /// <summary>The extensions of an ISA string.</summary>
    /// <exception cref="PlatformException">The string names an extension that is not implemented, or leaves out one that every hart has.</exception>
    public static Extension ParseIsa(string isa)
    {
        var faults = new PlatformFaults();
        var extensions = ParseIsa(isa, faults);
        faults.ThrowIfAny();
        return extensions;
    }

    private static Extension ParseIsa(string isa, PlatformFaults faults)
    {
        var extensions = Extension.I | Extension.Privileged | Extension.Zicsr;
        var parts = isa.ToLowerInvariant().Split('_');
        if (!faults.Require(parts[0].StartsWith("rv32i", StringComparison.Ordinal), $"field 'isa': '{isa}' does not begin with rv32i")) return extensions;
        foreach (var letter in parts[0][5..])
        {
            Extension? extension = letter switch
            {
                'm' => Extension.M,
                'a' => Extension.A,
                'f' => Extension.F,
                'd' => Extension.D | Extension.F,
                'c' => Extension.C,
                _ => null,
            };
            faults.Require(extension is not null, $"field 'isa': extension '{letter}' of '{isa}' is not implemented; use letters of imafdc");
            extensions |= extension ?? 0;
        }

        foreach (var part in parts[1..])
        {
            Extension? extension = part switch
            {
                "zicsr" or "zicntr" or "zihpm" => Extension.Zicsr,
                "zifencei" => Extension.Zifencei,
                "zfhmin" => Extension.Zfhmin | Extension.F,
                "zfh" => Extension.Zfh | Extension.Zfhmin | Extension.F,
                "xfvec" => Extension.Xfvec,
                "xfdotp" => Extension.Xfdotp,
                "xssr" => Extension.Xssr,
                "xfrep" => Extension.Xfrep,
                _ => null,
            };
            faults.Require(extension is not null, $"field 'isa': extension '{part}' of '{isa}' is not implemented; use zicsr, zifencei, zicntr, zihpm, zfhmin, zfh, xfvec, xfdotp, xssr, xfrep");
            extensions |= extension ?? 0;
        }

        faults.Require((extensions & Extension.NonStandard) == 0 || extensions.HasFlag(Extension.D), $"field 'isa': the x extensions of '{isa}' work on 64-bit f registers; add d");
        return extensions;
    }

    /// <summary>The address ranges of a platform: name, base, size; private memories once. If the platform breaks a rule, they may reach beyond 32 bits.</summary>
    public static IReadOnlyList<(string Name, ulong Base, ulong Size)> Map(PlatformDescription platform, DeviceCatalog? catalog = null)
    {
        var memories = platform.AllMemories.Select(m => (m.Name, Base: (ulong)m.Base, Size: (ulong)m.Size));
        var devices = (catalog ?? DeviceCatalog.Standard).Plan(platform).Select(d => (d.Name, d.Base, Size: (ulong)d.Kind.Registers.Size));
        return [.. memories.Concat(devices).OrderBy(m => m.Base)];
    }

    /// <summary>False if there are no clusters to go on with.</summary>
    private static bool CheckHarts(PlatformDescription platform, PlatformFaults faults)
    {
        if (!faults.Require(platform.Clusters is { Count: > 0 }, "field 'clusters': a machine needs at least one")) return false;
        if (!faults.Require(platform.Clusters.All(cluster => cluster is not null), "field 'clusters': null is not a cluster; describe it or remove it")) return false;
        var areSound = true;
        foreach (var (number, cluster) in platform.Clusters.Index())
        {
            areSound &= faults.Require(cluster.Harts is >= 1 and <= MaximumHarts, $"field '{platform.FieldOf(number, "harts")}': {cluster.Harts} is outside 1 to {MaximumHarts}");
        }

        if (areSound) faults.Require(platform.TotalHarts <= MaximumHarts, $"field 'clusters': {platform.TotalHarts} harts in total; expected at most {MaximumHarts}");
        return true;
    }

    /// <summary>False if there are no memories to go on with.</summary>
    private static bool CheckMemories(PlatformDescription platform, PlatformFaults faults)
    {
        if (!faults.Require(platform.Memories?.All(memory => memory is not null) == true, "field 'memories': null is not a memory; describe it or remove it")) return false;
        if (!faults.Require(platform.AllMemories.Any(), "field 'memories': a machine needs at least one")) return false;
        foreach (var memory in platform.Memories!) CheckMemory(memory, $"field 'memories' ({memory.Name})", faults);
        foreach (var (number, cluster) in platform.Clusters.Index())
        {
            if (cluster.Tcdm is { } tcdm) CheckMemory(tcdm, $"field '{platform.FieldOf(number, "tcdm")}'", faults);
        }

        // A cluster has one arbiter before its banks, and masters are numbered for it.
        var banked = platform.Memories.Where(memory => memory.Banks != 0).Select(memory => memory.Name).ToList();
        faults.Require(banked.Count <= 1, $"field 'memories': {string.Join(" and ", banked)} have banks; only one memory can");
        faults.Require(banked.Count == 0 || platform.IsFlat,
            $"field 'memories': {string.Join(" and ", banked)} has banks; in a file with 'clusters', give it to one of them as its 'tcdm'");
        var harts = (ulong)Math.Max(1, platform.Clusters.Sum(cluster => (long)cluster.Harts));
        var total = platform.AllMemories.Aggregate(0UL, (sum, memory) => sum + memory.Size * (memory.Private ? Math.Min(harts, MaximumHarts) : 1));
        faults.Require(total <= AddressSpaceBytes, $"field 'memories': {total >> 20} MiB in total, private memories counted per hart; expected at most {AddressSpaceBytes >> 20} MiB");
        return true;
    }

    private static void CheckMemory(MemoryDescription memory, string field, PlatformFaults faults)
    {
        faults.Require(memory.Size is > 0 and <= 1u << 30 && memory.Size % 4 == 0, $"{field}: size {memory.Size} is not a multiple of 4 up to 1 GiB");
        faults.Require(memory.Banks is 0 or (>= 1 and <= 1024) && int.PopCount(memory.Banks) <= 1, $"{field}: banks {memory.Banks} is not a power of two");
        faults.Require(memory.BankBytes is TcdmBanks.WordBytes or TcdmBanks.DoubleBytes, $"{field}: bank_bytes {memory.BankBytes} is neither 4 nor 8");
        faults.Require(memory.ExtraCycles <= 1000, $"{field}: extra_cycles {memory.ExtraCycles} is outside 0 to 1000");
        faults.Require(memory.WidthBytes == 0 || (memory.WidthBytes <= 64 && uint.IsPow2(memory.WidthBytes)), $"{field}: width_bytes {memory.WidthBytes} is neither 0 nor a power of two up to 64");
        faults.Require(memory.Banks == 0 || memory.WidthBytes == 0, $"{field}: width_bytes {memory.WidthBytes} does not go with banks, each of which has a width; remove one of the two");
        faults.Require(memory.Banks == 0 || !memory.Private, $"{field}: banks do not go with private, since only one hart uses a private memory; remove one of the two");
    }

    private static void CheckFetch(InstructionMemoryDescription fetch, PlatformFaults faults)
    {
        faults.Require(fetch.BlockBytes is >= 4 and <= 64 && int.IsPow2(fetch.BlockBytes), $"field 'instruction_memory.block_bytes': {fetch.BlockBytes} is not a power of two from 4 to 64");
        faults.Require(fetch.ExtraCycles is >= 0 and <= 1000, $"field 'instruction_memory.extra_cycles': {fetch.ExtraCycles} is outside 0 to 1000");
        if (fetch.Cache is not { } cache) return;
        const string field = "field 'instruction_memory.cache";
        faults.Require(cache.LineBytes >= fetch.BlockBytes && cache.LineBytes <= 1024 && int.IsPow2(cache.LineBytes),
            $"{field}.line_bytes': {cache.LineBytes} is not a power of two from {fetch.BlockBytes} to 1024");
        faults.Require(cache.Ways is >= 1 and <= 64, $"{field}.ways': {cache.Ways} is outside 1 to 64");
        faults.Require(cache.MissCycles is >= 0 and <= 10_000, $"{field}.miss_cycles': {cache.MissCycles} is outside 0 to 10000");
        if (cache.LineBytes <= 0 || cache.Ways <= 0) return;
        var sets = cache.SizeBytes / cache.LineBytes / cache.Ways;
        faults.Require(sets >= 1 && int.IsPow2(sets) && sets * cache.LineBytes * cache.Ways == cache.SizeBytes, $"{field}.size_bytes': {cache.SizeBytes} is not line_bytes x ways x a power of two");
    }

    private static void CheckPlaces(IReadOnlyList<(string Name, ulong Base, ulong Size)> map, PlatformFaults faults)
    {
        foreach (var (name, start, size) in map)
        {
            faults.Require(start % 4 == 0, $"'{name}': base 0x{start:x8} is not word-aligned");
            faults.Require(start + size <= AddressSpaceBytes, $"'{name}' (from 0x{start:x8}, 0x{size:x} bytes) reaches beyond the 32-bit address space");
        }

        for (var n = 1; n < map.Count; n++)
        {
            var (before, after) = (map[n - 1], map[n]);
            faults.Require(before.Base + before.Size <= after.Base,
                $"'{before.Name}' (0x{before.Base:x8}-0x{before.Base + before.Size - 1:x8}) and '{after.Name}' (from 0x{after.Base:x8}) overlap; move one");
        }
    }

    /// <summary>Devices are known by their names, and a source of the PLIC belongs to one of them.</summary>
    private static void CheckDevices(IReadOnlyList<PlannedDevice> devices, PlatformFaults faults)
    {
        var names = new HashSet<string>();
        var sources = new Dictionary<uint, PlannedDevice>();
        foreach (var device in devices)
        {
            faults.Require(names.Add(device.Name), $"field '{device.Field}': there is another device named '{device.Name}'; give it a 'name' of its own");
            faults.Require(device.Source == 0 || sources.TryAdd(device.Source, device), $"field '{device.Field}': source {device.Source} of the PLIC is that of '{sources.GetValueOrDefault(device.Source)?.Name}'; take another");
        }
    }
}
