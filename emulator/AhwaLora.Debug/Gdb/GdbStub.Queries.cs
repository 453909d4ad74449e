using System.Text;
using AhwaLora.Machine;

namespace AhwaLora.Debug.Gdb;

// Queries about the machine.
internal sealed partial class GdbStub
{
    private string Query(string text)
    {
        if (text == "Supported" || text.StartsWith("Supported:", StringComparison.Ordinal)) return Supported(text);
        if (text.StartsWith("ThreadExtraInfo,", StringComparison.Ordinal)) return ThreadExtraInfo(text["ThreadExtraInfo,".Length..]);
        if (text.StartsWith("Rcmd,", StringComparison.Ordinal)) return Command(text["Rcmd,".Length..]);
        if (text.StartsWith("Xfer:", StringComparison.Ordinal)) return AnswerXfer(text["Xfer:".Length..]);
        return text switch
        {
            "C" => $"QC{_general + 1:x}",
            "Attached" => "1",
            "fThreadInfo" => "m" + string.Join(',', Machine.Harts.Select(h => $"{h.Id + 1:x}")),
            "sThreadInfo" => "l",
            _ => Unknown,
        };
    }

    private string Supported(string text)
    {
        _hasSoftwareStops = text.Contains("swbreak+", StringComparison.Ordinal);
        _hasHardwareStops = text.Contains("hwbreak+", StringComparison.Ordinal);
        return $"PacketSize={PacketBytes:x};QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;ReverseStep+;ReverseContinue+;"
            + "qXfer:features:read+;qXfer:threads:read+;qXfer:memory-map:read+";
    }

    private string ThreadExtraInfo(string thread) => ParseThread(thread) is >= 0 and var hart ? Hex.OfText(HartStatus.Of(Machine.Harts[hart])) : NotTaken;

    private string Command(string hex)
    {
        if (!Hex.TryBytes(hex, out var bytes)) return BadPacket;
        var (answer, isChanged) = _monitor.Execute(Encoding.UTF8.GetString(bytes));
        if (isChanged) _last = new StopEvent(StopKind.Interrupt, 0);
        if (_monitor.IsQuit) End = SessionEnd.Killed;
        return answer.Length == 0 ? Ok : Hex.OfText(answer);
    }

    private string AnswerXfer(string text)
    {
        if (text.Split(':') is not [var what, "read", var annex, var range] || !TryRange(range, out var offset, out var bytes)) return Unknown;
        var document = (what, annex) switch
        {
            ("features", "target.xml") => RegisterFile.Description(General),
            ("threads", "") => Threads(),
            ("memory-map", "") => MemoryMap(),
            _ => null,
        };
        if (document is null) return what is "features" or "threads" or "memory-map" ? "E00" : Unknown;
        if (offset >= document.Length) return "l";
        var part = document.Substring((int)offset, (int)Math.Min(Math.Min(bytes, PacketBytes / 2), (uint)document.Length - offset));
        return (offset + part.Length == document.Length ? 'l' : 'm') + Hex.Escape(part);
    }

    private string Threads() =>
        $"<?xml version=\"1.0\"?><threads>{string.Concat(Machine.Harts.Select(h => $"<thread id=\"{h.Id + 1:x}\" core=\"{h.Id}\" name=\"hart {h.Id}\">{HartStatus.Of(h)}</thread>"))}</threads>";

    private string MemoryMap()
    {
        var ranges = Machine.Memories.Select(m => (m.Base, m.Size)).Distinct().Concat(Machine.Devices.Select(d => (d.Base, d.Size))).OrderBy(r => r.Base);
        return "<?xml version=\"1.0\"?><!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" \"http://sourceware.org/gdb/gdb-memory-map.dtd\"><memory-map>"
            + string.Concat(ranges.Select(r => $"<memory type=\"ram\" start=\"0x{r.Base:x}\" length=\"0x{r.Size:x}\"/>")) + "</memory-map>";
    }
}
