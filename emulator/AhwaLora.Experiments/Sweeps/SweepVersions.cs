using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>Fingerprints of what a result depends on besides its configuration. The firmware is read once.</summary>
internal sealed class SweepVersions
{
    private const int Digits = 16;

    private readonly Dictionary<string, ElfImage> _images = [];

    /// <summary>The app of a strategy.</summary>
    /// <exception cref="UserErrorException">The app has not been built.</exception>
    public ElfImage AppOf(LayerStrategy strategy)
    {
        if (!_images.TryGetValue(strategy.App, out var image)) _images.Add(strategy.App, image = FirmwareImages.Load(strategy.App));
        return image;
    }

    /// <summary>Fingerprint of the loaded bytes of the strategy's app and of the app of the tile alone. It excludes debug information, which names folders.</summary>
    public string FirmwareOf(LayerStrategy strategy)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> word = stackalloc byte[4];
        foreach (var segment in new[] { strategy, strategy.TileAlone }.SelectMany(s => AppOf(s).Segments))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, segment.Address);
            hash.AppendData(word);
            hash.AppendData(segment.Contents.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }

    /// <summary>Fingerprint of a timing profile's latencies.</summary>
    public static string TimingOf(TimingProfile profile)
    {
        var text = string.Join('\n', profile.Latencies().Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} {l.Value}")).Prepend(profile.Name));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
    }
}
