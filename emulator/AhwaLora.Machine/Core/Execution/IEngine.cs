using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Core.Execution;

/// <summary>How far a hart may run.</summary>
/// <param name="Until">First cycle in which it must not issue.</param>
/// <param name="Horizon">Last cycle in which it is first in the machine's order, so that it may act on what others see.</param>
/// <param name="Yield">First cycle from which a jump or taken branch backwards, or to itself, ends the window after it.</param>
public readonly record struct RunWindow(ulong Until, ulong Horizon, ulong Yield = ulong.MaxValue)
{
    /// <summary>What is left at <see cref="Yield"/> of a budget of cycles that is spent from <paramref name="time"/> on. If <see cref="Yield"/> is far off, the result is lower than any budget can become.</summary>
    internal int YieldAt(ulong time, int budget) =>
        Yield <= time ? budget : Yield - time > int.MaxValue / 2 ? int.MinValue : budget - (int)(Yield - time);
}

/// <summary>Why <see cref="IEngine.Run"/> returned.</summary>
public enum StopReason
{
    /// <summary>The window's end, or <see cref="Hart.BreakAt"/>, is reached.</summary>
    Limit,

    /// <summary>The hart has jumped backwards in cycle <see cref="RunWindow.Yield"/> or later.</summary>
    Yielded,

    /// <summary>The next action (<see cref="Hart.NextAction"/>) lies after the horizon: other harts and devices go first.</summary>
    NeedsTurn,

    /// <summary>The hart acted on a device: the machine's order may have changed.</summary>
    Interacted,

    /// <summary>The hart sleeps, waits for a device, or has ended; see <see cref="Hart.State"/>.</summary>
    Waiting,

    /// <summary>The probe stopped the hart before an instruction.</summary>
    Stopped,
}

/// <summary>Executes one hart. Interpreter and translator stop in the same cycle, with the same state.</summary>
public interface IEngine
{
    /// <summary>The hart it drives.</summary>
    Hart Hart { get; }

    /// <summary>Runs until the window ends or something else must happen first.</summary>
    StopReason Run(in RunWindow window);

    /// <summary>Grants the access the hart waits for.</summary>
    void Grant(ulong time, Cause cause);

    /// <summary>Lets time pass for a hart that sleeps.</summary>
    void Idle(ulong time, Cause cause);

    /// <summary>Brings the state of the hart's pipeline up to date, so that it can be read.</summary>
    void Settle()
    {
    }

    /// <summary>Cycles by cause.</summary>
    CauseCounters Causes { get; }

    /// <summary>Sees every instruction; null for none.</summary>
    IProbe? Probe { get; set; }
}

/// <summary>What an engine needs from outside its hart.</summary>
public interface IEnvironment
{
    /// <summary>
    /// Performs the semihosting call whose ebreak is at <paramref name="hart"/>'s pc.
    /// False if the ebreak is not part of such a call; the breakpoint exception is then taken.
    /// </summary>
    bool TryHostCall(Hart hart);

    /// <summary>The hart reads the barrier CSR (0x7C2, as on Snitch): true if it is the last to arrive; if not, it waits until it is released.</summary>
    bool ArriveAtBarrier(Hart hart);

    /// <summary>The hart writes the region CSR: a region begins (top bit of <paramref name="marker"/> set) or ends.</summary>
    void MarkRegion(Hart hart, uint marker);
}

/// <summary>Sees instructions as they execute: commit log, causes by address, debugger, race check.</summary>
public interface IProbe
{
    /// <summary>Called before an instruction; false stops the hart there.</summary>
    bool Before(Hart hart, in Isa.Instruction instruction);

    /// <summary>A load of memory has returned <paramref name="value"/>.</summary>
    void Loaded(Hart hart, uint address, int bytes, uint value);

    /// <summary>A store to memory.</summary>
    void Stored(Hart hart, uint address, int bytes, uint value);

    /// <summary>A floating-point instruction has raised <paramref name="fflags"/>, which may be set already. Not called if no flag is raised.</summary>
    void Raised(Hart hart, uint fflags)
    {
    }

    /// <summary>The instruction at <paramref name="pc"/> has retired.</summary>
    void Retired(Hart hart, uint pc, in Isa.Instruction instruction);

    /// <summary>A trap was taken by the instruction, or the interrupt, at <paramref name="pc"/>.</summary>
    void Trapped(Hart hart, uint pc);

    /// <summary>A device access begins, in the cycle in which the hart is first in the machine's order. The value that it loads is not known yet.</summary>
    void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value)
    {
    }
}
