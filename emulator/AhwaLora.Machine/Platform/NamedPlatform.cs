namespace AhwaLora.Machine.Platform;

/// <summary>A platform file that comes with the product and is chosen by its name: <c>--platform NAME</c>.</summary>
/// <param name="Name">Its name; that of its file in Platform/Named.</param>
/// <param name="Summary">What machine it is, in one line.</param>
public sealed record NamedPlatform(string Name, string Summary)
{
    /// <summary>The name of the reference platform, which <see cref="PlatformDescription"/> describes without a file.</summary>
    public const string Default = "default";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NamedPlatform> All { get; } =
    [
        new(Default, "one hart, 64 MiB of RAM, 128 KiB of TCDM in 32 banks, DMA, one analog tile"),
        new("calibration", "one hart with 1 MiB of its own at 0x80000000 and no devices: the machine that measured programs ran on"),
    ];

    /// <summary>The platform of a name; null if there is none.</summary>
    public static NamedPlatform? Find(string name) => All.FirstOrDefault(platform => platform.Name == name);

    /// <summary>The text of its file.</summary>
    public string ReadText()
    {
        using var reader = new StreamReader(typeof(NamedPlatform).Assembly.GetManifestResourceStream($"Platform/Named/{Name}.json")!);
        return reader.ReadToEnd();
    }

    /// <summary>What its file describes.</summary>
    public PlatformDescription Load() => PlatformJson.Parse(ReadText());
}
