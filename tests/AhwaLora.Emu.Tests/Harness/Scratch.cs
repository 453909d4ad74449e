namespace AhwaLora.Emu.Tests.Harness;

/// <summary>Places for what tests write; they are gone when the test run has ended.</summary>
internal static class Scratch
{
    private static readonly string Root = Make();

    /// <summary>A place for a file of that name, in a directory of its own.</summary>
    public static string File(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N"))).FullName, name);

    /// <summary>A file of that name with this text, in a directory of its own.</summary>
    public static string File(string name, string text)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private static string Make()
    {
        var root = Directory.CreateTempSubdirectory("ahwalora").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }
}
