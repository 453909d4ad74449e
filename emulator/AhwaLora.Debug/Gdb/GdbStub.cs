using System.Globalization;
using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;

namespace AhwaLora.Debug.Gdb;

/// <summary>What happens to the connection after a packet.</summary>
internal enum SessionEnd
{
    /// <summary>The connection goes on.</summary>
    None,

    /// <summary>The client has detached: the machine stands still for the next.</summary>
    Detached,

    /// <summary>The user wants the run to end.</summary>
    Killed,

    /// <summary>The run is over, and the client has been told.</summary>
    Over,
}

/// <summary>
/// The GDB remote protocol, from packets to the machine and back (GDB manual, appendix "GDB Remote Serial Protocol").
/// All-stop, one inferior; hart h is thread h + 1. An empty answer means that the packet is not known.
/// </summary>
internal sealed partial class GdbStub
{
    /// <summary>Bytes of a packet as told to the client.</summary>
    public const int PacketBytes = 0x4000;

    // GDB's number of SIGXCPU, "CPU time limit exceeded".
    private const int CpuTimeLimit = 24;

    private const string Ok = "OK", Unknown = "", BadPacket = "E16", NoSuch = "E0e", NotTaken = "E01";

    private readonly Debuggee _debuggee;
    private readonly IGdbLink _link;
    private readonly MonitorCommands _monitor;
    private int _general;
    private int _continued = -1;
    private bool _hasSoftwareStops, _hasHardwareStops;
    private StopEvent _last;

    public GdbStub(Debuggee debuggee, IGdbLink link, DebugOptions options)
    {
        _debuggee = debuggee;
        _link = link;
        _monitor = new MonitorCommands(debuggee, options, text => link.Send("O" + Hex.OfText(text)));
        _last = new StopEvent(StopKind.Interrupt, 0);
    }

    /// <summary>Set by <see cref="Handle"/> when the session is over.</summary>
    public SessionEnd End { get; private set; }

    /// <summary>How the run ended, once the client has been told; null while it goes on.</summary>
    public StopEvent? RunEnd { get; private set; }

    /// <summary>True once the client wants no acknowledgements.</summary>
    public bool IsWithoutAcknowledgement { get; private set; }

    private EmulatedMachine Machine => _debuggee.Machine;

    private Hart General => Machine.Harts[_general];

    /// <summary>The answer to a packet. No data from a client makes it throw.</summary>
    public string Handle(string packet)
    {
        if (packet.Length == 0) return Unknown;
        var rest = packet[1..];
        return packet[0] switch
        {
            '?' => StopReply(_last with { Text = null }),
            'g' => ReadGeneral(),
            'G' => WriteGeneral(rest),
            'p' => Hex.TryNumber(rest, out var number) ? RegisterFile.TryRead(General, number, out var value) ? Hex.Word(value) : NoSuch : BadPacket,
            'P' => WriteRegister(rest),
            'm' => ReadMemory(rest),
            'M' => WriteMemory(rest, static data => Hex.TryBytes(data, out var bytes) ? bytes : null),
            'X' => WriteMemory(rest, Hex.Unescape),
            'H' => SelectThread(rest),
            'T' => ParseThread(rest) is >= 0 ? Ok : NotTaken,
            'q' => Query(rest),
            'Q' => rest == "StartNoAckMode" ? StopAcknowledging() : Unknown,
            'v' => Verbose(rest),
            'Z' => SetBreakpoint(rest, isSet: true),
            'z' => SetBreakpoint(rest, isSet: false),
            'b' => Back(rest),
            'c' or 's' => Go(packet[0] == 's', rest),
            'C' or 'S' => Go(packet[0] == 'S', rest.IndexOf(';', StringComparison.Ordinal) is >= 0 and var at ? rest[(at + 1)..] : ""),
            'D' => Detach(),
            'k' => Kill(),
            _ => Unknown,
        };
    }

    /// <summary>The client has gone: all that it switched on ends.</summary>
    public void Close() => _monitor.Close();

    private string StopAcknowledging()
    {
        IsWithoutAcknowledgement = true;
        return Ok;
    }

    private string Detach()
    {
        End = SessionEnd.Detached;
        return Ok;
    }

    private string Kill()
    {
        End = SessionEnd.Killed;
        return Ok;
    }

    // Threads.

    /// <summary>The hart of a thread id; -1 for all harts, -2 if there is no such hart.</summary>
    private int ParseThread(string text)
    {
        if (text == "-1") return -1;
        if (!Hex.TryNumber(text, out var id) || id > Machine.Harts.Count) return -2;
        return id == 0 ? -1 : (int)id - 1;
    }

    private string SelectThread(string text)
    {
        if (text.Length < 2) return BadPacket;
        var hart = ParseThread(text[1..]);
        if (hart == -2) return NotTaken;
        if (text[0] == 'g') _general = Math.Max(hart, hart == -1 ? _general : 0);
        else if (text[0] == 'c') _continued = hart;
        else return Unknown;
        return Ok;
    }

    // Registers and memory.

    private string ReadGeneral()
    {
        var text = new StringBuilder();
        for (var number = 0u; number < RegisterFile.GeneralCount(General); number++)
        {
            RegisterFile.TryRead(General, number, out var value);
            text.Append(Hex.Word(value));
        }

        return text.ToString();
    }

    private string WriteGeneral(string text)
    {
        var count = RegisterFile.GeneralCount(General);
        if (text.Length != 8L * count) return BadPacket;
        for (var number = 0u; number < count; number++)
        {
            if (!Hex.TryWord(text.Substring(8 * (int)number, 8), out var value)) return BadPacket;
            if (!RegisterFile.TryWrite(General, number, value)) return NotTaken;
        }

        _debuggee.Changed();
        return Ok;
    }

    private string WriteRegister(string text)
    {
        if (text.Split('=') is not [var register, var word] || !Hex.TryNumber(register, out var number) || !Hex.TryWord(word, out var value)) return BadPacket;
        if (!RegisterFile.TryWrite(General, number, value)) return NotTaken;
        _debuggee.Changed();
        return Ok;
    }

    private string ReadMemory(string text)
    {
        if (!TryRange(text, out var address, out var bytes)) return BadPacket;
        var data = GuestAccess.Read(General, address, (int)Math.Min(bytes, PacketBytes / 2 - 8));
        return data.Length == 0 && bytes != 0 ? NoSuch : Convert.ToHexStringLower(data);
    }

    private string WriteMemory(string text, Func<string, byte[]?> decode)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !TryRange(text[..colon], out var address, out var bytes) || decode(text[(colon + 1)..]) is not { } data || data.Length != bytes) return BadPacket;
        if (!GuestAccess.Write(General, address, data)) return NoSuch;
        if (bytes != 0) _debuggee.Changed();
        return Ok;
    }

    private static bool TryRange(string text, out uint address, out uint bytes)
    {
        bytes = 0;
        address = 0;
        return text.Split(',') is [var first, var second] && Hex.TryNumber(first, out address) && Hex.TryNumber(second, out bytes);
    }

    // Breakpoints.

    private string SetBreakpoint(string text, bool isSet)
    {
        if (text.Split(';')[0].Split(',') is not [var type, var at, var kind] || !Hex.TryNumber(at, out var address) || !Hex.TryNumber(kind, out var bytes)) return BadPacket;
        switch (type)
        {
            case "0" or "1":
                if (isSet && General.Space.FindMemory(address, 2) is null) return NoSuch;
                _debuggee.SetBreakpoint(address, type == "1", isSet);
                return Ok;
            case "2" or "3" or "4":
                if (bytes is 0 or > 4096) return BadPacket;
                if (isSet && General.Space.FindMemory(address, bytes) is null && General.Space.FindDevice(address, bytes) is null) return NoSuch;
                _debuggee.SetWatchpoint(new Watchpoint(address, bytes, type switch { "2" => WatchKind.Write, "3" => WatchKind.Read, _ => WatchKind.Access }), isSet);
                return Ok;
            default:
                return Unknown;
        }
    }

    // Running.

    /// <summary>c, C, s and S, which do not name a thread. If an address is given, the hart that steps, or the first, goes on there.</summary>
    private string Go(bool isStep, string address)
    {
        if (address.Length != 0)
        {
            if (!Hex.TryNumber(address, out var pc) || !RegisterFile.TryWrite(Machine.Harts[Math.Max(_continued, 0)], RegisterFile.PcNumber, pc)) return BadPacket;
            _debuggee.Changed();
        }
        Span<HartCommand> commands = stackalloc HartCommand[Machine.Harts.Count];
        commands.Fill(new HartCommand(HartOrder.Go));
        if (isStep) commands[Math.Max(_continued, 0)] = new HartCommand(HartOrder.Step);
        return Resume(commands);
    }

    private string Verbose(string text)
    {
        if (text == "Cont?") return "vCont;c;C;s;S;t;r";
        return text.StartsWith("Cont;", StringComparison.Ordinal) ? Continue(text[5..]) : Unknown;
    }

    /// <summary>vCont: a thread takes the leftmost action that matches it. Threads without an action stand still.</summary>
    private string Continue(string text)
    {
        Span<HartCommand> commands = stackalloc HartCommand[Machine.Harts.Count];
        var ordered = default(HartSet);
        foreach (var part in text.Split(';'))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var hart = colon < 0 ? -1 : ParseThread(part[(colon + 1)..]);
            if (hart == -2) return NotTaken;
            if (!TryCommand(colon < 0 ? part : part[..colon], out var command)) return BadPacket;
            for (var h = hart < 0 ? 0 : hart; h <= (hart < 0 ? commands.Length - 1 : hart); h++)
            {
                if (!ordered.Contains(h)) commands[h] = command;
                ordered = ordered.With(h);
            }
        }

        return Resume(commands);
    }

    private static bool TryCommand(string action, out HartCommand command)
    {
        command = default;
        if (action.Length == 0) return false;
        switch (action[0])
        {
            case 'c' or 'C':
                command = new HartCommand(HartOrder.Go);
                return true;
            case 's' or 'S':
                command = new HartCommand(HartOrder.Step);
                return true;
            case 't':
                return true;
            case 'r' when TryRange(action[1..], out var start, out var end):
                command = new HartCommand(HartOrder.Step, start, end);
                return true;
            default:
                return false;
        }
    }

    private string Resume(ReadOnlySpan<HartCommand> commands)
    {
        var isHeld = true;
        foreach (var command in commands) isHeld &= command.Order == HartOrder.Hold;
        return isHeld ? StopReply(_last with { Text = null }) : Stopped(_debuggee.Resume(commands, _link.IsInterrupted));
    }

    private string Back(string how)
    {
        var hart = _continued >= 0 ? _continued : _general;
        return how switch
        {
            "s" => Stopped(_debuggee.ReverseStep(hart, _link.IsInterrupted)),
            "c" => Stopped(_debuggee.ReverseContinue(hart, _link.IsInterrupted)),
            _ => Unknown,
        };
    }

    private string Stopped(StopEvent stop)
    {
        if (stop.Hart < 0) stop = stop with { Hart = _general };
        _last = stop;
        _general = stop.Hart;
        return StopReply(stop);
    }

    private string StopReply(StopEvent stop)
    {
        if (stop.Text is { } text) _link.Send("O" + Hex.OfText(text + "\n"));
        if (stop.Kind is StopKind.Exit or StopKind.Limit)
        {
            (RunEnd, End) = (stop, SessionEnd.Over);
            return stop.Kind == StopKind.Exit ? $"W{stop.Code & 0xff:x2}" : $"X{CpuTimeLimit:x2}";
        }

        var reason = stop.Kind switch
        {
            StopKind.SoftwareBreakpoint when _hasSoftwareStops => "swbreak:;",
            StopKind.HardwareBreakpoint when _hasHardwareStops => "hwbreak:;",
            StopKind.WriteWatchpoint => $"watch:{stop.Address:x};",
            StopKind.ReadWatchpoint => $"rwatch:{stop.Address:x};",
            StopKind.AccessWatchpoint => $"awatch:{stop.Address:x};",
            StopKind.HistoryBegin => "replaylog:begin;",
            _ => "",
        };
        var signal = stop.Kind switch { StopKind.Interrupt => 2, StopKind.AllWaiting => 6, StopKind.TrapLoop => 11, _ => 5 };
        return string.Create(CultureInfo.InvariantCulture, $"T{signal:x2}thread:{stop.Hart + 1:x};{reason}20:{Hex.Word(Machine.Harts[stop.Hart].Pc)};");
    }
}
