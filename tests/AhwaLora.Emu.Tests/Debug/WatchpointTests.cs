using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AhwaLora.Debug;
using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>
/// Every access of watched bytes is shown once, at its instruction, with the values before and after it: forwards and
/// backwards, for every kind of access, by every hart, and with a run that stays the one without a debugger.
/// </summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class WatchpointTests
{
    private const char Write = '2', Read = '3', Access = '4';
    private const uint Tcdm = 0x1000_0100, Ram = 0x8020_0000; // beside the program and its tohost
    private const int Harts = 3;

    public static TheoryData<EngineKind, string, Contention, uint> Machines()
    {
        var data = new TheoryData<EngineKind, string, Contention, uint>();
        foreach (var engine in new[] { EngineKind.Interpreter, EngineKind.Translator })
        {
            foreach (var timing in new[] { "functional", "cv32e40p", "snitch" })
            {
                data.Add(engine, timing, Contention.None, Ram);
                data.Add(engine, timing, Contention.Exact, Tcdm);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_access_is_shown_once_with_its_values(EngineKind engine, string timing, Contention contention, uint word)
    {
        var elf = TestMachine.AssembleElf(Program(new Random(41), word), Isa);
        foreach (var watch in new[] { (Write, word, 4u), (Read, word + 1, 1u), (Access, word + 2, 2u), (Write, word - 4, 12u) })
        {
            var (expected, _, digest) = Undisturbed(elf, engine, timing, contention, word, watch);
            Assert.InRange(expected.Count, 5, 400);
            var debuggee = Debugged(elf, engine, timing, contention);
            var client = new WatchClient(debuggee, word, watch);
            Assert.Equal(expected, client.Forward().Select(s => s.Access));
            Assert.Equal(digest, DigestOf(debuggee.Machine));
            Assert.Equal(Enumerable.Reverse(expected), client.Backward().Select(s => s.Access));
        }
    }

    [Theory]
    [InlineData(EngineKind.Interpreter, Contention.None)]
    [InlineData(EngineKind.Translator, Contention.Exact)]
    public void Every_watchpoint_that_an_access_hits_is_triggered(EngineKind engine, Contention contention)
    {
        var word = contention == Contention.Exact ? Tcdm : Ram;
        var elf = TestMachine.AssembleElf(Program(new Random(43), word), Isa);
        (char Type, uint Address, uint Bytes)[] watches = [(Write, word, 1), (Write, word + 3, 1), (Access, word - 4, 12), (Read, word + 1, 2), (Write, word, 4)];
        var (expected, hits, _) = Undisturbed(elf, engine, "functional", contention, word, watches);
        var debuggee = Debugged(elf, engine, "functional", contention);
        var client = new WatchClient(debuggee, word, watches);
        var forward = client.Forward();
        Assert.Equal(expected, forward.Select(s => s.Access));
        var backward = client.Backward();
        Assert.Equal(Enumerable.Reverse(expected), backward.Select(s => s.Access));
        backward.Reverse();
        foreach (var (hit, shown, back) in hits.Zip(forward, backward))
        {
            Assert.Superset(hit, shown.Triggered);
            Assert.Superset(hit, back.Triggered);
        }
    }

    [Theory]
    [InlineData("csrw 0x340, t0\nsc.w t0, t1, (a0)\nsw t0, 4(a0)", 0)] // without a reservation nothing is written
    [InlineData("lr.w t0, (a0)\nsc.w t0, t1, (a0)", 1)]
    [InlineData("sh t1, 3(a0)", 1)] // reaches the word's last byte only
    [InlineData("sw t1, -4(a0)\nsw t1, 4(a0)", 0)]
    [InlineData("la t2, on\ncsrw mtvec, t2\nli t3, 0x30000000\nsw t1, 1(t3)\n.balign 4\non: sw t1, (a0)", 1)] // a store that faults accesses nothing
    public void What_is_not_written_is_not_shown(string accesses, int writes)
    {
        var elf = TestMachine.AssembleElf($"li a0, 0x{Ram:x}\nli t1, 7\n{accesses}", Isa);
        var client = new WatchClient(Debugged(elf, TestMachine.Engine, "functional", Contention.None, harts: 1), Ram, (Write, Ram, 4));
        Assert.Equal(writes, client.Forward().Count);
        Assert.Equal(writes, client.Backward().Count);
    }

    [Fact]
    public void A_watchpoint_stops_a_step_over_it_in_both_directions()
    {
        var elf = TestMachine.AssembleElf($"li a0, 0x{Ram:x}\nli t1, 7\nsw t1, (a0)\nnop", Isa);
        var debuggee = Debugged(elf, TestMachine.Engine, "functional", Contention.None, harts: 1);
        debuggee.SetWatchpoint(new Watchpoint(Ram, 4, WatchKind.Write), isSet: true);
        var store = 0x8000_0008u;
        StopEvent Step() => debuggee.Resume([new HartCommand(HartOrder.Step)], static () => false);
        Assert.Equal([StopKind.Step, StopKind.Step, StopKind.WriteWatchpoint], [Step().Kind, Step().Kind, Step().Kind]);
        Assert.Equal((store, 0u), At(debuggee));
        Assert.Equal(StopKind.Step, Step().Kind);
        Assert.Equal((store + 4, 7u), At(debuggee));
        Assert.Equal(StopKind.WriteWatchpoint, debuggee.ReverseStep(0, static () => false).Kind);
        Assert.Equal((store + 4, 7u), At(debuggee));
        Assert.Equal(StopKind.Step, debuggee.ReverseStep(0, static () => false).Kind);
        Assert.Equal((store, 0u), At(debuggee));
    }

    [Fact]
    public void Going_on_after_a_stop_makes_the_access_without_another_stop()
    {
        var elf = TestMachine.AssembleElf($"li a0, 0x{Ram:x}\nli t1, 7\nsw t1, (a0)\nli t1, 8\nsw t1, (a0)", Isa);
        var debuggee = Debugged(elf, TestMachine.Engine, "functional", Contention.None, harts: 1);
        debuggee.SetWatchpoint(new Watchpoint(Ram, 4, WatchKind.Write), isSet: true);
        StopEvent Go() => debuggee.Resume([new HartCommand(HartOrder.Go)], static () => false);
        Assert.Equal(StopKind.WriteWatchpoint, Go().Kind);
        Assert.Equal((0x8000_0008u, 0u), At(debuggee));
        Assert.Equal(StopKind.WriteWatchpoint, Go().Kind);
        Assert.Equal((0x8000_0010u, 7u), At(debuggee));
        Assert.Equal(StopKind.Exit, Go().Kind);
        Assert.Equal(8u, At(debuggee).Word);
    }

    [Fact]
    public void The_dma_writes_for_the_hart_that_launched_it()
    {
        var program = TestMachine.Assemble(
            $"""
                csrr t0, mhartid
                beqz t0, 2f
                li t0, 0x10210000
                la t1, source
                sw t1, 0(t0)
                li t1, 0x{Tcdm:x}
                sw t1, 4(t0)
                li t1, 16
                sw t1, 8(t0)
                lw t2, {DmaRegisters.Launch}(t0)
                lw t2, {DmaRegisters.Wait}(t0)
                j done
            2:  j 2b
                .balign 4
            source: .word 1, 2, 3, 4
            """,
            TestMachine.OneHart with { Harts = 2 });
        var debuggee = new Debuggee(program.Machine, new RecordedHost(new NoHost()), 1 << 24);
        var client = new WatchClient(debuggee, Tcdm + 4, (Write, Tcdm + 4, 4));
        var (access, _) = Assert.Single(client.Forward());
        Assert.Equal((1, 0u, 2u), (access.Hart, access.Before, access.After));
        Assert.Equal(access, Assert.Single(client.Backward()).Access);
    }

    private static string Isa => "rv32imaf_zicsr";

    /// <summary>Harts that load and store bytes, halves and words at random around one word, with atomics and floats between, each in its own loop.</summary>
    private static string Program(Random random, uint word)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"li s0, 0x{word:x}\ncsrr s1, mhartid\nli s2, 4\nslli s3, s1, 4\n");
        for (var hart = 0; hart < Harts - 1; hart++) text.Append(CultureInfo.InvariantCulture, $"li t0, {hart}\nbeq s1, t0, hart{hart}\n");
        for (var hart = Harts - 1; hart >= 0; hart--)
        {
            text.Append(CultureInfo.InvariantCulture, $"hart{hart}:\n");
            for (var n = 0; n < 14; n++) text.Append(Instruction(random)).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"addi s2, s2, -1\nbnez s2, hart{hart}\nj finish\n");
        }

        // All meet, so that the run ends when the last is done.
        return text.Append("finish:\nli t0, 0x10200000\nlw t0, (t0)\n").ToString();
    }

    private static string Instruction(Random random)
    {
        var at = random.Next(-4, 8);
        return random.Next(12) switch
        {
            0 => $"sb s3, {at}(s0)",
            1 => $"sh s3, {at & ~1}(s0)",
            2 or 3 => $"sw s3, {at & ~3}(s0)",
            4 => $"lbu t1, {at}(s0)",
            5 => $"lh t1, {at & ~1}(s0)",
            6 => $"lw t1, {at & ~3}(s0)",
            7 => $"flw ft0, {at & ~3}(s0)",
            8 => $"fcvt.s.w ft1, s3\nfsw ft1, {at & ~3}(s0)",
            9 => $"addi t2, s0, {at & ~3}\namoadd.w t1, s3, (t2)",
            10 => $"addi t2, s0, {at & ~3}\nlr.w t1, (t2)\naddi t1, t1, 1\nsc.w t1, t1, (t2)",
            _ => "addi s3, s3, 3",
        };
    }

    /// <summary>What a run without a debugger does: the accesses that hit watchpoints, which they hit, and the digest of its end.</summary>
    private static (List<SeenAccess> Accesses, List<HashSet<int>> Hits, string Digest) Undisturbed(
        string elf, EngineKind engine, string timing, Contention contention, uint word, params (char Type, uint Address, uint Bytes)[] watches)
    {
        var log = new AccessLog(word, watches);
        var machine = Build(elf, engine, timing, contention);
        machine.Attach(log);
        Assert.Equal(ExitReason.Exit, machine.Run(RunLimits.None).Reason);
        machine.Attach(null);
        var plain = Build(elf, engine, timing, contention);
        Assert.Equal(ExitReason.Exit, plain.Run(RunLimits.None).Reason);
        return (log.Accesses, log.Hits, DigestOf(plain));
    }

    private static EmulatedMachine Build(string elf, EngineKind engine, string timing, Contention contention, int harts = Harts)
    {
        var machine = new EmulatedMachine(
            new PlatformDescription { Harts = harts, Isa = Isa },
            new MachineOptions { Engine = engine, Timing = TimingProfile.Named(timing), Contention = contention, EmulateMisaligned = true });
        ProgramLoader.Load(machine, ElfImage.Load(elf));
        return machine;
    }

    private static Debuggee Debugged(string elf, EngineKind engine, string timing, Contention contention, int harts = Harts) =>
        new(Build(elf, engine, timing, contention, harts), new RecordedHost(new NoHost()), 1 << 24);

    private static (uint Pc, uint Word) At(Debuggee debuggee)
    {
        var hart = debuggee.Machine.Harts[0];
        Assert.True(hart.Space.Peek(Ram, 4, 0, out var word));
        return (hart.Pc, word);
    }

    private static string DigestOf(EmulatedMachine machine)
    {
        var stream = new MemoryStream();
        machine.SaveOrRestore(new StateStream(stream, saving: true));
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()));
    }

    /// <summary>Notes each instruction whose accesses hit watchpoints.</summary>
    private sealed class AccessLog(uint word, (char Type, uint Address, uint Bytes)[] watches) : IProbe
    {
        private HashSet<int> _hit = [];
        private uint _before;

        public List<SeenAccess> Accesses { get; } = [];

        public List<HashSet<int>> Hits { get; } = [];

        public bool Before(Hart hart, in Instruction instruction) => true;

        public void Loaded(Hart hart, uint address, int bytes, uint value) => Note(hart, address, (uint)bytes, Read);

        public void Stored(Hart hart, uint address, int bytes, uint value) => Note(hart, address, (uint)bytes, Write);

        public void Retired(Hart hart, uint pc, in Instruction instruction)
        {
            if (_hit.Count == 0) return;
            Accesses.Add(new SeenAccess(hart.Id, pc, _before, WordOf(hart)));
            Hits.Add(_hit);
            _hit = [];
        }

        public void Trapped(Hart hart, uint pc)
        {
        }

        /// <summary>Seen before memory changes. An atomic is one access that loads and stores.</summary>
        private void Note(Hart hart, uint address, uint bytes, char type)
        {
            if (_hit.Count == 0) _before = WordOf(hart);
            for (var n = 0; n < watches.Length; n++)
            {
                var watch = watches[n];
                if ((watch.Type == type || watch.Type == Access) && address < watch.Address + watch.Bytes && watch.Address < address + bytes) _hit.Add(n);
            }
        }

        private uint WordOf(Hart hart) => hart.Space.Peek(word, 4, 0, out var value) ? value : 0;
    }
}
