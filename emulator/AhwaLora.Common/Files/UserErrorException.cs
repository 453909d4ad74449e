namespace AhwaLora.Common.Files;

/// <summary>
/// A mistake of the user's: a wrong file, option or configuration. The message is the line that is printed; it names the
/// thing, the reason and the fix. The command line ends with exit status 125.
/// </summary>
public class UserErrorException : Exception
{
    private const string Indented = "\n  ";

    /// <summary>An error with its line; see <see cref="OneLine"/>.</summary>
    public UserErrorException(string message)
        : base(OneLine.Of(message))
    {
    }

    /// <summary>An error with its line and what led to it.</summary>
    public UserErrorException(string message, Exception? inner)
        : base(OneLine.Of(message), inner)
    {
    }

    /// <summary>Several errors: a line that says so, then one line for each.</summary>
    public UserErrorException(string message, IReadOnlyList<string> details)
        : base(OneLine.Of(message) + string.Concat(details.Select(detail => Indented + OneLine.Of(detail))))
    {
    }

    /// <summary>The lines of the message, without their indentation.</summary>
    public IReadOnlyList<string> Lines => Message.Split(Indented);
}
