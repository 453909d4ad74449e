using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Sandbox;
using AhwaLora.Runs.Settings;
using AhwaLora.Runs.Tiles;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Runs.Programs;

/// <summary>What to run and how: the options of <c>ahwalora run</c>.</summary>
public sealed record RunRequest
{
    /// <summary>The executable.</summary>
    public required string ElfPath { get; init; }

    /// <summary>Arguments for the guest.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What machine to build.</summary>
    public PlatformDescription Platform { get; init; } = new();

    /// <summary>Replaces the platform's number of harts.</summary>
    public int? Harts { get; init; }

    /// <summary>Replaces the platform's ISA string.</summary>
    public string? Isa { get; init; }

    /// <summary>Engine, contention, misaligned accesses, seed and timing.</summary>
    public MachineOptions Options { get; init; } = new();

    /// <summary>Limits at which the run is stopped.</summary>
    public RunLimits Limits { get; init; } = RunLimits.None;

    /// <summary>Directory whose files the guest may use; null for none.</summary>
    public string? SandboxPath { get; init; }

    /// <summary>The guest's console; without it there is no input, and output is dropped.</summary>
    public GuestConsole Console { get; init; } = new(Stream.Null, Stream.Null, Stream.Null);

    /// <summary>File for the words between begin_signature and end_signature; null for none.</summary>
    public string? SignaturePath { get; init; }

    /// <summary>File for the commit log; null for none.</summary>
    public string? LogPath { get; init; }

    /// <summary>File for the statistics; null for none.</summary>
    public string? StatisticsPath { get; init; }

    /// <summary>File for the timeline; null for none.</summary>
    public string? TracePath { get; init; }

    /// <summary>Writes the timeline to <see cref="TracePath"/>; by default in the trace event format.</summary>
    public Action<RunTrace, string> WriteTrace { get; init; } = static (trace, path) => trace.Write(path);

    /// <summary>Memory to write out after the run.</summary>
    public IReadOnlyList<DumpRequest> Dumps { get; init; } = [];

    /// <summary>Every file that the run writes.</summary>
    internal IEnumerable<string?> Outputs =>
        [SignaturePath, LogPath, StatisticsPath, TracePath, Save?.Path, Profile?.FoldedPath, Profile?.CallgrindPath, Baseline?.JUnitPath, Baseline?.MarkdownPath,
            Baseline is { Update: true } ? Baseline.Path : null, .. Dumps.Select(d => d.Path)];

    /// <summary>Snapshot to save during the run; null for none.</summary>
    public SaveRequest? Save { get; init; }

    /// <summary>Snapshot to start from; null to start at reset.</summary>
    public string? RestorePath { get; init; }

    /// <summary>Makes one more probe for the run; null for none.</summary>
    public Func<EmulatedMachine, ElfImage, IProbe?>? Observe { get; init; }

    /// <summary>Makes the guest's host from the sandbox; the debugger inserts its record here. Null for the sandbox itself.</summary>
    public Func<IHost, IHost>? WrapHost { get; init; }

    /// <summary>Attribution of cycles to code; null for none.</summary>
    public ProfileRequest? Profile { get; init; }

    /// <summary>A baseline to compare with or to write; null for none.</summary>
    public BaselineRequest? Baseline { get; init; }

    /// <summary>The cycle in which each hart starts; 0 for those beyond the list.</summary>
    public IReadOnlyList<ulong> StartCycles { get; init; } = [];

    /// <summary>Weights of tiles at the start of the run.</summary>
    public IReadOnlyList<TileRequest> Tiles { get; init; } = [];

    /// <summary>Directory for the state of the tiles after the run; null for none.</summary>
    public string? TileStatePath { get; init; }
}

/// <summary>Snapshot to save during the run: <c>FILE@CYCLE</c>, <c>FILE@region</c> or <c>FILE@regionN</c>.</summary>
/// <param name="Path">File to write.</param>
/// <param name="Cycle">Saved when a hart reaches this cycle; null to save at a region.</param>
/// <param name="Region">Saved when a hart has begun this region; null for any region.</param>
public sealed record SaveRequest(string Path, ulong? Cycle, uint? Region)
{
    private const string RegionWord = "region";

    /// <summary>Parses <c>FILE@CYCLE</c>, <c>FILE@region</c> or <c>FILE@regionN</c>.</summary>
    /// <exception cref="UserErrorException">The text is not of that form.</exception>
    public static SaveRequest Parse(string text)
    {
        var at = text.LastIndexOf('@');
        var (path, when) = at > 0 ? (text[..at], text[(at + 1)..].Replace("_", "", StringComparison.Ordinal)) : ("", "");
        if (path.Length != 0 && ulong.TryParse(when, NumberStyles.None, CultureInfo.InvariantCulture, out var cycle)) return new SaveRequest(path, cycle, null);
        if (path.Length != 0 && when == RegionWord) return new SaveRequest(path, null, null);
        if (path.Length != 0 && when.StartsWith(RegionWord, StringComparison.Ordinal) && UserNumbers.TryParse(when[RegionWord.Length..], out var region)) return new SaveRequest(path, null, region);
        throw new SettingException(SettingFault.OfForm(RunSettings.Save, text, "FILE@CYCLE, FILE@region for the first region, or FILE@regionN, as in boot.snapshot@120000"));
    }
}

/// <summary>Memory to write out: <c>[hartN@]ADDRESS:BYTES:FILE</c>.</summary>
/// <param name="Hart">Hart whose address space is used.</param>
/// <param name="Address">First byte.</param>
/// <param name="Bytes">Number of bytes.</param>
/// <param name="Path">File to write.</param>
public sealed record DumpRequest(int Hart, uint Address, uint Bytes, string Path)
{
    /// <summary>Parses <c>[hartN@]ADDRESS:BYTES:FILE</c>; numbers in decimal or with 0x.</summary>
    /// <exception cref="UserErrorException">The text is not of that form.</exception>
    public static DumpRequest Parse(string text)
    {
        var rest = text;
        var hart = 0;
        if (text.StartsWith("hart", StringComparison.Ordinal) && text.Split('@', 2) is [var prefix, var tail])
        {
            if (!int.TryParse(prefix.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out hart)) throw Malformed(text);
            rest = tail;
        }

        var parts = rest.Split(':', 3);
        if (parts.Length != 3 || parts[2].Length == 0) throw Malformed(text);
        return UserNumbers.TryParse(parts[0], out var address) && UserNumbers.TryParse(parts[1], out var bytes)
            ? new DumpRequest(hart, address, bytes, parts[2])
            : throw Malformed(text);
    }

    private static SettingException Malformed(string text) => new(SettingFault.OfForm(RunSettings.Dump, text, "[hartN@]ADDRESS:BYTES:FILE, as in 0x80000000:64:ram.bin"));
}
