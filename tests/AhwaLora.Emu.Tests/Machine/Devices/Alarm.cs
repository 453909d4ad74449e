using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Devices;

/// <summary>An alarm clock: it rings a number of cycles after it was set, and a read waits for that.</summary>
internal sealed class Alarm(DeviceSite site) : IClockedDevice
{
    private const uint Set = 0x0, Await = 0x4;
    private const int Nobody = -1;

    [Unsaved("fixed when the machine is built")]
    private readonly IBusMasters _masters = site.Masters;
    private readonly InterruptLine _line = site.Interrupt;
    private ulong _ringsAt = ulong.MaxValue;
    private uint _cycles, _rung;
    private int _waiting = Nobody;

    public static RegisterMap Map { get; } = new("ALARM", 0x1000, "An alarm clock. Word accesses.",
    [
        new(Set,   "SET",   RegisterAccess.ReadWrite, "Cycles from the write until it rings. Ends its interrupt."),
        new(Await, "AWAIT", RegisterAccess.ReadActs,  "A read waits until it rings, if it is set, and returns how often it has."),
    ], []);

    public string Name => site.Name;

    public string Title => "the alarm";

    public RegisterMap Registers => Map;

    public ulong NextEvent => _ringsAt;

    public IReadOnlyList<DeviceCounter> Counters(ulong time) => [new("rings", _rung)];

    public void Advance(ulong time)
    {
        (_ringsAt, _rung) = (ulong.MaxValue, _rung + 1);
        _line.Set(true);
        if (_waiting != Nobody) _masters.Release(_waiting, time, _rung, Cause.TileWait);
        _waiting = Nobody;
    }

    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        if (access.Offset != Await || _ringsAt == ulong.MaxValue) return BusResponse.Ok;
        _waiting = access.Initiator;
        return BusResponse.Wait;
    }

    public BusResponse Write(in BusAccess access, uint value)
    {
        if (access.Offset != Set || access.Bytes != 4) return BusResponse.Fault;
        (_cycles, _ringsAt) = (value, access.Time + 1 + value);
        _line.Set(false);
        return BusResponse.Ok;
    }

    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = offset == Set ? _cycles : _rung;
        return offset is Set or Await && bytes == 4;
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _ringsAt);
        state.Field(ref _cycles);
        state.Field(ref _rung);
        state.Field(ref _waiting);
        _line.SaveOrRestore(state);
    }
}
