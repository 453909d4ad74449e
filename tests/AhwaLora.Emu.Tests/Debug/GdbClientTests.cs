using System.Net.Sockets;
using System.Text;
using AhwaLora.Debug;
using AhwaLora.Debug.Gdb;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>Who else may connect to the port, and what a client cannot hold up.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class GdbClientTests
{
    private static readonly DebugOptions Impatient = new() { Patience = TimeSpan.FromMilliseconds(300) };

    public static TheoryData<string> Strangers { get; } =
    [
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:3333\r\nContent-Type: text/plain\r\n\r\n$k#6b",
        "GET /$k#6b HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001$k#6b",
        "SSH-2.0-OpenSSH_9.2\r\n$k#6b",
        " $k#6b",
        "\n$k#6b",
        "%k#6b",
        "+++k#6b",
        "$k#00$k#6b",
        "$k#",
        "$k#zz$k#6b",
        "$" + new string('a', PacketReader.MaxBytes + 1),
        "",
        "+",
        "$k",
    ];

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Who_does_not_begin_as_the_protocol_does_is_sent_away(string sent)
    {
        using var program = new DebugProgram("harts.c", harts: 1, debugging: Impatient);
        using (var stranger = Connect(program))
        {
            Write(stranger, sent);
            Assert.Equal("", ReadAll(stranger));
        }

        Assert.True(program.Refusals.TryTake(out var line, TimeSpan.FromSeconds(10)));
        Assert.Matches("^closed the connection from 127.0.0.1:[0-9]+: it[s ]", line);
        using var client = Connect(program);
        Write(client, "$qC#b4");
        Assert.StartsWith("+$QC1#", Receive(client), StringComparison.Ordinal);
        Write(client, "+$k#6b");
        Assert.Equal(ServeEnd.Killed, program.Result.End);
    }

    [Theory]
    [InlineData("$qC#b4+$m80000000")]
    [InlineData("$qC#b4+GET / HTTP/1.1\r\n\r\n$k#6b")]
    public void Who_breaks_off_later_is_sent_away_too(string sent)
    {
        using var program = new DebugProgram("harts.c", harts: 1, debugging: Impatient);
        using (var stranger = Connect(program))
        {
            Write(stranger, sent);
            Assert.StartsWith("+$QC1#", ReadAll(stranger), StringComparison.Ordinal);
        }

        Assert.True(program.Refusals.TryTake(out _, TimeSpan.FromSeconds(10)));
        using var client = Connect(program);
        Write(client, "$k#6b");
        Assert.Equal(ServeEnd.Killed, program.Result.End);
    }

    [Fact]
    public void A_client_that_thinks_is_waited_for()
    {
        using var program = new DebugProgram("harts.c", harts: 1, debugging: Impatient);
        using var client = Connect(program);
        Write(client, "$qC#b4");
        Receive(client);
        Thread.Sleep(3 * Impatient.Patience);
        Write(client, "+$qC#b4");
        Assert.StartsWith("+$QC1#", Receive(client), StringComparison.Ordinal);
        Write(client, "+$k#6b");
        Assert.Equal(ServeEnd.Killed, program.Result.End);
    }

    [Fact]
    public void A_client_that_does_not_read_ends_the_run()
    {
        using var program = Endless(Impatient);
        using var client = Connect(program);
        client.ReceiveBufferSize = 4096;
        Write(client, Packet("qRcmd," + Hex.OfText("trace on")) + "+" + Packet("vCont;c"));
        Assert.Equal(ServeEnd.Stalled, program.Result.End);
        Assert.Matches("^the client at 127.0.0.1:[0-9]+ does not read what it is sent$", program.Result.Text);
    }

    [Fact]
    public void A_client_that_talks_on_while_the_machine_runs_is_sent_away()
    {
        using var program = Endless(Impatient);
        using (var client = Connect(program))
        {
            Write(client, Packet("vCont;c") + "GET / HTTP/1.1\r\n");
            Assert.StartsWith("+", ReadAll(client), StringComparison.Ordinal);
        }

        Assert.True(program.Refusals.TryTake(out _, TimeSpan.FromSeconds(10)));
        using var next = Connect(program);
        Write(next, "$k#6b");
        Assert.Equal(ServeEnd.Killed, program.Result.End);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 3_000_000, "the run has reached its limit of 3000000 instructions")]
    [InlineData(2_000_000, ulong.MaxValue, "the run has reached its limit of 2000000 cycles")]
    public void Limits_hold_while_a_client_is_attached(ulong cycles, ulong instructions, string text)
    {
        using var program = Endless(new DebugOptions(), new RunLimits(cycles, instructions));
        using var client = Connect(program);
        Write(client, Packet("vCont;c"));
        Assert.Contains("$X18#", ReadAll(client), StringComparison.Ordinal);
        Assert.Equal(new ServeResult(ServeEnd.Limit, Text: text), program.Result);
    }

    private static DebugProgram Endless(DebugOptions debugging, RunLimits? limits = null)
    {
        var program = new DebugProgram("harts.c", harts: 1, debugging: debugging, limits: limits);
        program.Machine.Space.FindMemory(0x8000_0000, 4)!.Store(0x8000_0000, 4, 0x0000_006f, Initiators.Host); // j .
        return program;
    }

    private static TcpClient Connect(DebugProgram program)
    {
        var client = new TcpClient { ReceiveTimeout = 10_000 };
        client.Connect(program.EndPoint);
        return client;
    }

    private static string Packet(string data) => $"${data}#{data.Sum(c => c) & 0xff:x2}";

    private static void Write(TcpClient client, string text)
    {
        try
        {
            client.GetStream().Write(Encoding.Latin1.GetBytes(text));
        }
        catch (IOException)
        {
            // It has been sent away within it.
        }
    }

    /// <summary>What comes until the other side closes the connection.</summary>
    private static string ReadAll(TcpClient client)
    {
        var text = new StringBuilder();
        var buffer = new byte[1000];
        try
        {
            while (client.GetStream().Read(buffer) is > 0 and var count) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // It was closed before it had read all.
        }

        return text.ToString();
    }

    private static string Receive(TcpClient client)
    {
        var text = "";
        var buffer = new byte[1000];
        while (!System.Text.RegularExpressions.Regex.IsMatch(text, @"\$.*#[0-9a-f]{2}$"))
        {
            text += Encoding.Latin1.GetString(buffer, 0, client.GetStream().Read(buffer));
        }

        return text;
    }
}
