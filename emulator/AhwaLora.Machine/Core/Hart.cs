using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core;

/// <summary>What a hart is doing.</summary>
public enum HartState
{
    /// <summary>Executes instructions.</summary>
    Running,

    /// <summary>Asleep in wfi until an interrupt is pending.</summary>
    WaitingForInterrupt,

    /// <summary>Waits for an access that a device has not answered yet.</summary>
    WaitingForDevice,

    /// <summary>Ended by its own store to a private tohost, or by the environment.</summary>
    Ended,

    /// <summary>Cannot go on: its trap handler's first instruction traps again.</summary>
    Stuck,

    /// <summary>Cannot go on: it waits for a stream that has no job, or for an FP side that has stopped.</summary>
    Hung,
}

/// <summary>An access of a bank or a device that waits for its turn.</summary>
public struct PendingAccess
{
    /// <summary>True from the request until the instruction completes.</summary>
    public bool IsActive;

    /// <summary>True after the grant; the engine then completes the instruction.</summary>
    public bool IsGranted;

    /// <summary>Address asked for.</summary>
    public uint Address;

    /// <summary>First cycle of the request.</summary>
    public ulong Time;

    /// <summary>Value of a device read that had to wait.</summary>
    public uint Value;

    /// <summary>True if <see cref="Value"/> holds the answer.</summary>
    public bool HasValue;
}

/// <summary>The state of one hart: plain data. Engines, <see cref="CsrFile"/> and <see cref="Traps"/> act on it.</summary>
public sealed class Hart : IStateful
{
    /// <summary>A hart at reset.</summary>
    /// <param name="id">mhartid.</param>
    /// <param name="space">The memory and devices that it sees.</param>
    /// <param name="features">What it implements.</param>
    public Hart(int id, AddressSpace space, HartFeatures features)
    {
        Id = id;
        Space = space;
        Features = features;
        F = new FloatRegisters(features.FloatBits);
        Reset(0);
    }

    /// <summary>mhartid.</summary>
    public readonly int Id;

    /// <summary>Memory and devices as this hart sees them.</summary>
    [Unsaved("memories and devices belong to the machine, which saves them")]
    public readonly AddressSpace Space;

    /// <summary>Extensions and options.</summary>
    [Unsaved("fixed, and named in the file's header")]
    public readonly HartFeatures Features;

    /// <summary>x0-x31; x0 is 0.</summary>
    public readonly uint[] X = new uint[Registers.F0];

    /// <summary>f0-f31.</summary>
    public readonly FloatRegisters F;

    /// <summary>What executes instructions by itself; null if nothing does.</summary>
    [Unsaved("made with the machine; its state is a pipeline's")]
    public IHartSide? FloatSide;

    /// <summary>Address of the next instruction.</summary>
    public uint Pc;

    /// <summary>Local time in cycles since reset.</summary>
    public ulong Time;

    /// <summary>Instructions retired since reset; traps retire nothing.</summary>
    public ulong Retired;

    /// <summary>The engine stops the hart when <see cref="Retired"/> reaches this count. It is not part of the hart's state.</summary>
    [Unsaved("the machine sets it before each turn")]
    public ulong BreakAt = ulong.MaxValue;

    /// <summary>Traps and interrupts taken since reset.</summary>
    public ulong TrapsTaken;

    /// <summary>What the hart is doing.</summary>
    public HartState State;

    /// <summary>The access it waits for.</summary>
    public PendingAccess Pending;

    /// <summary>Current privilege: 3 machine, 0 user.</summary>
    public uint Privilege;

    /// <summary>Accrued exception flags (NV DZ OF UF NX).</summary>
    public uint Fflags;

    /// <summary>Dynamic rounding mode.</summary>
    public uint Frm;

    /// <summary>Snitch's fmode: bits 1 and 0 select the alternative narrow formats of source and destination.</summary>
    public uint Fmode;

    /// <summary>mstatus without SD, which is derived.</summary>
    public uint Mstatus;

#pragma warning disable CS1591 // CSRs under their specified names.
    public uint Mie, Mip, Mtvec, Mscratch, Mepc, Mcause, Mtval, Mcounteren, Mcountinhibit;
#pragma warning restore CS1591

    /// <summary>Counter n reads as its source minus this value; while inhibited, it reads as this value. Index 0 is mcycle, 2 minstret, 3-31 mhpmcounter.</summary>
    public readonly ulong[] CounterOffsets = new ulong[32];

    /// <summary>Event selected by mhpmevent n.</summary>
    public readonly uint[] Mhpmevent = new uint[32];

    /// <summary>Address reserved by lr.w, if <see cref="HasReservation"/>.</summary>
    public uint ReservationAddress;

    /// <summary>True from lr.w to the next sc.w, or to a store of another master.</summary>
    public bool HasReservation;

    /// <summary>Sdtrig: selected trigger.</summary>
    public uint Tselect;

    /// <summary>Sdtrig: tdata1 and tdata2 of each trigger.</summary>
    public readonly uint[] Tdata1 = new uint[TriggerCount], Tdata2 = new uint[TriggerCount];

    /// <summary>PMP configuration bytes.</summary>
    public readonly byte[] Pmpcfg = new byte[PmpCount];

    /// <summary>PMP addresses, bits 33:2.</summary>
    public readonly uint[] Pmpaddr = new uint[PmpCount];

    /// <summary>The last exception that a trap handler's own first instruction did not cause: for a stuck hart, the exception that led there.</summary>
    public TrapRecord LastTrap;

    /// <summary>x0-x31 when the last trap was taken, other than one of a handler's own first instruction: what its handler may have overwritten by now.</summary>
    public readonly uint[] TrapX = new uint[Registers.F0];

    /// <summary>True from a trap to the mret of its handler.</summary>
    public bool IsInTrap;

    /// <summary>Number of Sdtrig triggers.</summary>
    public const int TriggerCount = 4;

    /// <summary>Number of PMP entries.</summary>
    public const int PmpCount = 16;

    /// <summary>True if an enabled interrupt is pending, whatever mstatus.MIE says.</summary>
    public bool HasPendingInterrupt => (Mip & Mie) != 0;

    /// <summary>True if an interrupt is taken before the next instruction (privileged specification, section 3.1.9). In user mode, MIE masks no interrupt.</summary>
    public bool IsInterrupted => HasPendingInterrupt && (Privilege == Core.Privilege.User || (Mstatus & MstatusBits.Mie) != 0);

    /// <summary>The time at which the hart acts next: its turn at a pending access, or its next instruction.</summary>
    public ulong NextAction => Pending is { IsActive: true, IsGranted: false } ? Pending.Time : Time;

    /// <summary>The value of a register, by its number (<see cref="Registers"/>).</summary>
    public ulong Register(int number) => number < Registers.F0 ? X[number] : F.Bits[number - Registers.F0];

    /// <summary>Resets the hart, with <paramref name="entry"/> as its pc (privileged specification, section "Reset"). Its time is not reset.</summary>
    public void Reset(uint entry)
    {
        Array.Clear(X);
        F.Clear();
        Array.Clear(CounterOffsets);
        Array.Clear(Mhpmevent);
        Array.Clear(Tdata1);
        Array.Clear(Tdata2);
        Array.Clear(Pmpcfg);
        Array.Clear(Pmpaddr);
        Pc = entry;
        State = HartState.Running;
        Pending = default;
        Privilege = Core.Privilege.Machine;
        Fflags = Frm = Fmode = 0;
        Mstatus = MstatusBits.Mpp | (Features.Extensions.HasFlag(Extension.F) ? MstatusBits.FsInitial : 0);
        Mie = Mtvec = Mscratch = Mepc = Mcause = Mtval = Mcounteren = Mcountinhibit = Tselect = 0;
        HasReservation = IsInTrap = false;
        CsrFile.ResetTriggers(this);
    }

    private bool IsAligned(uint pc) => (pc & (Features.InstructionAlignment - 1)) == 0;

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(X);
        F.SaveOrRestore(state);
        state.Field(ref Pc);
        state.Require(X[0] == 0 && IsAligned(Pc));
        state.Reached(ref Time);
        state.Reached(ref Retired);
        state.Field(ref TrapsTaken);
        state.Field(ref State);
        state.Field(ref Pending.IsActive);
        state.Field(ref Pending.IsGranted);
        state.Field(ref Pending.Address);
        state.Field(ref Pending.Time);
        state.Field(ref Pending.Value);
        state.Field(ref Pending.HasValue);
        state.Field(ref Privilege);
        state.Require(Privilege is Core.Privilege.User or Core.Privilege.Machine);
        state.Field(ref Fflags);
        state.Field(ref Frm);
        state.Require(Frm <= 7);
        state.Field(ref Fmode);
        state.Field(ref Mstatus);
        state.Field(ref Mie);
        state.Field(ref Mip);
        state.Field(ref Mtvec);
        state.Field(ref Mscratch);
        state.Field(ref Mepc);
        state.Field(ref Mcause);
        state.Field(ref Mtval);
        state.Field(ref Mcounteren);
        state.Field(ref Mcountinhibit);
        state.Array(CounterOffsets);
        state.Array(Mhpmevent);
        state.Field(ref ReservationAddress);
        state.Field(ref HasReservation);
        state.Field(ref Tselect);
        state.Require(Tselect < TriggerCount);
        state.Array(Tdata1);
        state.Array(Tdata2);
        state.Array(Pmpcfg);
        state.Array(Pmpaddr);
        var (pc, cause, value) = LastTrap;
        state.Field(ref pc);
        state.Field(ref cause);
        state.Field(ref value);
        LastTrap = new TrapRecord(pc, cause, value);
        state.Array(TrapX);
        state.Field(ref IsInTrap);
    }
}
