using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Emu.Lab.Layers;
using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Sweeps;

/// <summary>A sweep that can be run: every point was found to make sense and to fit its machine.</summary>
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

    /// <summary>Of the sweep, for file names.</summary>
    public string Name { get; }

    /// <summary>What is to be run.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>Names the points and the versions that they are run with: parts of equal id are parts of one sweep.</summary>
    public string Id { get; }

    /// <summary>The points' rows before they are run.</summary>
    internal IReadOnlyList<SweepRow> Rows { get; }

    /// <summary>The points' keys.</summary>
    internal IReadOnlyList<string> Keys { get; }

    /// <summary>Reads a sweep file and checks every point.</summary>
    /// <exception cref="UserErrorException">All that is wrong, a line for each fault, with the nearest valid value.</exception>
    public static SweepPlan Load(string path)
    {
        var faults = new SweepFaults(path);
        var file = SweepFile.Read(path, faults);
        var plan = Check(file, faults);
        return plan;
    }

    private static SweepPlan Check(SweepFile file, SweepFaults faults)
    {
        var versions = new SweepVersions();
        foreach (var point in file.Points)
        {
            if (IsLayer(point, faults)) CheckTcdm(point, versions, faults);
        }

        foreach (var point in file.Points.DistinctBy(p => (p.TcdmBytes, p.DmaBytesPerCycle)))
        {
            try
            {
                PlatformRules.Check(point.BuildPlatform());
            }
            catch (PlatformException e)
            {
                faults.Add($"the platform: {e.Message}");
            }
        }

        faults.ThrowIfAny();
        return new SweepPlan(file.Name, file.Points, versions);
    }

    private static bool IsLayer(SweepPoint point, SweepFaults faults)
    {
        var (shape, aimc) = (point.Shape, point.Platform.Aimc ?? new AimcDescription());
        var (isChunk, isOnTile) = (shape.Chunk <= shape.Tokens, shape.Inputs <= aimc.Rows && shape.Outputs <= aimc.Columns);
        if (!isChunk) faults.Add($"chunk {shape.Chunk} is more than the {shape.Tokens} tokens; the nearest valid value is {shape.Tokens}");
        if (!isOnTile) faults.Add($"shape {shape.Inputs}x{shape.Outputs} does not fit a tile of {aimc.Rows}x{aimc.Columns}; the nearest valid value is {Math.Min(shape.Inputs, aimc.Rows)}x{Math.Min(shape.Outputs, aimc.Columns)}");
        return isChunk && isOnTile;
    }

    private static void CheckTcdm(SweepPoint point, SweepVersions versions, SweepFaults faults)
    {
        foreach (var strategy in new[] { point.Strategy, point.Strategy.Baseline })
        {
            var available = LayerFootprint.Available(versions.AppOf(strategy), point.TcdmBytes);
            var bytes = LayerFootprint.Bytes(point.Shape, strategy);
            if (bytes <= available) continue;
            var (shape, chunk) = (point.Shape, LargestChunk(point.Shape, strategy, available));
            var nearest = chunk > 0
                ? string.Create(CultureInfo.InvariantCulture, $"chunk {chunk}")
                : $"tcdm {SizeJsonConverter.Format((uint)((LayerFootprint.Bytes(shape with { Chunk = 1 }, strategy) + point.TcdmBytes - available + 1023) / 1024 * 1024))} with chunk 1";
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"chunk {shape.Chunk} of {shape.Inputs}x{shape.Outputs}, rank {shape.Rank}, {strategy.Name} takes {bytes:N0} bytes of TCDM, and {available:N0} of {SizeJsonConverter.Format(point.TcdmBytes)} are there; the nearest that fits is {nearest}"));
            return;
        }
    }

    // A chunk's bytes grow with its tokens: bisect. 0 where not even one token fits.
    private static int LargestChunk(LayerShape shape, LayerStrategy strategy, long available)
    {
        var (fits, tooMany) = (0, shape.Chunk);
        while (tooMany - fits > 1)
        {
            var middle = (fits + tooMany) / 2;
            if (LayerFootprint.Bytes(shape with { Chunk = middle }, strategy) <= available) fits = middle;
            else tooMany = middle;
        }

        return fits;
    }
}
