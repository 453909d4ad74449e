using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>A sweep that is ready to run: every point is valid and fits its machine.</summary>
public sealed class SweepPlan
{
    private SweepPlan(string name, IReadOnlyList<SweepPoint> points, SweepVersions versions)
    {
        Name = name;
        Points = points;
        Rows = [.. points.Select(p => SweepRow.Of(p, versions))];
        Keys = [.. Rows.Select(row => row.Key())];
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', Keys))));
    }

    /// <summary>Name of the sweep, for file names.</summary>
    public string Name { get; }

    /// <summary>The points to run.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>Identifies the points and the versions that they run with: parts with the same id belong to one sweep.</summary>
    public string Id { get; }

    /// <summary>The points' rows before they are run.</summary>
    internal IReadOnlyList<SweepRow> Rows { get; }

    /// <summary>The points' keys.</summary>
    internal IReadOnlyList<string> Keys { get; }

    /// <summary>Reads a sweep file and checks every point.</summary>
    /// <exception cref="UserErrorException">Lists every fault, one per line, each with the nearest valid value.</exception>
    public static SweepPlan Load(string path)
    {
        var faults = new FileFaults(path);
        return Check(SweepFile.Read(path, faults), faults);
    }

    /// <summary>A sweep of points that no file lists.</summary>
    /// <exception cref="UserErrorException">As for a sweep file.</exception>
    public static SweepPlan Of(string name, IEnumerable<SweepPoint> points) => Check(new SweepFile(name, [.. points.Distinct()]), new FileFaults(name));

    /// <summary>Checks that points fit their machines.</summary>
    /// <exception cref="UserErrorException">As for a sweep file; <paramref name="name"/> says what the points are of.</exception>
    public static void CheckPoints(string name, IEnumerable<SweepPoint> points) => Check(points, new SweepVersions(), new FileFaults(name));

    private static SweepPlan Check(SweepFile file, FileFaults faults)
    {
        var versions = new SweepVersions();
        Check(file.Points, versions, faults);
        return new SweepPlan(file.Name, file.Points, versions);
    }

    private static void Check(IEnumerable<SweepPoint> points, SweepVersions versions, FileFaults faults)
    {
        var machines = new HashSet<(uint, int, int, int)>();
        foreach (var point in points.Where(p => IsLayer(p, faults)))
        {
            CheckTcdm(point, versions, faults);
            CheckRam(point, faults);
            if (machines.Add((point.TcdmBytes, point.TcdmBanks, point.DmaBytesPerCycle, point.StreamWordsPerCycle))) CheckPlatform(point, faults);
        }

        faults.ThrowIfAny();
    }

    private static void CheckRam(SweepPoint point, FileFaults faults)
    {
        if (GuestData.Excess(point.Shape, point.Platform) is not { } excess) return;
        var (shape, bytesPerToken) = (point.Shape, sizeof(float) * ((long)point.Shape.Inputs + point.Shape.Outputs));
        var tokens = shape.Tokens - (excess + bytesPerToken - 1) / bytesPerToken;
        var nearest = tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $"tokens {tokens}") : "a larger ram";
        faults.Add(string.Create(CultureInfo.InvariantCulture, $"tokens {shape.Tokens} of {shape.Inputs}x{shape.Outputs} take {excess:N0} bytes more than the platform's RAM has; the nearest that fits is {nearest}"));
    }

    private static void CheckPlatform(SweepPoint point, FileFaults faults)
    {
        try
        {
            PlatformRules.Check(point.BuildPlatform());
        }
        catch (PlatformException e)
        {
            foreach (var fault in e.Faults) faults.Add($"the platform: {fault}");
        }
    }

    private static bool IsLayer(SweepPoint point, FileFaults faults)
    {
        var (shape, aimc, mapping) = (point.Shape, point.Aimc, point.Mapping);
        if (shape.Chunk > shape.Tokens) faults.Add($"chunk {shape.Chunk} is more than the {shape.Tokens} tokens; the nearest valid value is {shape.Tokens}");
        if (mapping.Tiles > FirmwareLimits.Tiles)
        {
            var (inputs, outputs) = (Math.Min(mapping.Inputs.Count, FirmwareLimits.Tiles), Math.Max(1, FirmwareLimits.Tiles / mapping.Copies / mapping.Inputs.Count));
            var nearest = $"{Math.Min(shape.Inputs, inputs * aimc.Rows)}x{Math.Min(shape.Outputs, outputs * aimc.Columns)}";
            faults.Add($"shape {shape.Inputs}x{shape.Outputs}, {point.Strategy.Name} takes {mapping.Tiles} tiles of {aimc.Rows}x{aimc.Columns}, more than {FirmwareLimits.Tiles}; the nearest valid value is {nearest}");
        }

        return shape.Chunk <= shape.Tokens && mapping.Tiles <= FirmwareLimits.Tiles;
    }

    private static void CheckTcdm(SweepPoint point, SweepVersions versions, FileFaults faults)
    {
        if (LayerFootprint.TcdmOf(point.Platform) is null)
        {
            faults.Add(LayerFootprint.NoTcdm);
            return;
        }

        var splits = point.Mapping.Inputs.Count;
        foreach (var strategy in new[] { point.Strategy, point.Strategy.TileAlone })
        {
            var available = LayerFootprint.Available(versions.AppOf(strategy), point.TcdmBytes);
            var bytes = LayerFootprint.Bytes(point.Shape, strategy, splits);
            if (bytes <= available) continue;
            var (shape, chunk) = (point.Shape, LayerFootprint.LargestChunk(point.Shape, strategy, splits, available));
            var least = (LayerFootprint.Bytes(shape with { Chunk = 1 }, strategy, splits) + point.TcdmBytes - available + 1023) / 1024 * 1024;
            var nearest = chunk > 0 ? string.Create(CultureInfo.InvariantCulture, $"chunk {chunk}") : $"tcdm {SizeJsonConverter.Format((uint)least)} with chunk 1";
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"chunk {shape.Chunk} of {shape.Inputs}x{shape.Outputs}, rank {shape.Rank}, "
                + $"{strategy.Name} takes {bytes:N0} bytes of TCDM, and {available:N0} of {SizeJsonConverter.Format(point.TcdmBytes)} are there; "
                + $"the nearest that fits is {nearest}"));
            return;
        }
    }
}
