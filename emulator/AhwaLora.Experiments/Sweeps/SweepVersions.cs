using System.Globalization;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>Fingerprints of what a result depends on besides its configuration. The firmware is read once.</summary>
internal sealed class SweepVersions
{
    private readonly Dictionary<string, ElfImage> _images = [];

    /// <summary>The app of a strategy.</summary>
    /// <exception cref="UserErrorException">The app has not been built.</exception>
    public ElfImage AppOf(LayerStrategy strategy)
    {
        if (!_images.TryGetValue(strategy.App, out var image)) _images.Add(strategy.App, image = FirmwareImages.Load(strategy.App));
        return image;
    }

    /// <summary>Fingerprint of the loaded bytes of the strategy's app and of the app of the tile alone.</summary>
    public string FirmwareOf(LayerStrategy strategy) => ElfImage.FingerprintOf([AppOf(strategy), AppOf(strategy.TileAlone)]);

    /// <summary>Fingerprint of a timing profile's latencies.</summary>
    public static string TimingOf(TimingProfile profile)
    {
        var text = string.Join('\n', profile.Latencies().Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} {l.Value}")).Prepend(profile.Name));
        return Product.Fingerprint(Encoding.UTF8.GetBytes(text));
    }
}
