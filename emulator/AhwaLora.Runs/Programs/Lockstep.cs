using System.Globalization;
using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Runs.Programs;

/// <summary>
/// Runs a program on the translator and on the interpreter side by side. It compares everything a guest can see, and
/// time, after stretches of irregular length; memories are compared less often. On a difference it runs again, with shorter
/// stretches, to find where it begins.
/// </summary>
public sealed class Lockstep
{
    private const uint LongestStretch = 4096, StretchesPerMemoryCheck = 64;

    private readonly Func<EngineKind, EmulatedMachine> _build;
    private readonly List<ulong> _stops = [];

    /// <summary>A comparison of two machines from <paramref name="build"/>, which loads the program; they must not share anything.</summary>
    public Lockstep(Func<EngineKind, EmulatedMachine> build) => _build = build;

    /// <summary>How the run ended, if both did so alike.</summary>
    public RunResult? Result { get; private set; }

    /// <summary>Runs to the end or the limits; returns a description of the first difference, or null.</summary>
    public string? FindDifference(in RunLimits limits)
    {
        var (translator, interpreter) = (_build(EngineKind.Translator), _build(EngineKind.Interpreter));
        var random = 1u;
        while (true)
        {
            random = random * 1664525 + 1013904223;
            var stop = Math.Min(limits.MaxInstructions, translator.RetiredInstructions + 1 + random % LongestStretch);
            _stops.Add(stop);
            var step = limits with { MaxInstructions = stop };
            var (a, b) = (translator.Run(step), interpreter.Run(step));
            var isOver = a.Reason != ExitReason.InstructionLimit || stop == limits.MaxInstructions;
            var checksMemory = isOver || _stops.Count % StretchesPerMemoryCheck == 0;
            if (a != b || !IsSame(translator, interpreter, checksMemory)) return Narrow(limits);
            if (!isOver) continue;
            Result = a;
            return null;
        }
    }

    /// <summary>The last stretch showed a difference: halves it until it has one instruction, or until the difference no longer appears.</summary>
    private string Narrow(in RunLimits limits)
    {
        var (translator, interpreter) = RunTo(_stops.Count, limits);
        while (true)
        {
            var high = _stops[^1];
            var low = _stops.Count > 1 ? _stops[^2] : 0;
            if (high - low < 2) break;
            _stops[^1] = low + (high - low) / 2;
            var (a, b) = RunTo(_stops.Count, limits);
            if (!IsSame(a, b, checksMemory: true))
            {
                (translator, interpreter) = (a, b);
                continue;
            }

            _stops.Add(high);
            (a, b) = RunTo(_stops.Count, limits);
            if (IsSame(a, b, checksMemory: true)) break;
            (translator, interpreter) = (a, b);
        }

        return Describe(translator, interpreter);
    }

    private (EmulatedMachine Translator, EmulatedMachine Interpreter) RunTo(int stops, in RunLimits limits)
    {
        var (translator, interpreter) = (_build(EngineKind.Translator), _build(EngineKind.Interpreter));
        foreach (var stop in _stops.Take(stops))
        {
            var step = limits with { MaxInstructions = stop };
            translator.Run(step);
            interpreter.Run(step);
        }

        return (translator, interpreter);
    }

    private static bool IsSame(EmulatedMachine a, EmulatedMachine b, bool checksMemory)
    {
        for (var hart = 0; hart < a.Harts.Count; hart++)
        {
            if (!State(a, hart).SequenceEqual(State(b, hart))) return false;
        }

        return !checksMemory || FirstOtherByte(a, b) is null;
    }

    private static IEnumerable<(string Name, ulong Value)> State(EmulatedMachine machine, int id)
    {
        var hart = machine.Harts[id];
        yield return ("pc", hart.Pc);
        yield return ("time", hart.Time);
        yield return ("retired", hart.Retired);
        yield return ("state", (ulong)hart.State);
        for (var r = 1; r < Registers.Count; r++) yield return (Registers.AbiNames[r], hart.Register(r));
        yield return ("fcsr", hart.Frm << 5 | hart.Fflags);
        yield return ("privilege", hart.Privilege);
        yield return ("mstatus", hart.Mstatus);
        yield return ("mie", hart.Mie);
        yield return ("mip", hart.Mip);
        yield return ("mtvec", hart.Mtvec);
        yield return ("mscratch", hart.Mscratch);
        yield return ("mepc", hart.Mepc);
        yield return ("mcause", hart.Mcause);
        yield return ("mtval", hart.Mtval);
        yield return ("reservation", hart.HasReservation ? hart.ReservationAddress : 1);
        yield return ("next action", hart.NextAction);
        var causes = machine.CausesOf(id);
        for (var cause = 0; cause < causes.Cycles.Length; cause++) yield return ($"cycles of {(Machine.Core.Pipelines.Cause)cause}", causes.Cycles[cause]);
    }

    private static uint? FirstOtherByte(EmulatedMachine a, EmulatedMachine b)
    {
        for (var hart = 0; hart < a.Harts.Count; hart++)
        {
            var (ours, theirs) = (a.Harts[hart].Space.Memories, b.Harts[hart].Space.Memories);
            for (var m = 0; m < ours.Count; m++)
            {
                if (hart != 0 && ours[m].OwnerHart < 0) continue;
                var same = ours[m].Data.AsSpan().CommonPrefixLength(theirs[m].Data);
                if (same != ours[m].Data.Length) return ours[m].Base + (uint)same;
            }
        }

        return null;
    }

    private string Describe(EmulatedMachine translator, EmulatedMachine interpreter)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"engines differ after {_stops[^1]} instructions; they agreed after {(_stops.Count > 1 ? _stops[^2] : 0)}");
        foreach (var hart in translator.Harts)
        {
            foreach (var (ours, theirs) in State(translator, hart.Id).Zip(State(interpreter, hart.Id)))
            {
                if (ours != theirs) text.Append(CultureInfo.InvariantCulture, $"\n  hart {hart.Id} {ours.Name}: translator 0x{ours.Value:x}, interpreter 0x{theirs.Value:x}");
            }

            text.Append(CultureInfo.InvariantCulture, $"\n  hart {hart.Id} at pc 0x{interpreter.Harts[hart.Id].Pc:x8} (interpreter)");
        }

        if (FirstOtherByte(translator, interpreter) is { } address) text.Append(CultureInfo.InvariantCulture, $"\n  memory at 0x{address:x8}");
        return text.ToString();
    }
}
