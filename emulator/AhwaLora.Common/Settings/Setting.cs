namespace AhwaLora.Common.Settings;

/// <summary>
/// Something that a user sets. Messages hold it as it is, and whoever prints a message calls it what the user calls it: the
/// command line by the option, the reader of a file by the key.
/// </summary>
/// <param name="Key">Its key in files, or a word for it if no file has it.</param>
/// <param name="IsInFiles">True if a file can set it.</param>
public readonly record struct Setting(string Key, bool IsInFiles = false)
{
    /// <inheritdoc/>
    public override string ToString() => Key;
}
