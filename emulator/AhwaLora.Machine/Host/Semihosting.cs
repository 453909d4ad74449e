using System.Text;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Host;

/// <summary>Addresses that SYS_HEAPINFO gives for the guest's heap and stack; 0 leaves the choice to the guest.</summary>
public readonly record struct HeapInfo(uint HeapBase, uint HeapLimit, uint StackBase, uint StackLimit);

/// <summary>
/// RISC-V semihosting 1.0: <c>slli zero,zero,0x1f; ebreak; srai zero,zero,7</c>, all uncompressed, asks the host for
/// the operation in a0 with the parameter in a1, mostly the address of a block of words; the result is returned in a0.
/// Files open at the host are not part of a snapshot.
/// </summary>
public sealed class Semihosting(IHost host, HostClock clock, HeapInfo heap = default) : IStateful
{
    private const uint Before = 0x01F0_1013, Ebreak = 0x0010_0073, After = 0x4070_5013;
    private const uint ApplicationExit = 0x20026; // ADP_Stopped_ApplicationExit
    private const int MaxBlockWords = 4;

    [Unsaved("outside of the machine, so not in a snapshot")]
    private readonly IHost _host = host;

    private readonly FeatureFile _features = new();
    private int _errno;

    /// <summary>
    /// Performs the call that the ebreak at <paramref name="hart"/>'s pc asks for; the hart then goes on after the
    /// ebreak. False if the words around are not the sequence: the ebreak is a breakpoint.
    /// </summary>
    /// <param name="hart">Its a0 takes the result, its time is the guest's.</param>
    /// <param name="exitCode">The guest's code if it has exited.</param>
    public bool TryCall(Hart hart, out int? exitCode)
    {
        exitCode = null;
        Span<uint> words = stackalloc uint[3];
        if (!GuestMemory.TryReadWords(hart.Space, hart.Pc - 4, words) || words is not [Before, Ebreak, After]) return false;

        var operation = (SemihostingOperation)hart.X[Registers.A0];
        var parameter = hart.X[Registers.A1];
        exitCode = ExitCode(hart.Space, operation, parameter);
        if (exitCode is null) hart.X[Registers.A0] = Call(hart, operation, parameter);
        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _errno);
        _features.SaveOrRestore(state);
    }

    /// <summary>On RV32 the parameter of SYS_EXIT is the reason itself, that of SYS_EXIT_EXTENDED a block {reason, subcode}.</summary>
    private static int? ExitCode(AddressSpace space, SemihostingOperation operation, uint parameter)
    {
        if (operation == SemihostingOperation.Exit) return parameter == ApplicationExit ? 0 : 1;
        if (operation != SemihostingOperation.ExitExtended) return null;
        Span<uint> block = stackalloc uint[2];
        return GuestMemory.TryReadWords(space, parameter, block) && block[0] == ApplicationExit ? (int)block[1] : 1;
    }

    private uint Call(Hart hart, SemihostingOperation operation, uint parameter)
    {
        Span<uint> p = stackalloc uint[MaxBlockWords];
        p = p[..BlockWords(operation)];
        var space = hart.Space;
        if (!p.IsEmpty && !GuestMemory.TryReadWords(space, parameter, p)) return Fail(Errno.EFAULT);
        return operation switch
        {
            SemihostingOperation.Open => Open(space, p),
            SemihostingOperation.Close => Close(p[0]),
            SemihostingOperation.WriteCharacter => WriteCharacter(space, parameter),
            SemihostingOperation.WriteString => WriteString(space, parameter),
            SemihostingOperation.Write => Left(p[2], FeatureFile.Has(p[0]) ? -Errno.EBADF : GuestMemory.WriteFile(space, _host, (int)p[0], p[1], p[2])),
            SemihostingOperation.Read => Read(space, p),
            SemihostingOperation.ReadCharacter => ReadCharacter(),
            SemihostingOperation.IsError => p[0] >> 31,
            SemihostingOperation.IsTerminal => Result(FeatureFile.Has(p[0]) ? Math.Min(0, _features.Length(p[0])) : _host.IsTerminal((int)p[0])),
            SemihostingOperation.Seek => Seek(p),
            SemihostingOperation.FileLength => Result(FeatureFile.Has(p[0]) ? _features.Length(p[0]) : _host.Length((int)p[0])),
            SemihostingOperation.TemporaryName => TemporaryName(space, p),
            SemihostingOperation.Remove => Remove(space, p),
            SemihostingOperation.Rename => Rename(space, p),
            SemihostingOperation.Clock => (uint)clock.Centiseconds(hart.Time),
            SemihostingOperation.Time => (uint)clock.CalendarSeconds(hart.Time),
            SemihostingOperation.ErrorNumber => (uint)_errno,
            SemihostingOperation.GetCommandLine => GetCommandLine(space, parameter, p),
            SemihostingOperation.HeapInfo => StoreHeapInfo(space, p[0]),
            SemihostingOperation.Elapsed => GuestMemory.TryWriteDoubleword(space, parameter, hart.Time) ? 0 : Fail(Errno.EFAULT),
            SemihostingOperation.TickFrequency => clock.FrequencyHz < uint.MaxValue ? (uint)clock.FrequencyHz : Fail(Errno.EINVAL),

            // SYS_SYSTEM is among them: guests cannot start programs of the host.
            _ => Fail(Errno.ENOSYS),
        };
    }

    /// <summary>Words of the parameter block that are read; 0 if the parameter is not such a block.</summary>
    private static int BlockWords(SemihostingOperation operation) => operation switch
    {
        SemihostingOperation.Rename => 4,
        SemihostingOperation.Open or SemihostingOperation.Write or SemihostingOperation.Read or SemihostingOperation.TemporaryName => 3,
        SemihostingOperation.Seek or SemihostingOperation.Remove or SemihostingOperation.GetCommandLine => 2,
        SemihostingOperation.Close or SemihostingOperation.IsError or SemihostingOperation.IsTerminal
            or SemihostingOperation.FileLength or SemihostingOperation.HeapInfo => 1,
        _ => 0,
    };

    /// <summary>A failed call returns -1; SYS_ERRNO then gives the reason.</summary>
    private uint Fail(int errno)
    {
        _errno = errno;
        return uint.MaxValue;
    }

    private uint Result(long result) => result < 0 ? Fail((int)-result) : (uint)result;

    /// <summary>Reads and writes return the number of bytes not transferred.</summary>
    private uint Left(uint asked, int done)
    {
        if (done >= 0) return asked - (uint)done;
        Fail(-done);
        return asked;
    }

    private uint Open(AddressSpace space, ReadOnlySpan<uint> p)
    {
        var error = GuestMemory.ReadPath(space, p[0], p[2], out var path);
        if (error != 0) return Result(error);
        if (p[1] > 11) return Fail(Errno.EINVAL);
        if (path == ":tt") return Result(_host.OpenConsole((ConsoleStream)(p[1] / 4)));
        if (path != FeatureFile.Name) return Result(_host.Open(path, OpenFlagsOf(p[1])));
        return p[1] > 1 ? Fail(Errno.EACCES) : Result(_features.Open());
    }

    /// <summary>fopen's modes by number: r, rb, r+, r+b, then the same of w and a. Binary and text modes are alike.</summary>
    private static OpenFlags OpenFlagsOf(uint mode)
    {
        var update = (mode & 2) != 0;
        return (mode / 4) switch
        {
            0 => update ? OpenFlags.Read | OpenFlags.Write : OpenFlags.Read,
            1 => OpenFlags.Write | OpenFlags.Create | OpenFlags.Truncate | (update ? OpenFlags.Read : OpenFlags.None),
            _ => OpenFlags.Write | OpenFlags.Create | OpenFlags.Append | (update ? OpenFlags.Read : OpenFlags.None),
        };
    }

    private uint Close(uint handle) => Result(FeatureFile.Has(handle) ? _features.Close(handle) : _host.Close((int)handle));

    private uint WriteCharacter(AddressSpace space, uint address) =>
        Result(Math.Min(0, GuestMemory.WriteFile(space, _host, (int)ConsoleStream.Output, address, 1)));

    private uint WriteString(AddressSpace space, uint address) => GuestMemory.TryReadTerminated(space, address, out var text)
        ? Result(Math.Min(0, _host.Write((int)ConsoleStream.Output, text)))
        : Fail(Errno.EFAULT);

    private uint Read(AddressSpace space, ReadOnlySpan<uint> p) =>
        Left(p[2], FeatureFile.Has(p[0]) ? _features.Read(p[0], space, p[1], p[2]) : GuestMemory.ReadFile(space, _host, (int)p[0], p[1], p[2]));

    private uint ReadCharacter()
    {
        Span<byte> character = stackalloc byte[1];
        var read = _host.Read((int)ConsoleStream.Input, character);
        return read == 1 ? character[0] : Fail(read < 0 ? -read : Errno.EIO);
    }

    private uint Seek(ReadOnlySpan<uint> p) =>
        Result(FeatureFile.Has(p[0]) ? _features.Seek(p[0], p[1]) : Math.Min(0, _host.Seek((int)p[0], p[1], SeekOrigin.Begin)));

    /// <summary>A name that depends only on the identifier, so that runs repeat.</summary>
    private uint TemporaryName(AddressSpace space, ReadOnlySpan<uint> p)
    {
        if (p[1] > 255) return Fail(Errno.EINVAL);
        var name = Encoding.ASCII.GetBytes($"tmp{p[1]:x2}\0");
        if (name.Length > p[2]) return Fail(Errno.EINVAL);
        return space.WriteBlock(p[0], name, Initiators.Host) ? 0 : Fail(Errno.EFAULT);
    }

    private uint Remove(AddressSpace space, ReadOnlySpan<uint> p)
    {
        var error = GuestMemory.ReadPath(space, p[0], p[1], out var path);
        return Result(error != 0 ? error : _host.Remove(path));
    }

    private uint Rename(AddressSpace space, ReadOnlySpan<uint> p)
    {
        var error = GuestMemory.ReadPath(space, p[0], p[1], out var from);
        if (error != 0) return Result(error);
        error = GuestMemory.ReadPath(space, p[2], p[3], out var to);
        return Result(error != 0 ? error : _host.Rename(from, to));
    }

    /// <summary>The arguments separated by spaces; the block's second word becomes the length without the zero byte.</summary>
    private uint GetCommandLine(AddressSpace space, uint block, ReadOnlySpan<uint> p)
    {
        var line = Encoding.UTF8.GetBytes(string.Join(' ', _host.Arguments) + '\0');
        if (line.Length > p[1]) return Fail(Errno.EINVAL);
        if (!space.WriteBlock(p[0], line, Initiators.Host)) return Fail(Errno.EFAULT);
        return GuestMemory.TryWriteWord(space, block + 4, (uint)line.Length - 1) ? 0 : Fail(Errno.EFAULT);
    }

    /// <summary>The parameter's word is the address of the block to fill. Picolibc 1.8 passes the block itself, cleared; the null in it is not an address.</summary>
    private uint StoreHeapInfo(AddressSpace space, uint block)
    {
        if (block == 0 || space.ReadBlock(block, 16).IsEmpty) return Fail(Errno.EFAULT);
        GuestMemory.TryWriteWord(space, block, heap.HeapBase);
        GuestMemory.TryWriteWord(space, block + 4, heap.HeapLimit);
        GuestMemory.TryWriteWord(space, block + 8, heap.StackBase);
        GuestMemory.TryWriteWord(space, block + 12, heap.StackLimit);
        return 0;
    }
}
