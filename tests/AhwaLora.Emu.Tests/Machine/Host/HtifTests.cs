using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Host;

public sealed class HtifTests : IDisposable
{
    private const uint ToHost = GuestBench.Ram + 0x1000, FromHost = ToHost + 64, Magic = GuestBench.Ram + 0x2000, Buffer = GuestBench.Ram + 0x3000;
    private const uint Put = 0x0101_0000, Get = 0x0100_0000;
    private static readonly HtifOutcome Nothing = new(HtifEvent.Nothing), Served = new(HtifEvent.Served);

    private readonly GuestBench _guest = new("in", "program", "argument");
    private readonly Htif _htif;

    public HtifTests() => _htif = new Htif(_guest.Host, new HostClock(), ToHost, FromHost, harts: 2);

    public void Dispose() => _guest.Dispose();

    [Theory]
    [InlineData(1u, 0)]
    [InlineData(7u, 3)]
    [InlineData((1337u << 1) | 1, 1337)]
    public void An_odd_value_ends_the_run_with_its_code(uint value, int expected)
    {
        Assert.True(Store(ToHost, value));
        Assert.Equal(new HtifOutcome(HtifEvent.RunEnded, expected), _htif.Evaluate(_guest.Hart));
    }

    [Fact]
    public void The_high_half_of_an_odd_character_is_seen_with_the_low_one()
    {
        Assert.True(Store(ToHost, 'A'));
        Assert.False(Store(ToHost + 4, Put)); // the instruction after the first store: the hart stops after it anyway
        Assert.Equal(Served, _htif.Evaluate(_guest.Hart));

        Assert.Equal("A", _guest.Output);
        Assert.Equal(0ul, _guest.Doubleword(ToHost));
        Assert.False(_htif.IsDue(0));
    }

    [Fact]
    public void The_high_half_of_an_even_character_may_come_later()
    {
        Assert.True(Store(ToHost, 'B'));
        Assert.Equal(Nothing, _htif.Evaluate(_guest.Hart));
        Assert.True(Store(ToHost + 4, Put));
        Assert.Equal(Served, _htif.Evaluate(_guest.Hart));

        Assert.Equal("B", _guest.Output);
    }

    [Fact]
    public void A_high_half_stored_first_waits_for_the_low_one()
    {
        Assert.False(Store(ToHost + 4, Put));
        Assert.True(Store(ToHost, 'C'));
        Assert.Equal(Served, _htif.Evaluate(_guest.Hart));

        Assert.Equal("C", _guest.Output);
    }

    [Fact]
    public void Stores_beside_tohost_and_of_other_masters_are_ignored()
    {
        Assert.False(_htif.OnStored(0, ToHost - 4, 4));
        Assert.False(_htif.OnStored(0, ToHost + 8, 4));
        Assert.False(_htif.OnStored(Initiators.Host, ToHost, 8));
        Assert.True(_htif.OnStored(0, ToHost - 1, 2));
        Assert.Equal(Nothing, _htif.Evaluate(_guest.Hart));
    }

    [Fact]
    public void The_console_answers_characters_until_the_end_of_input()
    {
        Assert.Equal(0x0100_0000_0000_0100ul | 'i', GetCharacter());
        Assert.Equal(0x0100_0000_0000_0100ul | 'n', GetCharacter());
        Assert.Equal(0ul, GetCharacter());
    }

    [Fact]
    public void Write_and_read_are_served_with_result_and_answer()
    {
        _guest.PutText(Buffer, "Hello");

        Assert.Equal(5, Call(64, 1, Buffer, 5));
        Assert.Equal("Hello", _guest.Output);
        Assert.Equal((1ul, 0ul), (_guest.Doubleword(FromHost), _guest.Doubleword(ToHost)));
        Assert.Equal(2, Call(63, 0, Buffer, 5));
        Assert.Equal("inllo", _guest.Text(Buffer, 5));
    }

    [Fact]
    public void Exit_ends_the_run()
    {
        _guest.Put(Magic, 93, 0, 42, 0);
        Store(ToHost, Magic);

        Assert.Equal(new HtifOutcome(HtifEvent.RunEnded, 42), _htif.Evaluate(_guest.Hart));
    }

    [Theory]
    [InlineData(0x601u)] // newlib's O_WRONLY | O_CREAT | O_TRUNC
    [InlineData(0x241u)] // picolibc's
    public void Open_takes_newlibs_and_picolibcs_flags(uint flags)
    {
        File.WriteAllText(_guest.PathOf("f"), "longer than before");
        _guest.PutText(Buffer, "f");
        var handle = Call(1024, Buffer, flags, 0x1A4);

        Assert.Equal(1, Call(64, (uint)handle, Buffer, 1));
        Assert.Equal(0, Call(57, (uint)handle));
        Assert.Equal("f", File.ReadAllText(_guest.PathOf("f")));
        Assert.Equal(-Errno.EBADF, Call(57, (uint)handle));
    }

    [Theory]
    [InlineData(2u, 0x441u)] // Spike's: bytes of the path, then O_WRONLY | O_CREAT | O_APPEND
    [InlineData(0x441u, 0x1A4u)] // Linux's: flags, then mode
    public void Openat_takes_the_arguments_of_spike_and_of_linux(uint third, uint fourth)
    {
        File.WriteAllText(_guest.PathOf("f"), "old ");
        _guest.PutText(Buffer, "f");
        var handle = Call(56, unchecked((uint)-100), Buffer, third, fourth);

        Assert.Equal(1, Call(64, (uint)handle, Buffer, 1));
        Assert.Equal("old f", File.ReadAllText(_guest.PathOf("f")));
    }

    [Fact]
    public void Lseek_moves_from_begin_position_and_end()
    {
        File.WriteAllText(_guest.PathOf("f"), "0123456789");
        _guest.PutText(Buffer, "f");
        var handle = (uint)Call(1024, Buffer, 0, 0);

        Assert.Equal(4, Call(62, handle, 4, 0));
        Assert.Equal(3, Call(62, handle, uint.MaxValue, 1));
        Assert.Equal(8, Call(62, handle, unchecked((uint)-2), 2));
        Assert.Equal(-Errno.EINVAL, Call(62, handle, uint.MaxValue, 0));
        Assert.Equal(-Errno.EINVAL, Call(62, handle, 0, 3));
        Assert.Equal(-Errno.ESPIPE, Call(62, 1, 0, 0));
    }

    [Fact]
    public void Fstat_tells_files_from_the_console()
    {
        File.WriteAllText(_guest.PathOf("f"), "0123456789");
        _guest.PutText(Buffer, "f");
        var handle = (uint)Call(1024, Buffer, 0, 0);

        Assert.Equal(0, Call(80, handle, Buffer));
        Assert.Equal((0x81A4u, 10ul), (_guest.Word(Buffer + 16), _guest.Doubleword(Buffer + 48)));
        Assert.Equal(0, Call(80, 1, Buffer));
        Assert.Equal(0x2190u, _guest.Word(Buffer + 16));
        Assert.Equal(-Errno.EBADF, Call(80, 99, Buffer));
    }

    [Fact]
    public void Time_comes_from_the_harts_cycles()
    {
        _guest.Hart.Time = 3_000_001_234;

        Assert.Equal(0, Call(169, Buffer, 0));
        Assert.Equal((HostClock.DefaultCalendarBaseSeconds + 3, 1ul), (_guest.Doubleword(Buffer), _guest.Doubleword(Buffer + 8)));
        Assert.Equal(0, Call(403, 0, Buffer));
        Assert.Equal(1234ul, _guest.Doubleword(Buffer + 8));
    }

    [Fact]
    public void Main_variables_are_laid_out_as_spike_does()
    {
        Assert.Equal(0, Call(2011, Buffer, 100));
        Assert.Equal(2ul, _guest.Doubleword(Buffer));
        Assert.Equal("program\0", _guest.Text((uint)_guest.Doubleword(Buffer + 8), 8));
        Assert.Equal("argument\0", _guest.Text((uint)_guest.Doubleword(Buffer + 16), 9));
        Assert.Equal((0ul, 0ul), (_guest.Doubleword(Buffer + 24), _guest.Doubleword(Buffer + 32)));
        Assert.Equal(-Errno.ENOMEM, Call(2011, Buffer, 56));
    }

    [Fact]
    public void Unknown_calls_and_bad_addresses_answer_an_error()
    {
        Assert.Equal(-Errno.ENOSYS, Call(214, 0));
        Assert.Equal(-Errno.EFAULT, Call(64, 1, GuestBench.Ram - 4, 8));
        Assert.Equal(-Errno.EFAULT, Call(80, 1, 0x10));
        Assert.Equal(-Errno.EFAULT, Call(1024, 0x10, 0));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFF_FFFFu)]
    public void No_bytes_may_lie_anywhere(uint address)
    {
        _guest.PutText(Buffer, "f");
        var handle = (uint)Call(1024, Buffer, 0x602, 0);
        Assert.Equal((0, 0), (Call(63, handle, address, 0), Call(64, handle, address, 0)));
        Assert.Equal((0, 0), (Call(63, 0, address, 0), Call(64, 1, address, 0)));
        Assert.Equal((-Errno.EBADF, -Errno.EBADF), (Call(63, 99, address, 0), Call(64, 0, address, 0)));
        Assert.Equal((1, "i"), (Call(63, 0, Buffer, 1), _guest.Text(Buffer, 1))); // no input was taken
    }

    [Fact]
    public void A_closed_handle_is_dead()
    {
        _guest.PutText(Buffer, "f");
        var handle = (uint)Call(1024, Buffer, 0x602, 0);
        Assert.Equal(0, Call(57, handle));
        Assert.All(new[] { Call(57, handle), Call(62, handle, 0, 0), Call(63, handle, Buffer, 1), Call(64, handle, Buffer, 1), Call(80, handle, Buffer) }, result => Assert.Equal(-Errno.EBADF, result));
    }

    [Fact]
    public void An_empty_path_names_nothing()
    {
        _guest.PutText(Buffer, "");
        Assert.Equal(-Errno.ENOENT, Call(1024, Buffer, 0, 0));
    }

    [Fact]
    public void A_call_block_outside_memory_is_left_alone()
    {
        Store(ToHost, 0x100);

        Assert.Equal(Nothing, _htif.Evaluate(_guest.Hart));
        Assert.Equal(0x100ul, _guest.Doubleword(ToHost));
    }

    [Fact]
    public void With_a_private_tohost_each_hart_ends_itself_and_the_last_the_run()
    {
        var harts = new[] { PrivateHart(0), PrivateHart(1) };

        Assert.Equal(new HtifOutcome(HtifEvent.HartEnded), End(harts[1], 7));
        Assert.Equal(new HtifOutcome(HtifEvent.RunEnded, 3), End(harts[0], 1));
    }

    [Fact]
    public void A_snapshot_holds_what_is_due()
    {
        Store(ToHost, 1);
        using var bytes = new MemoryStream();
        _htif.SaveOrRestore(new StateStream(bytes, saving: true));
        bytes.Position = 0;
        var restored = new Htif(_guest.Host, new HostClock(), ToHost, FromHost, harts: 2);
        restored.SaveOrRestore(new StateStream(bytes, saving: false));

        Assert.True(restored.IsDue(0));
        Assert.False(restored.IsDue(1));
    }

    [Fact]
    public void What_a_hart_asked_ahead_of_its_turn_outlives_other_stores_and_a_snapshot()
    {
        Store(ToHost, 7);
        _htif.Take(_guest.Hart);
        _guest.Put(ToHost, 0, 0);
        using var bytes = new MemoryStream();
        _htif.SaveOrRestore(new StateStream(bytes, saving: true));
        bytes.Position = 0;
        var restored = new Htif(_guest.Host, new HostClock(), ToHost, FromHost, harts: 2);
        restored.SaveOrRestore(new StateStream(bytes, saving: false));

        Assert.Equal((true, false), (restored.IsTaken(0), restored.IsTaken(1)));
        Assert.Equal(new HtifOutcome(HtifEvent.RunEnded, 3), restored.Evaluate(_guest.Hart));
        Assert.False(restored.IsTaken(0));
    }

    private static Hart PrivateHart(int id) =>
        new(id, new AddressSpace([new MemoryRegion("ram", GuestBench.Ram, GuestBench.RamBytes) { OwnerHart = id }], []), new HartFeatures());

    private HtifOutcome End(Hart hart, uint value)
    {
        hart.Space.Memories[0].Store(ToHost, 4, value, hart.Id);
        Assert.True(_htif.OnStored(hart.Id, ToHost, 4));
        return _htif.Evaluate(hart);
    }

    private bool Store(uint address, uint value)
    {
        _guest.Put(address, value);
        return _htif.OnStored(0, address, 4);
    }

    private ulong GetCharacter()
    {
        _guest.Put(FromHost, 0, 0);
        Store(ToHost, 0);
        Store(ToHost + 4, Get);
        Assert.Equal(Served, _htif.Evaluate(_guest.Hart));
        return _guest.Doubleword(FromHost);
    }

    private long Call(params uint[] numberAndArguments)
    {
        for (var i = 0u; i < numberAndArguments.Length; i++) _guest.Put(Magic + (i * 8), numberAndArguments[i], 0);
        Store(ToHost, Magic);
        Assert.Equal(Served, _htif.Evaluate(_guest.Hart));
        return (long)_guest.Doubleword(Magic);
    }
}
