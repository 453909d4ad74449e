using AhwaLora.Machine.Host;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Host;

public sealed class SemihostingTests : IDisposable
{
    private const uint Code = GuestBench.Ram + 0x100, Block = GuestBench.Ram + 0x1000, Name = GuestBench.Ram + 0x2000, Buffer = GuestBench.Ram + 0x3000;
    private const uint Slli = 0x01F0_1013, Ebreak = 0x0010_0073, Srai = 0x4070_5013;
    private const uint Failed = uint.MaxValue;

    private const uint Open = 1, Close = 2, WriteC = 3, Write0 = 4, Write = 5, Read = 6, ReadC = 7, IsError = 8, IsTty = 9, Seek = 0xA, Flen = 0xC,
        TmpNam = 0xD, Remove = 0xE, Rename = 0xF, Clock = 0x10, Time = 0x11, SystemCommand = 0x12, Errno = 0x13, GetCmdline = 0x15, HeapInfo = 0x16,
        Exit = 0x18, ExitExtended = 0x20, Elapsed = 0x30, TickFreq = 0x31;

    private readonly GuestBench _guest = new("xy", "program", "one", "two");
    private readonly Semihosting _semihosting;

    public SemihostingTests()
    {
        _semihosting = new Semihosting(_guest.Host, new HostClock { FrequencyHz = 1_000_000 }, new HeapInfo(1, 2, 3, 4));
        _guest.Put(Code, Slli, Ebreak, Srai);
        _guest.Hart.Pc = Code + 4;
    }

    public void Dispose() => _guest.Dispose();

    [Theory]
    [InlineData(0u, Ebreak, Srai)]
    [InlineData(Slli, Ebreak, 0u)]
    [InlineData(Slli, 0x9002u, Srai)]
    public void An_ebreak_without_its_two_neighbours_is_a_breakpoint(uint before, uint at, uint after)
    {
        _guest.Put(Code, before, at, after);

        Assert.False(_semihosting.TryCall(_guest.Hart, out var exitCode));
        Assert.Null(exitCode);
    }

    [Fact]
    public void An_ebreak_at_the_edge_of_memory_is_a_breakpoint()
    {
        _guest.Put(GuestBench.Ram, Ebreak, Srai);
        _guest.Hart.Pc = GuestBench.Ram;

        Assert.False(_semihosting.TryCall(_guest.Hart, out _));
    }

    [Fact]
    public void Characters_strings_and_buffers_reach_the_console()
    {
        _guest.PutText(Name, "Hello");

        Call(WriteC, Name);
        Call(Write0, Name + 1);
        Assert.Equal(0u, CallBlock(Write, 1, Name, 2));
        Assert.Equal(0u, CallBlock(Write, 2, Name, 5));

        Assert.Equal("HelloHe", _guest.Output);
        Assert.Equal("Hello", _guest.Error);
    }

    [Fact]
    public void Readc_returns_characters_then_minus_one_at_the_end()
    {
        Assert.Equal(['x', 'y', Failed], new[] { Call(ReadC, 0), Call(ReadC, 0), Call(ReadC, 0) });
    }

    [Fact]
    public void The_console_opens_as_input_output_or_error_by_mode()
    {
        var input = OpenFile(":tt", mode: 0);
        var output = OpenFile(":tt", mode: 4);
        var error = OpenFile(":tt", mode: 8);
        _guest.PutText(Name, "ab");

        Assert.Equal(0u, CallBlock(Write, output, Name, 1));
        Assert.Equal(0u, CallBlock(Write, error, Name + 1, 1));
        Assert.Equal(2u, CallBlock(Read, input, Buffer, 4));

        Assert.Equal(("a", "b", "xy"), (_guest.Output, _guest.Error, _guest.Text(Buffer, 2)));
        Assert.Equal(1u, CallBlock(IsTty, output));
        Assert.Equal(Failed, CallBlock(Flen, output));
    }

    [Fact]
    public void A_file_is_written_sought_measured_read_and_removed()
    {
        _guest.PutText(Buffer, "0123456789");
        var file = OpenFile("f", mode: 7);

        Assert.Equal(0u, CallBlock(Write, file, Buffer, 10));
        Assert.Equal(10u, CallBlock(Flen, file));
        Assert.Equal(0u, CallBlock(IsTty, file));
        Assert.Equal(0u, CallBlock(Seek, file, 4));
        Assert.Equal(2u, CallBlock(Read, file, Buffer + 100, 8));
        Assert.Equal("456789", _guest.Text(Buffer + 100, 6));
        Assert.Equal(8u, CallBlock(Read, file, Buffer, 8));
        Assert.Equal(0u, CallBlock(Close, file));

        _guest.PutText(Name, "f");
        _guest.PutText(Name + 16, "g");
        Assert.Equal(0u, CallBlock(Rename, Name, 1, Name + 16, 1));
        Assert.Equal(Failed, CallBlock(Remove, Name, 1));
        Assert.Equal(AhwaLora.Machine.Host.Errno.ENOENT, (int)Call(Errno, 0));
        Assert.Equal(0u, CallBlock(Remove, Name + 16, 1));
        Assert.False(File.Exists(_guest.PathOf("g")));
    }

    [Theory]
    [InlineData(0u, "old", "old")]
    [InlineData(2u, "NEW", "NEW")]
    [InlineData(4u, "NEW", "NEW")]
    [InlineData(6u, "NEW", "NEW")]
    [InlineData(8u, "NEW", "oldNEW")]
    [InlineData(11u, "NEW", "oldNEW")]
    public void Modes_of_fopen_decide_what_a_write_does(uint mode, string written, string expected)
    {
        File.WriteAllText(_guest.PathOf("f"), "old");
        var file = OpenFile("f", mode);
        _guest.PutText(Buffer, written);

        CallBlock(Write, file, Buffer, 3);

        Assert.Equal(expected, File.ReadAllText(_guest.PathOf("f")));
    }

    [Fact]
    public void A_missing_file_a_bad_mode_and_a_bad_address_fail_with_their_number()
    {
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.ENOENT), (OpenFile("none", 0), (int)Call(Errno, 0)));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.EINVAL), (OpenFile("none", 12), (int)Call(Errno, 0)));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.EFAULT), (Call(Open, 0x10), (int)Call(Errno, 0)));
        Assert.Equal((7u, AhwaLora.Machine.Host.Errno.EFAULT), (CallBlock(Read, 0, GuestBench.Ram + GuestBench.RamBytes - 4, 7), (int)Call(Errno, 0)));
        Assert.Equal((5u, AhwaLora.Machine.Host.Errno.EBADF), (CallBlock(Write, 77, Buffer, 5), (int)Call(Errno, 0)));
    }

    [Fact]
    public void Commands_of_the_host_and_unknown_operations_are_refused()
    {
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.ENOSYS), (Call(SystemCommand, Block), (int)Call(Errno, 0)));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.ENOSYS), (Call(0x99, Block), (int)Call(Errno, 0)));
    }

    [Fact]
    public void Iserror_tells_negative_results()
    {
        Assert.Equal(0u, CallBlock(IsError, 5));
        Assert.NotEqual(0u, CallBlock(IsError, Failed));
    }

    [Fact]
    public void Time_comes_from_the_harts_cycles()
    {
        _guest.Hart.Time = 12_340_000;

        Assert.Equal(1234u, Call(Clock, 0));
        Assert.Equal((uint)HostClock.DefaultCalendarBaseSeconds + 12, Call(Time, 0));
        Assert.Equal(0u, Call(Elapsed, Block));
        Assert.Equal(12_340_000ul, _guest.Doubleword(Block));
        Assert.Equal(1_000_000u, Call(TickFreq, 0));
    }

    [Fact]
    public void The_command_line_comes_with_its_length_if_it_fits()
    {
        Assert.Equal(0u, CallBlock(GetCmdline, Buffer, 16));
        Assert.Equal("program one two\0", _guest.Text(Buffer, 16));
        Assert.Equal(15u, _guest.Word(Block + 4));
        Assert.Equal(Failed, CallBlock(GetCmdline, Buffer, 15));
    }

    [Fact]
    public void Heap_information_is_stored_where_the_parameter_points()
    {
        Assert.Equal(0u, CallBlock(HeapInfo, Buffer));
        Assert.Equal([1u, 2u, 3u, 4u], new[] { _guest.Word(Buffer), _guest.Word(Buffer + 4), _guest.Word(Buffer + 8), _guest.Word(Buffer + 12) });
        Assert.Equal(Failed, CallBlock(HeapInfo, 0));
    }

    [Fact]
    public void A_temporary_name_depends_on_the_identifier_and_can_be_opened()
    {
        Assert.Equal(0u, CallBlock(TmpNam, Buffer, 10, 6));
        Assert.Equal("tmp0a\0", _guest.Text(Buffer, 6));
        Assert.NotEqual(Failed, OpenFile("tmp0a", mode: 4));
        Assert.Equal(Failed, CallBlock(TmpNam, Buffer, 10, 5));
        Assert.Equal(Failed, CallBlock(TmpNam, Buffer, 256, 80));
    }

    [Fact]
    public void The_feature_file_offers_exit_extended_and_standard_error()
    {
        var features = OpenFile(":semihosting-features", mode: 0);

        Assert.Equal(5u, CallBlock(Flen, features));
        Assert.Equal(0u, CallBlock(Read, features, Buffer, 4));
        Assert.Equal(0u, CallBlock(Read, features, Buffer + 4, 1));
        Assert.Equal("SHFB\u0003", _guest.Text(Buffer, 5));
        Assert.Equal(3u, CallBlock(Read, features, Buffer, 3));
        Assert.Equal(0u, CallBlock(Seek, features, 1));
        Assert.Equal(0u, CallBlock(Read, features, Buffer, 1));
        Assert.Equal("H", _guest.Text(Buffer, 1));
        Assert.Equal(0u, CallBlock(Close, features));
    }

    [Fact]
    public void A_closed_feature_file_is_dead()
    {
        var (first, second) = (OpenFile(":semihosting-features", mode: 0), OpenFile(":semihosting-features", mode: 1));
        Assert.Equal(0u, CallBlock(Close, first));
        foreach (var (operation, failed) in new[] { (Close, Failed), (Read, 4u), (Seek, Failed), (IsTty, Failed), (Flen, Failed), (Write, 4u) })
        {
            Assert.Equal((failed, AhwaLora.Machine.Host.Errno.EBADF), (CallBlock(operation, first, Buffer, 4), (int)Call(Errno, 0)));
        }

        Assert.Equal(0u, CallBlock(Read, second, Buffer, 4));
        Assert.Equal("SHFB", _guest.Text(Buffer, 4));
        Assert.Equal(first, OpenFile(":semihosting-features", mode: 0));
    }

    [Fact]
    public void A_feature_file_cannot_be_written_and_ends_at_its_end()
    {
        var features = OpenFile(":semihosting-features", mode: 0);
        Assert.Equal((3u, AhwaLora.Machine.Host.Errno.EBADF), (CallBlock(Write, features, Buffer, 3), (int)Call(Errno, 0)));
        Assert.Equal(0u, CallBlock(Seek, features, 0x8000_0000));
        Assert.Equal(1u, CallBlock(Read, features, Buffer, 1));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.EACCES), (OpenFile(":semihosting-features", mode: 4), (int)Call(Errno, 0)));
    }

    [Fact]
    public void A_closed_file_is_dead()
    {
        var file = OpenFile("f", mode: 7);
        Assert.Equal(0u, CallBlock(Close, file));
        foreach (var (operation, failed) in new[] { (Close, Failed), (Read, 4u), (Seek, Failed), (IsTty, Failed), (Flen, Failed), (Write, 4u) })
        {
            Assert.Equal((failed, AhwaLora.Machine.Host.Errno.EBADF), (CallBlock(operation, file, Buffer, 4), (int)Call(Errno, 0)));
        }

        Assert.Equal(0u, CallBlock(IsError, 0));
        Assert.Equal(file, OpenFile("f", mode: 0));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(GuestBench.Ram + GuestBench.RamBytes)]
    public void No_bytes_may_lie_anywhere(uint address)
    {
        var file = OpenFile("f", mode: 7);
        var features = OpenFile(":semihosting-features", mode: 0);
        foreach (var handle in new[] { file, OpenFile(":tt", mode: 0), features }) Assert.Equal(0u, CallBlock(Read, handle, address, 0));
        foreach (var handle in new[] { file, OpenFile(":tt", mode: 4) }) Assert.Equal(0u, CallBlock(Write, handle, address, 0));
        Assert.Equal('x', (char)Call(ReadC, 0)); // no input was taken
        Assert.Equal((0u, AhwaLora.Machine.Host.Errno.EBADF), (CallBlock(Read, 99, address, 0), (int)Call(Errno, 0)));
    }

    [Fact]
    public void A_path_that_is_empty_too_long_or_not_in_memory_fails_with_its_number()
    {
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.ENOENT), (CallBlock(Open, 0, 0, 0), (int)Call(Errno, 0)));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.EFAULT), (CallBlock(Remove, 0, 3), (int)Call(Errno, 0)));
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.ENAMETOOLONG), (CallBlock(Remove, Name, 5000), (int)Call(Errno, 0)));
        _guest.PutText(Name, "a");
        Assert.Equal((Failed, AhwaLora.Machine.Host.Errno.EINVAL), (CallBlock(Rename, Name, 1, Name, 2), (int)Call(Errno, 0)));
    }

    [Theory]
    [InlineData(0x20026u, 0)]
    [InlineData(0x20023u, 1)]
    [InlineData(0u, 1)]
    public void Exit_says_success_or_failure_by_its_reason(uint reason, int expected) => Assert.Equal(expected, ExitCodeOf(Exit, reason));

    [Theory]
    [InlineData(0x20026u, 42u, 42)]
    [InlineData(0x20026u, 0u, 0)]
    [InlineData(0x20023u, 0u, 1)]
    public void Exit_extended_has_the_code_in_its_block(uint reason, uint subcode, int expected)
    {
        _guest.Put(Block, reason, subcode);

        Assert.Equal(expected, ExitCodeOf(ExitExtended, Block));
    }

    private int? ExitCodeOf(uint operation, uint parameter)
    {
        _guest.Hart.X[Registers.A0] = operation;
        _guest.Hart.X[Registers.A1] = parameter;
        Assert.True(_semihosting.TryCall(_guest.Hart, out var exitCode));
        return exitCode;
    }

    private uint Call(uint operation, uint parameter)
    {
        Assert.Null(ExitCodeOf(operation, parameter));
        return _guest.Hart.X[Registers.A0];
    }

    private uint CallBlock(uint operation, params uint[] words)
    {
        _guest.Put(Block, words);
        return Call(operation, Block);
    }

    private uint OpenFile(string name, uint mode)
    {
        _guest.PutText(Name, name);
        return CallBlock(Open, Name, mode, (uint)name.Length);
    }
}
