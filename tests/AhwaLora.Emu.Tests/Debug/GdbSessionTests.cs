using System.Net.Sockets;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>Sessions of the real GDB.</summary>
[Trait(Traits.Speed, Traits.Slow)]
[Trait(Traits.Engine, Traits.Own)]
public sealed class GdbSessionTests
{
    [Fact]
    public void Harts_are_threads_with_names_and_what_they_wait_for()
    {
        using var program = new DebugProgram("harts.c", harts: 3);
        var text = program.Gdb("break main", "continue", "delete", "tbreak square thread 3", "continue", "info threads", "monitor quit");
        Assert.Contains("Thread 1 \"hart 0\" (", text, StringComparison.Ordinal);
        Assert.Matches("\\* 3 +Thread 3 \"hart 2\" \\(runs\\) +square", text);
        Assert.Contains("(waits at the barrier)", text, StringComparison.Ordinal);
        Assert.Null(program.Ended);
    }

    [Fact]
    public void Breakpoints_watchpoints_steps_registers_and_the_exit()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        var text = program.Gdb(
            "hbreak square if x == 3", "continue", "p x", "finish", "delete", "watch counter", "continue", "delete 2", "rwatch table[1]", "continue",
            "p $priv", "p/x $misa", "p $mhartid", "p $ft0", "set $ft0 = 1.5", "p $ft0", "set $t3 = 77", "p $t3", "x/wx 0x10200004", "delete", "continue");
        Assert.Contains("$1 = 3\n", text, StringComparison.Ordinal);
        Assert.Contains("Value returned is $2 = 9", text, StringComparison.Ordinal);
        Assert.Contains("Old value = 0\nNew value = 42", text, StringComparison.Ordinal);
        Assert.Contains("hit Hardware read watchpoint 3: table[1]\n\nValue = 30", text, StringComparison.Ordinal);
        Assert.Contains("$3 = 3\n", text, StringComparison.Ordinal);
        Assert.Contains("= 1.5\n", text, StringComparison.Ordinal);
        Assert.Contains("= 77\n", text, StringComparison.Ordinal);
        Assert.Contains("0x10200004:\t0x00000002", text, StringComparison.Ordinal);
        Assert.Contains("exited with code 01", text, StringComparison.Ordinal); // table[2] of a third hart is missing
        Assert.Equal(1, program.Ended);
    }

    [Fact]
    public void A_watchpoint_shows_each_write_at_its_store_in_both_directions()
    {
        using var program = new DebugProgram("stores.c", harts: 1);
        int[] forth = [24, 28, 32, 44, 48], back = [44, 40, 28, 24, 20]; // offsets in stores.c: after each store, and each store
        string[] forwards = [.. forth.SelectMany(_ => Go("continue"))];
        string[] backwards = [.. back.SelectMany(_ => Go("reverse-continue"))];
        var text = program.Gdb(["watch word", .. forwards, .. backwards, "monitor quit"]);
        int[] values = [0, 1, 2, 3, 515, 0];
        AssertInOrder(text, [.. forth.Select((place, n) => Change(values[n], values[n + 1], place)),
            .. back.Select((place, n) => Change(values[5 - n], values[4 - n], place))]);

        static string[] Go(string command) => [command, "print (long)$pc - (long)&stores"];
        static string Change(int old, int @new, int place) => $"Old value = {old}\nNew value = {@new}\n(?:(?!\\(gdb\\) ).*\n)*\\(gdb\\) print .*\n\\$[0-9]+ = {place}\n";
    }

    [Fact]
    public void Reads_conditions_and_several_watchpoints_are_seen_at_their_instruction()
    {
        using var program = new DebugProgram("stores.c", harts: 1);
        var text = program.Gdb(
            "rwatch word", "continue", "print (long)$pc - (long)&stores", "continue", "print (long)$pc - (long)&stores", "delete", "break last", "continue", "delete",
            "awatch *(char *)((long)&word + 1)", "reverse-continue", "print (long)$pc - (long)&stores", "reverse-continue", "print (long)$pc - (long)&stores", "reverse-continue", "print (long)$pc - (long)&stores", "delete",
            "tbreak st1", "reverse-continue", "watch word if word == 3", "watch *(char *)&word", "watch *(char *)((long)&word + 1)", "continue", "print (long)$pc - (long)&stores", "delete 6", "continue",
            "print (long)$pc - (long)&stores", "delete 5", "stepi", "stepi", "stepi", "print (long)$pc - (long)&stores", "monitor quit");
        AssertInOrder(text, [
            "Value = 3\n(?:(?!\\(gdb\\) ).*\n)*\\(gdb\\) print .*\n\\$[0-9]+ = 36\n", "Value = 3\n(?:(?!\\(gdb\\) ).*\n)*\\(gdb\\) print .*\n\\$[0-9]+ = 40\n", // after the loads
            "= 44\n", "= 40\n", "= 36\n",
            "Hardware watchpoint 6: \\*\\(char \\*\\)&word\n\nOld value = 0 .*\nNew value = 1 .*\n(?:(?!\\(gdb\\) ).*\n)*\\(gdb\\) print .*\n\\$[0-9]+ = 24\n",
            "Hardware watchpoint 5: word\n\nOld value = .*\nNew value = 3\n(?:(?!\\(gdb\\) ).*\n)*\\(gdb\\) print .*\n\\$[0-9]+ = 32\n",
            "Hardware watchpoint 7: .*\n\nOld value = 0 .*\nNew value = 2 .*\n(.*\n)*.*= 44\n"]);
    }

    [Fact]
    public void One_hart_steps_while_the_others_stand()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        var text = program.Gdb("set scheduler-locking on", "thread 2", "stepi", "stepi", "stepi", "p (long)$pc - (long)&_start", "thread 1", "p (long)$pc - (long)&_start", "monitor cycles", "monitor quit");
        Assert.Contains("$1 = 12\n", text, StringComparison.Ordinal);
        Assert.Contains("$2 = 0\n", text, StringComparison.Ordinal);
        Assert.Contains("hart 1   3 cycles, 3 instructions", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Going_back_undoes_steps_memory_and_harts()
    {
        using var program = new DebugProgram("harts.c", harts: 3);
        var text = program.Gdb(
            "watch counter", "continue", "continue", "reverse-continue", "p counter", "reverse-continue", "p counter", "delete",
            "break square thread 1", "reverse-continue", "p x", "reverse-finish", "reverse-stepi", "delete", "reverse-continue", "monitor cycles", "monitor quit");
        Assert.Contains("Old value = 72\nNew value = 42", text, StringComparison.Ordinal);
        Assert.Contains("$1 = 42\n", text, StringComparison.Ordinal);
        Assert.Contains("$2 = 0\n", text, StringComparison.Ordinal);
        Assert.Contains("No more reverse-execution history.", text, StringComparison.Ordinal);
        Assert.Contains("machine  0 cycles, 0 instructions", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_session_has_the_same_transcript_on_every_engine()
    {
        string Transcript(EngineKind engine)
        {
            using var program = new DebugProgram("harts.c", harts: 4, engine);
            return program.Gdb("break square", "continue", "continue", "step", "info threads", "delete", "watch counter", "continue", "reverse-stepi", "monitor stalls", "monitor cycles", "monitor quit");
        }

        Assert.Equal(Transcript(EngineKind.Interpreter), Transcript(EngineKind.Translator));
    }

    [Fact]
    public void A_session_ends_and_another_goes_on_from_there()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        program.Gdb("break square", "continue", "detach");
        var text = program.Gdb("p $pc", "info threads", "monitor quit");
        Assert.Contains("<square>\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_client_is_refused_and_the_first_served_on()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        using var first = new TcpClient();
        first.Connect(program.EndPoint);
        first.GetStream().Write("$?#3f"u8);
        Assert.StartsWith("+$T02thread:1;", Receive(first), StringComparison.Ordinal);
        using var second = new TcpClient();
        second.Connect(program.EndPoint);
        second.ReceiveTimeout = 10_000;
        Assert.Equal(0, second.GetStream().Read(new byte[10]));
        first.GetStream().Write("+$qC#b4"u8);
        Assert.StartsWith("+$QC1#", Receive(first), StringComparison.Ordinal);
        first.GetStream().Write("+$k#6b"u8);
        Assert.Null(program.Ended);
    }

    [Fact]
    public void A_client_that_dies_within_a_packet_leaves_the_next_a_machine()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        using (var client = new TcpClient())
        {
            client.Connect(program.EndPoint);
            client.GetStream().Write("$m8000"u8);
        }

        Assert.Contains("$1 = 0\n", program.Gdb("p $mcycle", "monitor quit"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$m8000")]
    [InlineData("$g#67$g#67$g#67")]
    [InlineData("$vCont;c#a8")]
    public void A_client_that_resets_its_connection_leaves_the_next_a_machine(string sent)
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        program.Machine.Space.FindMemory(0x8000_0000, 4)!.Store(0x8000_0000, 4, 0x0000_006f, Initiators.Host); // j .
        for (var n = 0; n < 3; n++)
        {
            using var client = new TcpClient { LingerState = new LingerOption(true, 0) };
            client.Connect(program.EndPoint);
            client.GetStream().Write(System.Text.Encoding.ASCII.GetBytes(sent));
        }

        using (var next = new TcpClient())
        {
            next.Connect(program.EndPoint);
            next.GetStream().Write("$qC#b4"u8);
            Assert.StartsWith("+$QC", Receive(next), StringComparison.Ordinal);
            next.GetStream().Write("+$k#6b"u8);
        }

        Assert.Null(program.Ended);
    }

    [Fact]
    public void An_interrupt_stops_a_run_that_does_not_end()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        program.Machine.Space.FindMemory(0x8000_0000, 4)!.Store(0x8000_0000, 4, 0x0000_006f, Initiators.Host); // j .
        using var client = new TcpClient();
        client.Connect(program.EndPoint);
        client.GetStream().Write("$vCont;c#a8"u8);
        Thread.Sleep(100);
        client.GetStream().Write([3]);
        Assert.Contains("T02thread:", Receive(client), StringComparison.Ordinal);
        client.GetStream().Write("+$k#6b"u8);
        Assert.Null(program.Ended);
    }

    [Fact]
    public void What_comes_in_one_piece_is_taken_one_by_one()
    {
        using var program = new DebugProgram("harts.c", harts: 2);
        program.Machine.Space.FindMemory(0x8000_0000, 4)!.Store(0x8000_0000, 4, 0x0000_006f, Initiators.Host); // j .
        using var client = new TcpClient();
        client.Connect(program.EndPoint);
        client.GetStream().Write([.. "$vCont;c#a8"u8, 3, .. "$qC#b4"u8]);
        Assert.Contains("T02thread:", Receive(client), StringComparison.Ordinal);
        client.GetStream().Write("+$k#6b"u8);
        Assert.Null(program.Ended);
    }

    private static void AssertInOrder(string text, IEnumerable<string> patterns)
    {
        var at = 0;
        foreach (var pattern in patterns)
        {
            var match = System.Text.RegularExpressions.Regex.Match(text[at..], pattern);
            Assert.True(match.Success, $"'{pattern}' is not in\n{text[at..]}");
            at += match.Index + match.Length;
        }
    }

    private static string Receive(TcpClient client)
    {
        client.ReceiveTimeout = 10_000;
        var text = "";
        var buffer = new byte[1000];
        while (!System.Text.RegularExpressions.Regex.IsMatch(text, @"\$.*#[0-9a-f]{2}$"))
        {
            text += System.Text.Encoding.Latin1.GetString(buffer, 0, client.GetStream().Read(buffer));
        }

        return text;
    }
}
