using System.Globalization;
using AhwaLora.Common.Files;

namespace AhwaLora.Common.Settings;

/// <summary>A line for the user that names settings: they stand in it as values of <see cref="Setting"/>.</summary>
/// <param name="text">The line; it may hold others.</param>
public sealed class SettingText(FormattableString text)
{
    /// <summary>The line with each setting named by <paramref name="nameOf"/>, and numbers as in English; texts as <see cref="OneLine"/> has them.</summary>
    public string Word(Func<Setting, string> nameOf) => string.Format(
        CultureInfo.InvariantCulture,
        text.Format,
        [.. text.GetArguments().Select(argument => argument switch
        {
            Setting setting => nameOf(setting),
            SettingText inner => inner.Word(nameOf),
            string given => OneLine.Of(given),
            _ => argument,
        })]);

    /// <summary>The line with each setting named by its key.</summary>
    public override string ToString() => Word(setting => setting.Key);
}
