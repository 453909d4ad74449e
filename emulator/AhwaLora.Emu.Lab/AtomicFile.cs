namespace AhwaLora.Emu.Lab;

/// <summary>Files that are there whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file beside its place and then renames it; <c>-</c> is standard output.</summary>
    /// <exception cref="UserErrorException">It cannot be written there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        if (path == "-")
        {
            using var output = Console.OpenStandardOutput();
            write(output);
            return;
        }

        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = File.Create(temporary)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written ({e.Message.TrimEnd('.')})", e);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>Writes what <paramref name="write"/> writes, in UTF-8.</summary>
    /// <exception cref="UserErrorException">It cannot be written there.</exception>
    public static void WriteText(string path, Action<TextWriter> write) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        write(writer);
    });

    /// <summary>Writes text in UTF-8.</summary>
    /// <exception cref="UserErrorException">It cannot be written there.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
