using System.Buffers.Binary;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Host;

/// <summary>The result of evaluating tohost.</summary>
public enum HtifEvent
{
    /// <summary>There was no request.</summary>
    Nothing,

    /// <summary>A call was performed; the hart goes on.</summary>
    Served,

    /// <summary>This hart has ended, by a store to its private tohost; others run.</summary>
    HartEnded,

    /// <summary>The run has ended.</summary>
    RunEnded,
}

/// <summary>The result of evaluating tohost, and the guest's exit code if the run has ended.</summary>
public readonly record struct HtifOutcome(HtifEvent Event, int ExitCode = 0);

/// <summary>
/// The host-target interface of riscv-tests, riscv-pk and Spike: the guest makes a request by a store to the 64-bit word tohost,
/// and reads the answer from fromhost. Bits 63:56 of a value are the device (0 system calls, 1 console), 55:48 the
/// command, 47:0 the payload. Files open at the host are not part of a snapshot.
/// </summary>
/// <remarks>
/// A 32-bit guest stores a value in two halves. It is evaluated after the instruction that follows the store of the
/// low half, so that a high half stored next belongs to it. A lone low half works too; exits are often such.
/// </remarks>
public sealed class Htif : IStateful
{
    /// <summary>Bytes of tohost and of fromhost.</summary>
    public const uint WordBytes = 8;

    private const byte SystemDevice = 0, ConsoleDevice = 1;
    private const byte GetCharacter = 0, PutCharacter = 1;

    [Unsaved("outside of the machine, so not in a snapshot")]
    private readonly IHost _host;
    [Unsaved("outside of the machine, so not in a snapshot")]
    private readonly HtifSystemCalls _calls;
    private readonly uint? _fromHost;
    private readonly bool[] _hasLowHalf, _isDue, _isTaken, _hasEnded;
    private readonly ulong[] _taken;
    private readonly int[] _exitCodes;

    /// <summary>An interface for a guest with these symbols.</summary>
    /// <param name="host">The guest's files, console and arguments.</param>
    /// <param name="clock">Time for gettimeofday.</param>
    /// <param name="toHost">Address of tohost.</param>
    /// <param name="fromHost">Address of fromhost; null if the guest has none and takes no answers.</param>
    /// <param name="harts">Number of harts.</param>
    public Htif(IHost host, HostClock clock, uint toHost, uint? fromHost, int harts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(harts);
        _host = host;
        _calls = new HtifSystemCalls(host, clock);
        ToHost = toHost;
        _fromHost = fromHost;
        _hasLowHalf = new bool[harts];
        _isDue = new bool[harts];
        _isTaken = new bool[harts];
        _taken = new ulong[harts];
        _hasEnded = new bool[harts];
        _exitCodes = new int[harts];
    }

    /// <summary>Address of tohost: the machine watches its <see cref="WordBytes"/> bytes.</summary>
    public uint ToHost { get; }

    /// <summary>True from a store to tohost until <see cref="Evaluate"/>: the hart is to stop after its next instruction.</summary>
    public bool IsDue(int hart) => _isDue[hart];

    /// <summary>
    /// Records a store of <paramref name="bytes"/> bytes at <paramref name="address"/>. True if the hart must
    /// stop after its next instruction, for <see cref="Evaluate"/>; masters other than harts never ask.
    /// </summary>
    public bool OnStored(int hart, uint address, uint bytes)
    {
        if ((uint)hart >= _isDue.Length || !Overlaps(address, bytes, ToHost, WordBytes)) return false;
        if (Overlaps(address, bytes, ToHost, 4)) _hasLowHalf[hart] = true;

        // A high half stored first waits for the low one.
        if (!_hasLowHalf[hart] || _isDue[hart]) return false;
        _isDue[hart] = true;
        return true;
    }

    /// <summary>True from <see cref="Take"/> until <see cref="Evaluate"/>: the hart waits until it is its turn.</summary>
    public bool IsTaken(int hart) => _isTaken[hart];

    /// <summary>Reads tohost as <paramref name="hart"/> sees it, before harts that are earlier in time store there, too.</summary>
    public void Take(Hart hart)
    {
        if (_isTaken[hart.Id]) return;
        _isTaken[hart.Id] = true;
        _taken[hart.Id] = Memory(hart) is { } memory ? BinaryPrimitives.ReadUInt64LittleEndian(memory.Data.AsSpan((int)(ToHost - memory.Base))) : 0;
    }

    /// <summary>Performs the request that <paramref name="hart"/> made (<see cref="Take"/>), when it is its turn.</summary>
    public HtifOutcome Evaluate(Hart hart)
    {
        Take(hart);
        _isDue[hart.Id] = _isTaken[hart.Id] = false;
        var value = _taken[hart.Id];
        if (value == 0) return default;
        if (Memory(hart)!.OwnerHart >= 0) return EndHart(hart.Id, value);

        var payload = value & 0xFFFF_FFFF_FFFF;
        var outcome = ((byte)(value >> 56), (byte)(value >> 48)) switch
        {
            (SystemDevice, 0) when (payload & 1) != 0 => new HtifOutcome(HtifEvent.RunEnded, ExitCode(payload)),
            (SystemDevice, 0) => Call(hart, payload),
            (ConsoleDevice, PutCharacter) => Put(hart, (byte)payload),
            (ConsoleDevice, GetCharacter) => Get(hart),
            _ => default,
        };

        if (outcome.Event == HtifEvent.Served) _hasLowHalf[hart.Id] = false;
        return outcome;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_hasLowHalf);
        state.Array(_isDue);
        state.Array(_isTaken);
        state.Array(_taken);
        state.Array(_hasEnded);
        state.Array(_exitCodes);
    }

    private MemoryRegion? Memory(Hart hart) => hart.Space.FindMemory(ToHost, WordBytes);

    private static bool Overlaps(uint address, uint bytes, uint other, uint otherBytes) =>
        address - other < otherBytes || other - address < bytes;

    /// <summary>1 = success, (n &lt;&lt; 1) | 1 = failure n.</summary>
    private static int ExitCode(ulong payload) => (int)(payload >> 1);

    /// <summary>A hart with a private tohost ends only itself; the run's code is that of the first hart, by number, that failed.</summary>
    private HtifOutcome EndHart(int hart, ulong value)
    {
        _hasEnded[hart] = true;
        _exitCodes[hart] = ExitCode(value);
        if (_hasEnded.Contains(false)) return new HtifOutcome(HtifEvent.HartEnded);
        return new HtifOutcome(HtifEvent.RunEnded, _exitCodes.FirstOrDefault(code => code != 0));
    }

    private HtifOutcome Call(Hart hart, ulong payload)
    {
        // If the payload is not the address of eight doublewords, it may be the low half of a value still being stored.
        if (payload > uint.MaxValue || !_calls.TryCall(hart, (uint)payload, out var exitCode)) return default;
        if (exitCode is { } code) return new HtifOutcome(HtifEvent.RunEnded, code);
        return Answer(hart, 1);
    }

    private HtifOutcome Put(Hart hart, byte character)
    {
        _host.Write((int)ConsoleStream.Output, [character]);
        GuestMemory.TryWriteDoubleword(hart.Space, ToHost, 0);
        return new HtifOutcome(HtifEvent.Served);
    }

    /// <summary>Answers a character with bit 8 set, as Spike does. At the end of input it never answers.</summary>
    private HtifOutcome Get(Hart hart)
    {
        Span<byte> character = stackalloc byte[1];
        if (_host.Read((int)ConsoleStream.Input, character) == 1) return Answer(hart, ((ulong)ConsoleDevice << 56) | 0x100 | character[0]);
        GuestMemory.TryWriteDoubleword(hart.Space, ToHost, 0);
        return new HtifOutcome(HtifEvent.Served);
    }

    private HtifOutcome Answer(Hart hart, ulong value)
    {
        GuestMemory.TryWriteDoubleword(hart.Space, ToHost, 0);
        if (_fromHost is { } address) GuestMemory.TryWriteDoubleword(hart.Space, address, value);
        return new HtifOutcome(HtifEvent.Served);
    }
}
