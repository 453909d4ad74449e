using System.Reflection;

namespace AhwaLora.Common.Text;

/// <summary>The product, as files and messages name it.</summary>
public static class Product
{
    /// <summary>Its version, as in Directory.Build.props.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
