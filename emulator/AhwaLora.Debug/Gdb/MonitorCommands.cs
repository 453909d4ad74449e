using System.Globalization;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Snapshots;

namespace AhwaLora.Debug.Gdb;

/// <summary>GDB's <c>monitor</c> commands.</summary>
internal sealed class MonitorCommands(Debuggee debuggee, DebugOptions options, Action<string> print)
{
    private const string Help = """
        help                       show this list
        reset halt | reset init    go back to the start of the run; changes since then are lost
        cycles                     show the machine's time, and each hart's time and instructions
        stalls                     show each hart's cycles by cause
        regions                    show the regions that the firmware marked, by hart
        aimc [TILE]                show the jobs, state and counters of the analog tiles
        snapshot save|load FILE    save the whole machine to a file, or load it
        trace on|off               print every instruction that is executed
        break-on [EVENT] [off]     stop on exit, job-done, saturation, programming, overwrite, uninitialised
        history                    show how many points of history are kept
        quit                       end the run

        """;

    private readonly EventStops _events = new(debuggee);
    private readonly TracePrinter _trace = new(debuggee.Machine, print);

    /// <summary>True once the user wants the run to end.</summary>
    public bool IsQuit { get; private set; }

    private EmulatedMachine Machine => debuggee.Machine;

    /// <summary>Executes a command; returns its answer, and whether the machine's position has changed.</summary>
    public (string Answer, bool IsMoved) Execute(string command)
    {
        switch (command.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case [] or ["help"]: return (Help, false);
            case ["reset", "halt" or "init"]: return (Reset(), true);
            case ["cycles"]: return (Cycles(), false);
            case ["stalls"]: return (Stalls(), false);
            case ["regions"]: return (Regions(), false);
            case ["aimc"]: return (string.Concat(Machine.Tiles.Select(t => TileReport.Of(t, Machine.Now))), false);
            case ["aimc", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < Machine.Tiles.Count:
                return (TileReport.Of(Machine.Tiles[n], Machine.Now), false);
            case ["aimc", var number]: return ($"there is no tile {number}; the platform has {Machine.Tiles.Count} tiles\n", false);
            case ["snapshot", "save", _, ..]: return (Save(TextAfter(command, "save")), false);
            case ["snapshot", "load", _, ..]: return Load(TextAfter(command, "load"));
            case ["trace", "on" or "off"]: return (Trace(command.EndsWith("on", StringComparison.Ordinal)), false);
            case ["break-on", .. var words]: return (BreakOn(words), false);
            case ["history"]: return ($"{debuggee.HistoryPoints} points\n", false);
            case ["quit"]:
                IsQuit = true;
                return ("", false);
            default: return ($"'{command.Trim()}' is not a command; 'monitor help' lists the commands\n", false);
        }
    }

    /// <summary>The client has gone: all that it switched on ends.</summary>
    public void Close() => _events.Close();

    /// <summary>The text after one of a command's words: a path, which may contain blanks.</summary>
    private static string TextAfter(string command, string word) => command[(command.IndexOf(word, StringComparison.Ordinal) + word.Length)..].Trim();

    private string Reset()
    {
        debuggee.GoToBegin();
        debuggee.ForgetHistory();
        return "";
    }

    private string Cycles()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"machine  {Machine.Now} cycles, {Machine.RetiredInstructions} instructions\n");
        foreach (var hart in Machine.Harts) text.Append(CultureInfo.InvariantCulture, $"hart {hart.Id,-3} {hart.Time} cycles, {hart.Retired} instructions, {HartStatus.Of(hart)}\n");
        return text.ToString();
    }

    private string Stalls()
    {
        var text = new StringBuilder();
        foreach (var hart in Machine.Harts)
        {
            var parts = CauseNames.Spent(Machine.CausesOf(hart.Id).Cycles).Select(c => $"{c.Key} {c.Value.ToString(CultureInfo.InvariantCulture)}");
            text.Append(CultureInfo.InvariantCulture, $"hart {hart.Id}: {string.Join(", ", parts)}\n");
        }

        return text.ToString();
    }

    private string Regions()
    {
        var text = new StringBuilder();
        foreach (var ((hart, id), record) in Machine.Regions.Records)
        {
            text.Append(CultureInfo.InvariantCulture, $"hart {hart} region {id}: {record.Entries} entries, {record.Cycles} cycles, {record.Instructions} instructions\n");
        }

        return text.Length == 0 ? "no region has ended yet\n" : text.ToString();
    }

    private string Save(string path)
    {
        if (!options.MayWriteFiles) return $"snapshot save writes a file, and this run lets a debugger write none: {options.HowToAllowFiles}\n";
        try
        {
            AtomicFile.Write(path, file => SnapshotFile.Save(Machine, options.Program.Span, file));
            return $"saved at cycle {Machine.Cycles.ToString(CultureInfo.InvariantCulture)}\n";
        }
        catch (UserErrorException e)
        {
            return $"{e.Message}\n";
        }
        catch (ArgumentException)
        {
            return $"{path}: no file can have this name\n"; // a client may send any bytes
        }
    }

    private (string Answer, bool IsMoved) Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: 0 }) return ($"{path}: is not a snapshot: it is empty, a device or a pipe\n", false); // which may have no end
            using var file = File.OpenRead(path);
            SnapshotFile.Restore(Machine, options.Program.Span, file);
            debuggee.ForgetHistory();
            return ($"at cycle {Machine.Cycles.ToString(CultureInfo.InvariantCulture)}; history begins here\n", true);
        }
        catch (SnapshotException e)
        {
            return ($"{path}: {e.Message}\n", false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ($"{path}: cannot be read\n", false);
        }
    }

    private string Trace(bool isOn)
    {
        _events.Trace = isOn ? _trace : null;
        return "";
    }

    private string BreakOn(string[] words)
    {
        if (words.Length == 0) return $"{(_events.Enabled.Count == 0 ? "none" : string.Join(", ", _events.Enabled))}\n";
        var isOff = words is [_, "off"];
        if ((words.Length != 1 && !isOff) || !_events.TrySet(words[0], !isOff)) return $"expected one of {string.Join(", ", EventStops.Names)}, followed by 'off' to switch it off\n";
        return "";
    }
}
