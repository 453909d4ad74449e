using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace AhwaLora.Common.Text;

/// <summary>The product, as files and messages name it.</summary>
public static class Product
{
    private const int Digits = 16;

    // The command line's parts; the training tool has some of them.
    private static readonly string[] Parts =
        ["AhwaLora.Analog", "AhwaLora.Common", "AhwaLora.Debug", "AhwaLora.Experiments", "AhwaLora.Machine", "AhwaLora.Models", "AhwaLora.Reports", "AhwaLora.Runs", "ahwalora"];

    private static readonly Lazy<string> OwnBuild = new(() => BuildOf(Parts.Select(TryLoad).OfType<Assembly>()));

    /// <summary>Its version, as in Directory.Build.props.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>
    /// Digest of the built product: equal for builds of equal sources, wherever they stand, and different for others. Results hold it,
    /// so that those of different builds are not mixed.
    /// </summary>
    public static string Build => OwnBuild.Value;

    /// <summary>Digest of assemblies: of their module version ids, which the compiler derives from all that it has read and written (Deterministic, PathMap).</summary>
    public static string BuildOf(IEnumerable<Assembly> assemblies) =>
        Fingerprint(Encoding.UTF8.GetBytes(string.Join('\n', assemblies.Select(part => $"{part.GetName().Name} {part.ManifestModule.ModuleVersionId}").Order(StringComparer.Ordinal))));

    /// <summary>The first digits of a SHA-256: enough to tell versions of one thing apart.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..Digits];

    private static Assembly? TryLoad(string name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
