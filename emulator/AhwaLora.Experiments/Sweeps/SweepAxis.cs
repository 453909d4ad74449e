using System.Globalization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Settings;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>Applies a value of an axis to a point.</summary>
internal delegate SweepPoint SweepSetting(SweepPoint point);

/// <summary>A setting that a sweep varies.</summary>
/// <param name="Name">The axis's key in sweep files.</param>
/// <param name="Meaning">Explains the axis to the reader of a file, with the unit.</param>
/// <param name="Parse">Parses a text into the values that it stands for, usually one. The second argument is the sweep file's folder.</param>
internal sealed record SweepAxis(string Name, string Meaning, Func<string, string, IEnumerable<SweepSetting>> Parse)
{
    private const string RangeMark = "..", StepMark = "step";

    /// <summary>All axes, in the order of the points: the first axis varies slowest.</summary>
    public static IReadOnlyList<SweepAxis> All { get; } =
    [
        new("shape", "layer as INxOUT: 512x128 has 512 inputs", (text, _) => [Shape(text)]),
        Numbers("rank", "rank r of the adapter", 1, 1024, v => p => p with { Shape = p.Shape with { Rank = v } }),
        Numbers("tokens", "tokens S", 1, 1 << 20, v => p => p with { Shape = p.Shape with { Tokens = v } }),
        Numbers("tint_ns", "integration time of the tile, ns", 1, PlatformRules.MaximumIntegrationNs, v => p => p with { IntegrationNs = v }),
        Names("preset", "converters and noise of the tile", Preset.All.Select(v => v.Name), v => p => p with { Preset = v }),
        Names("strategy", "how the adapter is scheduled beside the tile", LayerStrategy.All.Select(s => s.Name), v => p => p with { Strategy = LayerStrategy.All.First(s => s.Name == v) }),
        Numbers("chunk", "tokens t per chunk", 1, 65_535, v => p => p with { Shape = p.Shape with { Chunk = v } }),
        Numbers("harts", "number of harts", 1, PlatformRules.MaximumHarts, v => p => p with { Harts = v }),
        new("clock_mhz", "clock, MHz", (text, _) => [Clock(text)]),
        new("timing", "timing profile, or a JSON file found from the sweep file's folder", (text, folder) => [Timing(text, folder)]),
        Names("contention", "TCDM banks: `none` or `exact`", ["none", "exact"], v => p => p with { Contention = Enum.Parse<Contention>(v, ignoreCase: true) }),
        new("tcdm", "size of the TCDM, as in 1 MiB", (text, _) => [Tcdm(text)]),
        new("tcdm_banks", "banks of the TCDM, a power of two", (text, _) => [Banks(text)]),
        Numbers("dma_bytes_per_cycle", "bytes the DMA moves per cycle, a multiple of 4", 4, 64, v => p => p with { DmaBytesPerCycle = v }),
        Numbers("stream_words_per_cycle", "words a tile's streamers move per cycle, each way", 1, 64, v => p => p with { StreamWordsPerCycle = v }),
        new("seed", "seed of numbers, tile and machine", (text, _) => [Seed(text)]),
    ];

    private static SweepAxis Numbers(string name, string meaning, int least, int most, Func<int, SweepSetting> setting) =>
        new(name, meaning, (text, _) => Range(text, name, least, most).Select(setting));

    private static SweepAxis Names(string name, string meaning, IEnumerable<string> names, Func<string, SweepSetting> setting)
    {
        string[] all = [.. names];
        return new(name, meaning, (text, _) => all.Contains(text)
            ? [setting(text)]
            : throw new SettingException(SettingFault.OfName(Key(name), text, all)));
    }

    private static IEnumerable<int> Range(string text, string name, int least, int most)
    {
        var parts = text.Split(StepMark);
        var ends = parts[0].Split(RangeMark);
        if (parts.Length > 2 || ends.Length > 2 || (ends.Length == 1 && parts.Length == 2)) throw NoNumber(text, name);
        var first = Number(ends[0], name, least, most);
        if (ends.Length == 1) return [first];
        var (last, step) = (Number(ends[1], name, least, most), parts.Length == 2 ? Number(parts[1], name + " step", 1, most) : 1);
        if (last < first) throw new SettingException(SettingFault.Of(Key(name), text.Trim(), $"runs backwards; write {last}{RangeMark}{first}", $"{last}{RangeMark}{first}"));
        return Enumerable.Range(0, (last - first) / step + 1).Select(i => first + i * step);
    }

    private static int Number(string text, string name, int least, int most)
    {
        if (!long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) throw NoNumber(text, name);
        SettingException.ThrowIf(SettingFault.OfRange(Key(name), value, least, most));
        return (int)value;
    }

    private static SettingException NoNumber(string text, string name) => new(SettingFault.OfForm(Key(name), text.Trim(), $"a whole number, or a range as in 8{RangeMark}64 or 8{RangeMark}64 {StepMark} 8"));

    private static Setting Key(string name) => new(name, IsInFiles: true);

    private static SweepSetting Shape(string text)
    {
        if (text.Split('x') is not [var inputs, var outputs]) throw new SettingException(SettingFault.OfForm(Key("shape"), text, "INxOUT, as in 512x128"));
        var (m, n) = (Number(inputs, "inputs", 1, 65_535), Number(outputs, "outputs", 1, 65_535));
        return p => p with { Shape = p.Shape with { Inputs = m, Outputs = n } };
    }

    private static SweepSetting Clock(string text)
    {
        const double least = 0.001, most = 100_000;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var mhz)) throw new SettingException(SettingFault.OfForm(Key("clock_mhz"), text, "a number"));
        SettingException.ThrowIf(SettingFault.OfRange(Key("clock_mhz"), mhz, least, most));
        return p => p with { ClockMhz = mhz };
    }

    private static SweepSetting Timing(string text, string folder)
    {
        var names = TimingProfile.All.Select(p => p.Name);
        if (!names.Contains(text) && !File.Exists(Path.Combine(folder, text)))
        {
            var nearest = Spelling.Nearest(text, names);
            throw new SettingException(SettingFault.Of(RunSettings.Timing, text, $"neither a profile nor a file; the nearest of {string.Join(", ", names)} is {nearest}", nearest));
        }

        var profile = names.Contains(text) ? TimingProfile.Named(text) : TimingFile.Load(Path.Combine(folder, text));
        return p => p with { Timing = profile };
    }

    private static SweepSetting Tcdm(string text)
    {
        const uint least = 1 << 10, most = 128 << 20;
        if (!SizeJsonConverter.TryParse(text, out var bytes)) throw new SettingException(SettingFault.OfForm(Key("tcdm"), text, "a size, as in 128 KiB or 1 MiB"));
        var nearest = SizeJsonConverter.Format(Math.Clamp(bytes, least, most) / 4 * 4);
        if (bytes is < least or > most || bytes % 4 != 0)
        {
            var range = $"{SizeJsonConverter.Format(least)} to {SizeJsonConverter.Format(most)}";
            throw new SettingException(SettingFault.Of(Key("tcdm"), text, $"not a multiple of 4 bytes from {range}; the nearest valid value is {nearest}", nearest));
        }

        return p => p with { TcdmBytes = bytes };
    }

    private static SweepSetting Banks(string text)
    {
        const int most = 1024;
        var banks = Number(text, "tcdm_banks", 1, most);
        var nearest = 1 << (int)Math.Round(Math.Log2(banks));
        if (!int.IsPow2(banks)) throw new SettingException(SettingFault.OfNumber(Key("tcdm_banks"), banks, $"not a power of two", nearest));
        return p => p with { TcdmBanks = banks };
    }

    private static SweepSetting Seed(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? p => p with { Seed = seed }
            : throw new SettingException(SettingFault.OfForm(Key("seed"), text, $"a whole number from 0 to {ulong.MaxValue}"));
}
