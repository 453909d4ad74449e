using System.Text;
using AhwaLora.Debug;
using AhwaLora.Debug.Gdb;
using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>Whatever arrives, the stub answers and the machine stays whole.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class StubFuzzTests : IGdbLink
{
    private static readonly string[] Seeds =
    [
        "?", "g", "p20", "pffffffff", "P5=01020304", "P1041=00000000", "m80000000,40", "m50000000,4", "mfffffff0,ffff", "M80001000,4:00010203", "X80001000,4:ab}]c",
        "Hg1", "Hc-1", "Hgffffffff", "T1", "T99", "qSupported:swbreak+;hwbreak+", "qC", "qfThreadInfo", "qsThreadInfo", "qThreadExtraInfo,1", "vCont?", "vCont;s:1", "vCont;c:9;s",
        "vCont;r80000000,80000010:1;c", "vMustReplyEmpty", "Z0,80000000,4", "z0,80000000,4", "Z2,80000100,4", "Z3,10200000,4", "Z4,ffffffff,ffffffff", "z4,80000100,4", "qAttached", "QStartNoAckMode",
        "qRcmd,68656c70", "qRcmd,6379636c6573", "qXfer:features:read:target.xml:0,fff", "qXfer:threads:read::0,fff", "qXfer:memory-map:read::ffffffff,ffffffff", "qXfer:features:read:other:0,1", "bs", "bc", "s", "D", "k",
    ];

    [Fact]
    public void A_hundred_thousand_random_and_broken_packets()
    {
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 3 }, new MachineOptions());
        foreach (var hart in machine.Harts) hart.Reset(0x8000_0000);
        var host = new RecordedHost(new NoHost());
        var stub = new GdbStub(new Debuggee(machine, host, 1 << 20), this, new DebugOptions());
        var reader = new PacketReader();
        var random = new Random(17);
        var packets = 0;
        for (var n = 0; n < 100_000; n++)
        {
            foreach (var value in Frame(Mutate(random), random))
            {
                if (reader.Take(value) != PacketKind.Packet || reader.Data.StartsWith("qRcmd", StringComparison.Ordinal) && reader.Data.Length > 200) continue;
                Assert.NotNull(stub.Handle(reader.Data));
                packets++;
            }
        }

        Assert.True(packets > 50_000);
        Assert.NotEqual("E0e", stub.Handle("p20"));
    }

    [Theory]
    [InlineData("p5000", "E0e")]
    [InlineData("m00000000,4", "E0e")]
    [InlineData("M00000000,1:00", "E0e")]
    [InlineData("Z0,0,4", "E0e")]
    [InlineData("T7", "E01")]
    [InlineData("PF55=00000000", "E01")]
    [InlineData("vUnheardOf", "")]
    [InlineData("m8000", "E16")]
    [InlineData("c8000zz", "E16")]
    [InlineData("S05;1", "E16")]
    public void What_cannot_be_done_is_an_error_and_what_is_not_known_is_empty(string packet, string answer)
    {
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 1 }, new MachineOptions());
        var stub = new GdbStub(new Debuggee(machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        Assert.Equal(answer, stub.Handle(packet));
    }

    [Fact]
    public void Snapshots_have_any_name_that_a_file_can_have()
    {
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 1 }, new MachineOptions());
        var stub = new GdbStub(new Debuggee(machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions { MayWriteFiles = true });
        string Monitor(string command)
        {
            var answer = stub.Handle("qRcmd," + Hex.OfText(command));
            return Hex.TryBytes(answer, out var bytes) ? Encoding.UTF8.GetString(bytes) : answer;
        }

        var directory = Directory.CreateTempSubdirectory("ahwalora");
        var path = Path.Combine(directory.FullName, "my save");
        Assert.Equal("saved at cycle 0\n", Monitor($"snapshot save {path}"));
        Assert.Equal("at cycle 0; history begins here\n", Monitor($"snapshot load {path}"));
        directory.CreateSubdirectory("there");
        Assert.Contains("there: cannot be written", Monitor($"snapshot save {Path.Combine(directory.FullName, "there")}"), StringComparison.Ordinal);
        Assert.Equal(["my save"], directory.GetFiles().Select(f => f.Name));
        Assert.EndsWith(": no file can have this name\n", Monitor("snapshot save /no/such/a\0b"), StringComparison.Ordinal);
        Assert.Contains(": is not a snapshot: it is empty, a device or a pipe\n", Monitor("snapshot load /dev/zero"), StringComparison.Ordinal);
        Assert.EndsWith(": cannot be read\n", Monitor("snapshot load a\0b"), StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    [Fact]
    public void A_client_writes_no_file_unless_the_user_has_allowed_it()
    {
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 1 }, new MachineOptions());
        var stub = new GdbStub(new Debuggee(machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions { HowToAllowFiles = "say so" });
        var directory = Directory.CreateTempSubdirectory("ahwalora");
        Assert.Equal("snapshot save writes a file, and this run lets a debugger write none: say so\n", TextOf(stub.Handle("qRcmd," + Hex.OfText($"snapshot save {directory.FullName}/s"))));
        Assert.Empty(directory.GetFiles());
        directory.Delete();
    }

    [Fact]
    public void Stalls_have_the_names_that_tables_and_files_have()
    {
        var program = TestMachine.Assemble("li t0, 3\ndivu t0, t0, t0\nlw t1, 0(sp)", options: TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") });
        var stub = new GdbStub(new Debuggee(program.Machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        program.Run(2);
        Assert.Matches("^hart 0: issue [0-9]+, division [0-9]+\n$", TextOf(stub.Handle("qRcmd," + Hex.OfText("stalls"))));
    }

    [Fact]
    public void A_hart_within_an_access_does_not_jump()
    {
        var program = TestMachine.Assemble("li t0, 0x10200000\nlw t0, (t0)\nnop", TestMachine.OneHart with { Harts = 2 });
        var stub = new GdbStub(new Debuggee(program.Machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        program.Machine.HeldHarts = HartSet.Of(1);
        program.Machine.Run(RunLimits.None);
        Assert.Equal("waits at the barrier", TextOf(stub.Handle("qThreadExtraInfo,1")));
        Assert.Equal(("E01", "OK"), (stub.Handle("P20=00000080"), stub.Handle("P20=04000080")));
    }

    [Fact]
    public void A_step_over_a_range_that_does_not_end_is_interrupted()
    {
        var program = TestMachine.Assemble("1: j 1b\n.balign 256");
        var stub = new GdbStub(new Debuggee(program.Machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        Assert.StartsWith("T02", stub.Handle("vCont;r80000000,80000010:1"), StringComparison.Ordinal);
        Assert.StartsWith("T02", stub.Handle("vCont;c"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_begins_at_the_address_that_is_given()
    {
        var program = TestMachine.Assemble("nop\nnop\nthere: addi a0, zero, 7");
        var stub = new GdbStub(new Debuggee(program.Machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        Assert.StartsWith("T05", stub.Handle($"s{program.Symbol("there"):x}"), StringComparison.Ordinal);
        Assert.Equal((7u, program.Symbol("there") + 4), (program["a0"], program.Hart.Pc));
    }

    [Fact]
    public void Every_tile_begins_a_line()
    {
        var machine = new EmulatedMachine(new PlatformDescription { Harts = 1, Aimc = new AimcDescription { Tiles = 2 } }, new MachineOptions());
        var stub = new GdbStub(new Debuggee(machine, new RecordedHost(new NoHost()), 1 << 20), this, new DebugOptions());
        Assert.True(Hex.TryBytes(stub.Handle("qRcmd," + Hex.OfText("aimc")), out var text));
        Assert.Equal(2, Encoding.UTF8.GetString(text).Split('\n').Count(line => line.StartsWith("tile ", StringComparison.Ordinal)));
    }

    void IGdbLink.Send(string data)
    {
    }

    /// <summary>Random programs do not end: every run is interrupted at once.</summary>
    bool IGdbLink.IsInterrupted() => true;

    private static string TextOf(string hex) => Hex.TryBytes(hex, out var bytes) ? Encoding.UTF8.GetString(bytes) : throw new FormatException(hex);

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
        for (var changes = random.Next(4); changes > 0 && text.Length > 0; changes--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0: text[at] = (char)random.Next(256); break;
                case 1: text.Remove(at, text.Length - at); break;
                case 2: text.Insert(at, (char)random.Next(32, 127)); break;
                default: text.Append(Seeds[random.Next(Seeds.Length)]); break;
            }
        }

        return text.ToString();
    }

    private static byte[] Frame(string data, Random random)
    {
        var body = Encoding.Latin1.GetBytes(data);
        var sum = body.Aggregate(0, (s, b) => s + b);
        byte[] frame = [(byte)'$', .. body, .. Encoding.ASCII.GetBytes($"#{sum & 0xff:x2}")];
        return random.Next(10) == 0 ? frame[..random.Next(frame.Length)] : frame;
    }
}
