using AhwaLora.Common.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>YAML that users supply. What would take the reader long or end the process is refused while the text is only a stream of events.</summary>
internal static class YamlText
{
    // A sweep needs 4: the file, its grids, a grid, a list of values. Building nodes recurses once per level.
    private const int MostLevels = 16;

    /// <summary>The documents of a text.</summary>
    /// <param name="path">The file's name in messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="UserErrorException">It is not YAML, is nested too deeply, or has aliases.</exception>
    public static IList<YamlDocument> Parse(string path, string text)
    {
        try
        {
            Check(path, text);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents;
        }
        catch (YamlException e)
        {
            throw Refused(path, e.Start, (e.InnerException ?? e).Message.TrimEnd('.'), e);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            // The library's own checks of numbers and characters, which do not tell the line.
            throw new UserErrorException($"{path}: is not YAML ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static void Check(string path, string text)
    {
        var parser = new Parser(new StringReader(text));
        var level = 0;
        while (parser.MoveNext())
        {
            var here = parser.Current!;
            level += here.NestingIncrease;
            if (here is AnchorAlias alias) throw Refused(path, here.Start, $"'*{alias.Value}' is an alias; write out what it stands for");
            if (level > MostLevels) throw Refused(path, here.Start, "is nested too deeply");
        }
    }

    private static UserErrorException Refused(string path, Mark place, string why, Exception? inner = null) => new($"{path}: line {place.Line}, column {place.Column}: {why}", inner);
}
