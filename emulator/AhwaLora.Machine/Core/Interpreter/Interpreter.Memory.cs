using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Interpreter;

/// <content>Loads, stores and atomics: accesses of memory and devices, and the wait for their turn.</content>
public sealed unsafe partial class Interpreter<TPipeline>
{
    private StopReason? LoadOrStore<TChecks>(in Instruction i, uint a, ulong b, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var isLoad = i.Shape is Shape.Load or Shape.WideLoad;
        if (i.Row.IsFloat && (hart.Mstatus & MstatusBits.Fs) == 0) return Trap(TrapCause.IllegalInstruction, i.Word);

        var address = a + (uint)i.Imm;
        var width = i.Row.Width;
        if (!MayAccess<TChecks>(i, address, mustAlign: !hart.Features.EmulatesMisaligned))
        {
            if (i.Row.IsFloat && (address & (width - 1)) != 0) Side?.LeaveMisaligned(address, !isLoad);
            return StopOf(hart);
        }

        var side = i.Row.IsFloat && Side is { IsActive: true } ? Side : null;
        if (hart.Space.FindMemory(address, (uint)width) is not { } memory)
        {
            if (side is null) return Device<TChecks>(i, a, b, address, window);

            // Streams and devices do not mix: an FP access that is executed later cannot wait for an answer.
            return Trap(isLoad ? TrapCause.LoadAccess : TrapCause.StoreAccess, address);
        }

        var target = new MemoryTarget(address, memory.ExtraCyclesOf((uint)width), HasExactContention && memory.Banks != 0);
        side?.BeginDeferral(0);
        var isIssued = _pipeline.Issue(i, a, (uint)b, target);
        if (isIssued && side is { IsTimed: false }) side.Hand(i, a, 0, address);
        side?.EndDeferral();
        if (!isIssued) return AwaitTurn();
        hart.Pending = default;
        if (side is not null) return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false);
        if (isLoad) WriteLoaded(i, Load<TChecks>(memory, address, width));
        else Store<TChecks>(memory, address, width, b);

        return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false);
    }

    private static StopReason? StopOf(Hart hart) => hart.State == HartState.Stuck ? StopReason.Waiting : null;

    private ulong Load<TChecks>(MemoryRegion memory, uint address, int width)
        where TChecks : struct, IChecks
    {
        var value = width == 8 ? memory.LoadDouble(address) : memory.Load(address, width);
        if (!TChecks.Enabled || Probe is null) return value;
        Probe.Loaded(Hart, address, Math.Min(width, 4), (uint)value);
        if (width == 8) Probe.Loaded(Hart, address + 4, 4, (uint)(value >> 32));
        return value;
    }

    /// <remarks>A probe sees 8 bytes as two words.</remarks>
    private void Store<TChecks>(MemoryRegion memory, uint address, int width, ulong value)
        where TChecks : struct, IChecks
    {
        if (TChecks.Enabled)
        {
            Probe?.Stored(Hart, address, Math.Min(width, 4), (uint)value);
            if (width == 8) Probe?.Stored(Hart, address + 4, 4, (uint)(value >> 32));
        }

        if (width == 8) memory.StoreDouble(address, value, Hart.Id);
        else memory.Store(address, width, (uint)value, Hart.Id);
    }

    private void WriteLoaded(in Instruction i, ulong raw)
    {
        if (i.Shape == Shape.WideLoad)
        {
            Hart.F.SetWide(i.Rd - Registers.F0, ((delegate*<ulong, ulong>)i.Entry)(raw));
            Hart.Mstatus |= MstatusBits.Fs;
            return;
        }

        var value = ((delegate*<uint, uint>)i.Entry)((uint)raw);
        if (i.Rd < Registers.F0)
        {
            Write(Hart.X, i.Rd, value);
            return;
        }

        Hart.F.SetSingle(i.Rd - Registers.F0, value);
        Hart.Mstatus |= MstatusBits.Fs;
    }

    /// <summary>The instruction waits for a grant: the scheduler gives it when the hart is first in the machine's order.</summary>
    private StopReason AwaitTurn()
    {
        Hart.Pending = new PendingAccess { IsActive = true, Address = _pipeline.RequestAddress, Time = _pipeline.RequestTime };
        return StopReason.NeedsTurn;
    }

    /// <summary>Takes a copy of the instruction: an immediate action of a device may overwrite the code in memory, which drops the decoded instruction.</summary>
    private StopReason? Device<TChecks>(Instruction i, uint a, ulong wide, uint address, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var isLoad = i.Shape is Shape.Load or Shape.WideLoad;
        var b = (uint)wide;
        var width = i.Row.Width;
        var access = isLoad ? TrapCause.LoadAccess : TrapCause.StoreAccess;
        if (hart.Space.FindDevice(address, (uint)width) is not { } mapping)
        {
            return hart.Space.FindMemory(address, 1) is { } memory ? BeyondEnd<TChecks>(i, a, b, address, memory) : Trap(access, address);
        }

        if ((address & (uint)(width - 1)) != 0) return Trap(isLoad ? TrapCause.LoadMisaligned : TrapCause.StoreMisaligned, address);

        uint value;
        if (hart.Pending.HasValue)
        {
            value = hart.Pending.Value;
        }
        else
        {
            if (!_pipeline.Issue(i, a, b, new MemoryTarget(address, 0, Arbitrated: true)) && _pipeline.RequestTime > window.Horizon) return AwaitTurn();
            var time = _pipeline.RequestTime;
            hart.Time = time;
            var request = new BusAccess(address - mapping.Base, width, hart.Id, time);
            value = b;
            if (TChecks.Enabled) Probe?.DeviceAccess(hart, mapping, request, isLoad, b);
            var response = isLoad ? mapping.Device.Read(request, out value) : mapping.Device.Write(request, b);
            if (response == BusResponse.Fault) return Trap(access, address);
            if (response == BusResponse.Wait)
            {
                hart.Pending = new PendingAccess { IsActive = true, Address = address, Time = time };
                hart.State = HartState.WaitingForDevice;
                return StopReason.Waiting;
            }

            Grant(time, Cause.MemoryLatency);
        }

        _pipeline.Issue(i, a, b, new MemoryTarget(address, 0, Arbitrated: true));
        hart.Pending = default;
        if (TChecks.Enabled && isLoad) Probe?.Loaded(hart, address, width, value);
        if (TChecks.Enabled && !isLoad) Probe?.Stored(hart, address, width, b);
        if (isLoad) WriteLoaded(i, value);
        return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false) ?? StopReason.Interacted;
    }

    /// <summary>
    /// An emulated misaligned access that begins in <paramref name="first"/> and ends after it. It is done by bytes if another memory follows. If not,
    /// mtval is the address of the part that faults (privileged specification, section "Machine Trap Value Register"), and nothing is stored.
    /// </summary>
    private StopReason? BeyondEnd<TChecks>(in Instruction i, uint a, uint b, uint address, MemoryRegion first)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var isLoad = i.Shape == Shape.Load;
        var bytes = (uint)i.Row.Width;
        var inFirst = first.Base + first.Size - address;
        var border = address + inFirst;
        if (hart.Space.FindMemory(border, bytes - inFirst) is not { } second) return Trap(isLoad ? TrapCause.LoadAccess : TrapCause.StoreAccess, border);

        var extraCycles = Math.Max(first.ExtraCyclesOf(inFirst), second.ExtraCyclesOf(bytes - inFirst));
        var target = new MemoryTarget(address, extraCycles, HasExactContention && (first.Banks | second.Banks) != 0);
        while (!_pipeline.Issue(i, a, b, target))
        {
            if ((_pipeline.RequestAddress - first.Base < first.Size ? first : second).Banks != 0) return AwaitTurn();
            Grant(_pipeline.RequestTime, Cause.MemoryLatency);
        }

        hart.Pending = default;
        var raw = 0u;
        if (TChecks.Enabled && !isLoad) Probe?.Stored(hart, address, (int)bytes, b);
        for (var n = 0; n < (int)bytes; n++)
        {
            var memory = n < inFirst ? first : second;
            if (isLoad) raw |= memory.Load(address + (uint)n, 1) << (8 * n);
            else memory.Store(address + (uint)n, 1, b >> (8 * n), hart.Id);
        }

        if (TChecks.Enabled && isLoad) Probe?.Loaded(hart, address, (int)bytes, raw);
        if (isLoad) WriteLoaded(i, raw);
        return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false);
    }

    /// <summary>LR, SC and AMO (unprivileged specification, chapter "A"): on naturally aligned words of memory, in the machine's order.</summary>
    /// <remarks>Takes a copy of the instruction, because the instruction may overwrite itself.</remarks>
    private StopReason? Atomic<TChecks>(Instruction i, uint a, uint b, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var isLoad = i.Shape == Shape.LoadReserved;
        if (!MayAccess<TChecks>(i, a, mustAlign: true)) return StopOf(hart);
        if (hart.Space.FindMemory(a, 4) is not { } memory) return Trap(isLoad ? TrapCause.LoadAccess : TrapCause.StoreAccess, a);

        var isBanked = HasExactContention && memory.Banks != 0;
        var target = new MemoryTarget(a, memory.ExtraCyclesOf(4), Arbitrated: true);
        if (!_pipeline.Issue(i, a, b, target))
        {
            if (isBanked || _pipeline.RequestTime > window.Horizon) return AwaitTurn();
            Grant(_pipeline.RequestTime, Cause.BankConflict);
            _pipeline.Issue(i, a, b, target);
        }

        hart.Pending = default;
        var old = memory.Load(a, 4);
        switch (i.Shape)
        {
            case Shape.LoadReserved:
                hart.HasReservation = true;
                hart.ReservationAddress = a;
                memory.AddWatch(a, 4, Watch.Reservation);
                if (TChecks.Enabled) Probe?.Loaded(hart, a, 4, old);
                Write(hart.X, i.Rd, old);
                break;
            case Shape.StoreConditional:
                var holds = hart.HasReservation && hart.ReservationAddress == a;
                hart.HasReservation = false;
                if (holds) Store<TChecks>(memory, a, 4, b);
                Write(hart.X, i.Rd, holds ? 0u : 1u);
                break;
            default:
                if (TChecks.Enabled) Probe?.Loaded(hart, a, 4, old);
                Store<TChecks>(memory, a, 4, ((delegate*<uint, uint, uint>)i.Entry)(old, b));
                Write(hart.X, i.Rd, old);
                break;
        }

        return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false);
    }
}
