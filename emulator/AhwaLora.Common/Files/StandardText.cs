using System.Text;

namespace AhwaLora.Common.Files;

/// <summary>
/// The text that commands print on standard output and standard error. A failure to write names the stream, so that it is
/// not mistaken for the failure of a file.
/// </summary>
public static class StandardText
{
    /// <summary>From now on <see cref="Console.Out"/> and <see cref="Console.Error"/> fail as <see cref="Named"/> says.</summary>
    public static void NameFailures()
    {
        Console.SetOut(Named(Writer(StandardStreams.Output), "standard output"));
        Console.SetError(Named(Writer(StandardStreams.Error), "standard error"));
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>A writer that passes everything on; a failure is a <see cref="UserErrorException"/> that names the stream.</summary>
    /// <param name="writer">Where the text goes.</param>
    /// <param name="name">The stream's name in messages.</param>
    public static TextWriter Named(TextWriter writer, string name) => new NamedWriter(writer, name);

    private sealed class NamedWriter(TextWriter writer, string name) : TextWriter(writer.FormatProvider)
    {
        public override Encoding Encoding => writer.Encoding;

        // All other methods of TextWriter call one of these.
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
