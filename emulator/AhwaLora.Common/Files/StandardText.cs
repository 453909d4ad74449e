using System.Text;

namespace AhwaLora.Common.Files;

/// <summary>
/// The text that commands print on standard output and standard error. A failure there says where it was, so that it is
/// not taken for that of a file, nor a file's for it.
/// </summary>
public static class StandardText
{
    /// <summary>From now on <see cref="Console.Out"/> and <see cref="Console.Error"/> fail as <see cref="Named"/> says.</summary>
    public static void NameFailures()
    {
        Console.SetOut(Named(Console.Out, "standard output"));
        Console.SetError(Named(Console.Error, "standard error"));
    }

    /// <summary>A writer that passes everything on, and whose failures are a <see cref="UserErrorException"/> that names it.</summary>
    /// <param name="writer">Where the text goes.</param>
    /// <param name="name">What the user calls it.</param>
    public static TextWriter Named(TextWriter writer, string name) => new NamedWriter(writer, name);

    private sealed class NamedWriter(TextWriter writer, string name) : TextWriter(writer.FormatProvider)
    {
        public override Encoding Encoding => writer.Encoding;

        // All other methods of a TextWriter end in one of these.
        public override void Write(char value) => Try(() => writer.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(() => writer.Write(buffer, index, count));

        public override void Write(string? value) => Try(() => writer.Write(value));

        public override void Flush() => Try(writer.Flush);

        private void Try(Action write)
        {
            try
            {
                write();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"{name} cannot be written ({e.Message.TrimEnd('.')})", e);
            }
        }
    }
}
