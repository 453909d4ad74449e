using AhwaLora.Common.Files;

namespace AhwaLora.Common.Settings;

/// <summary>A mistake of the user's about settings. Its <see cref="Exception.Message"/> names them by their keys.</summary>
public sealed class SettingException : UserErrorException
{
    /// <summary>Values that settings cannot have.</summary>
    public SettingException(params IReadOnlyList<SettingFault> faults)
        : this(Join(faults), null) => Faults = faults;

    /// <summary>Something that a setting can put right; settings stand in the line as values of <see cref="Setting"/>.</summary>
    public SettingException(FormattableString text, Exception? inner = null)
        : this(new SettingText(text), inner)
    {
    }

    private SettingException(SettingText text, Exception? inner)
        : base(text.ToString(), inner) => Text = text;

    /// <summary>The line.</summary>
    public SettingText Text { get; }

    /// <summary>The faults that make the line; empty if it is not about values.</summary>
    public IReadOnlyList<SettingFault> Faults { get; } = [];

    /// <summary>Throws if a number is outside its range.</summary>
    /// <exception cref="SettingException">It is.</exception>
    public static void ThrowIf(SettingFault? fault)
    {
        if (fault is not null) throw new SettingException(fault);
    }

    private static SettingText Join(IReadOnlyList<SettingFault> faults) => faults.Select(fault => fault.Text).Aggregate((all, next) => new($"{all}; {next}"));
}
