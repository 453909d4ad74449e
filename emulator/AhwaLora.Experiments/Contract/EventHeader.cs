using System.Globalization;
using System.Text;
using AhwaLora.Machine.Observe;

namespace AhwaLora.Experiments.Contract;

/// <summary>Writes the events that mhpmcounters count as a C header and as Markdown.</summary>
public static class EventHeader
{
    /// <summary>The text of <c>ahwa_events.h</c>: values for mhpmevent.</summary>
    public static string ToHeader()
    {
        var text = new StringBuilder("/* Generated from the emulator's table of events (HardwareEvent.cs); do not edit. */\n#ifndef AHWA_EVENTS_H\n#define AHWA_EVENTS_H\n\n");
        var width = HardwareEvent.All.Max(e => e.Name.Length);
        foreach (var e in HardwareEvent.All) text.Append(CultureInfo.InvariantCulture, $"#define AHWA_EVENT_{e.Name.ToUpperInvariant().PadRight(width)} 0x{e.Code:X5} /* {e.Meaning} */\n");
        return text.Append("\n#endif\n").ToString();
    }

    /// <summary>The table in Markdown.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| mhpmevent | event | counts | from |\n|---|---|---|---|\n");
        foreach (var e in HardwareEvent.All) text.Append(CultureInfo.InvariantCulture, $"| 0x{e.Code:X5} | `{e.Name}` | {e.Meaning} | {e.Origin} |\n");
        return text.ToString();
    }
}
