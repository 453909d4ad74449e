namespace AhwaLora.Emu.Tests.Documentation;

/// <summary>
/// Committed text that the product generates. With <c>AHWALORA_ACCEPT=1</c> a test writes it anew and fails nevertheless:
/// what was written has to be reviewed, and only a run that changes nothing passes.
/// </summary>
internal static class Accepting
{
    /// <summary>True if tests write what they would compare.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("AHWALORA_ACCEPT") == "1";

    /// <summary>The file holds <paramref name="generated"/>; or is given it, which fails.</summary>
    public static void AssertFile(string path, string generated) => AssertText(path, generated, File.Exists(path) ? File.ReadAllText(path) : "", generated);

    /// <summary>A part of the file is <paramref name="generated"/>; or the file becomes <paramref name="whole"/>, which fails.</summary>
    public static void AssertText(string path, string generated, string committed, string whole)
    {
        if (!IsOn)
        {
            Assert.Equal(generated, committed);
            return;
        }

        File.WriteAllText(path, whole);
        FailAfterWriting(path);
    }

    /// <summary>Fails if tests write what they would compare.</summary>
    public static void FailAfterWriting(string what)
    {
        if (IsOn) Assert.Fail($"{what} is written; review it and run the test again without AHWALORA_ACCEPT");
    }
}
