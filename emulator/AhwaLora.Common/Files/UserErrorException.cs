namespace AhwaLora.Common.Files;

/// <summary>
/// A mistake of the user's: a wrong file, option or configuration. The message is the line that is printed; it names the
/// thing, the reason and the fix. The command line ends with exit status 125.
/// </summary>
public class UserErrorException : Exception
{
    /// <summary>An error with its line.</summary>
    public UserErrorException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its line and what led to it.</summary>
    public UserErrorException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
