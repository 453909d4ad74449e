using System.Security.Cryptography;
using AhwaLora.Debug;
using AhwaLora.Debug.TimeTravel;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>Forwards and backwards over harts, DMA and tile, without GDB between.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class DebuggeeTests
{
    private const long HistoryBytes = 64 << 20;

    [Theory]
    [InlineData("functional", Contention.None)]
    [InlineData("snitch", Contention.Exact)]
    public void Steps_back_lead_through_the_states_of_the_steps_forward(string timing, Contention contention)
    {
        var debuggee = Build(timing, contention);
        var machine = debuggee.Machine;
        var random = new Random(23);
        for (var place = 0; place < 5; place++)
        {
            RunSome(debuggee, (ulong)random.Next(500, 4000));
            var hart = random.Next(machine.Harts.Count);
            var states = new List<string>();
            for (var n = 0; n < 60; n++)
            {
                states.Add(StateOf(machine, hart));
                if (Step(debuggee, hart).Kind != StopKind.Step) break;
            }

            for (var n = states.Count - 1; n >= 0; n--)
            {
                Assert.Equal(new StopEvent(StopKind.Step, hart), debuggee.ReverseStep(hart, static () => false));
                Assert.Equal(states[n], StateOf(machine, hart));
            }
        }
    }

    [Theory]
    [InlineData("functional", Contention.None)]
    [InlineData("cv32e40p", Contention.None)]
    [InlineData("cv32e40p", Contention.Exact)]
    public void Steps_back_lead_through_interrupts_of_timers_and_other_harts(string timing, Contention contention)
    {
        var program = TestMachine.Assemble(
            """
                la t0, handler
                csrw mtvec, t0
                csrr s0, mhartid
                li s1, 0x02004000
                slli t0, s0, 3
                add s1, s1, t0
                li s3, 0x02000000
                li t0, 0x88
                csrw mie, t0
                csrsi mstatus, 8
                csrr t0, mcycle
                addi t0, t0, 40
                sw zero, 4(s1)
                sw t0, 0(s1)
                li s5, 0x10000000
            1:  addi s4, s4, 1
                sw s4, 0(s5)
                andi t1, s4, 63
                bnez t1, 1b
                xori t2, s0, 1
                slli t2, t2, 2
                add t2, t2, s3
                li t3, 1
                sw t3, 0(t2)
                wfi
                j 1b
                .balign 4
            handler:
                addi s6, s6, 1
                slli t4, s0, 2
                add t4, t4, s3
                sw zero, 0(t4)
                csrr t4, mcycle
                addi t4, t4, 90
                sw t4, 0(s1)
                mret
            """,
            TestMachine.OneHart with { Harts = 2 },
            TestMachine.Options with { Timing = TimingProfile.Named(timing), Contention = contention });
        var machine = program.Machine;
        var debuggee = new Debuggee(machine, new RecordedHost(new NoHost()), HistoryBytes);
        RunSome(debuggee, 2000);
        foreach (var hart in new[] { 0, 1 })
        {
            var (states, traps) = (new List<string>(), machine.Harts[hart].TrapsTaken);
            for (var n = 0; n < 120; n++)
            {
                states.Add(StateOf(machine, hart));
                Assert.Equal(StopKind.Step, Step(debuggee, hart).Kind);
            }

            Assert.True(machine.Harts[hart].TrapsTaken > traps);
            for (var n = states.Count - 1; n >= 0; n--)
            {
                Assert.Equal(new StopEvent(StopKind.Step, hart), debuggee.ReverseStep(hart, static () => false));
                Assert.Equal(states[n], StateOf(machine, hart));
            }
        }
    }

    [Fact]
    public void A_debugged_run_ends_as_one_without_debugger()
    {
        var plain = BuildMachine("snitch", Contention.Exact);
        plain.Run(RunLimits.None);

        var debuggee = Build("snitch", Contention.Exact);
        var random = new Random(29);
        for (var n = 0; n < 40; n++)
        {
            RunSome(debuggee, (ulong)random.Next(100, 3000));
            if (random.Next(2) == 0) debuggee.ReverseStep(random.Next(debuggee.Machine.Harts.Count), static () => false);
        }

        Assert.Equal(StopKind.Exit, Go(debuggee).Kind);
        Assert.Equal(DigestOf(plain), DigestOf(debuggee.Machine));
    }

    [Fact]
    public void A_write_of_the_tile_is_found_backwards()
    {
        var debuggee = Build("functional", Contention.None);
        var machine = debuggee.Machine;
        Assert.Equal(StopKind.Exit, Go(debuggee).Kind);
        var tcdm = machine.Memories.First(m => m.Banks != 0);
        debuggee.SetWatchpoint(new Watchpoint(tcdm.Base, tcdm.Size, WatchKind.Write), isSet: true);
        var stop = debuggee.ReverseContinue(0, static () => false);
        Assert.Equal(StopKind.WriteWatchpoint, stop.Kind);
        for (var n = 0; n < 2000 && stop.Text is null; n++) stop = debuggee.ReverseContinue(0, static () => false);
        Assert.Matches("written by (the DMA|tile 0)", stop.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_happened_long_ago_is_found_from_the_end(bool isWatched)
    {
        // 12 M instructions lie between two and six points of history apart from the place looked for.
        var program = TestMachine.Assemble("""
                li t0, 6000000
                li t1, 4500000
                la t2, word
            1:  addi t0, t0, -1
                bne t0, t1, 2f
            hit:
                sw t0, 0(t2)
            2:  bnez t0, 1b
                j done
                .balign 4
            word: .word 0
            """);
        var host = new RecordedHost(new NoHost());
        var debuggee = new Debuggee(program.Machine, host, HistoryBytes) { StopsAtExit = true };
        Assert.Equal(StopKind.Event, Go(debuggee).Kind);
        Assert.True(debuggee.HistoryPoints > 4);

        if (isWatched) debuggee.SetWatchpoint(new Watchpoint(program.Symbol("word"), 4, WatchKind.Write), isSet: true);
        else debuggee.SetBreakpoint(program.Symbol("hit"), isHardware: true, isSet: true);
        Assert.Equal(isWatched ? StopKind.WriteWatchpoint : StopKind.HardwareBreakpoint, debuggee.ReverseContinue(0, static () => false).Kind);
        if (isWatched) Assert.Equal(StopKind.Step, debuggee.ReverseStep(0, static () => false).Kind); // back over the access
        Assert.Equal(program.Symbol("hit"), program.Hart.Pc);
        Assert.Equal(4_500_000u, program["t0"]);
        Assert.Equal(StopKind.HistoryBegin, debuggee.ReverseContinue(0, static () => false).Kind);
    }

    [Fact]
    public void A_search_that_is_interrupted_leaves_the_machine_where_it_was()
    {
        var program = TestMachine.Assemble("""
                li t0, 3000000
            1:  addi t0, t0, -1
                bnez t0, 1b
            """);
        var debuggee = new Debuggee(program.Machine, new RecordedHost(new NoHost()), HistoryBytes) { StopsAtExit = true };
        Go(debuggee);
        var (end, state) = (program.Machine.Position, StateOf(program.Machine, 0));
        debuggee.SetBreakpoint(program.Symbol("_start"), isHardware: true, isSet: true);
        Assert.Equal(StopKind.Interrupt, debuggee.ReverseContinue(0, static () => true).Kind);
        Assert.Equal((end, state), (program.Machine.Position, StateOf(program.Machine, 0)));
    }

    [Fact]
    public void A_step_back_that_is_interrupted_leaves_the_machine_where_it_was()
    {
        var (debuggee, machine) = SleeperBesideACounter();
        var (end, state) = (machine.Position, DigestOf(machine));
        Assert.Equal(StopKind.Interrupt, debuggee.ReverseStep(1, static () => true).Kind);
        Assert.Equal((end, state), (machine.Position, DigestOf(machine)));
    }

    [Fact]
    public void A_step_back_asks_for_an_interrupt_while_it_runs_to_the_step()
    {
        var (debuggee, machine) = SleeperBesideACounter();
        var (end, asked) = (machine.Position, 0);
        Assert.Equal(StopKind.Interrupt, debuggee.ReverseStep(0, () => ++asked > 2).Kind);
        Assert.Equal((end, 3), (machine.Position, asked));
    }

    [Fact]
    public void The_last_step_of_a_hart_that_sleeps_is_found_without_a_look_at_what_came_after_it()
    {
        var (debuggee, machine) = SleeperBesideACounter();
        var steps = machine.Harts[1].Retired;
        var seen = new InstructionCount();
        debuggee.Listener = seen;
        Assert.Equal(new StopEvent(StopKind.Step, 1), debuggee.ReverseStep(1, static () => false));
        Assert.Equal(steps - 1, machine.Harts[1].Retired);
        Assert.InRange(seen.Instructions, 1, 1000);
    }

    [Fact]
    public void History_stays_within_its_bound_and_its_begin_is_reported()
    {
        var machine = BuildMachine("functional", Contention.None);
        var debuggee = new Debuggee(machine, new RecordedHost(new NoHost()), historyBytes: 1 << 20);
        Go(debuggee);
        var stop = debuggee.ReverseContinue(2, static () => false);
        Assert.Equal(new StopEvent(StopKind.HistoryBegin, 2), stop);
        Assert.Equal(StopKind.HistoryBegin, debuggee.ReverseStep(1, static () => false).Kind);
    }

    [Fact]
    public void A_reset_leads_to_the_begin_however_little_history_is_kept()
    {
        var program = TestMachine.Assemble("li t0, 3000000\n1: addi t0, t0, -1\nbnez t0, 1b");
        var debuggee = new Debuggee(program.Machine, new RecordedHost(new NoHost()), historyBytes: 0);
        Go(debuggee);
        debuggee.GoToBegin();
        Assert.Equal((0UL, 0UL), (program.Machine.Cycles, program.Machine.RetiredInstructions));
    }

    [Fact]
    public void What_the_user_changes_begins_another_future()
    {
        var debuggee = Build("functional", Contention.None);
        RunSome(debuggee, 1000);
        var hart = debuggee.Machine.Harts[0];
        var before = hart.X[5];
        Step(debuggee, 0);
        hart.X[5] = 0xDEAD;
        debuggee.Changed();
        Step(debuggee, 0);
        debuggee.ReverseStep(0, static () => false);
        Assert.Equal(0xDEADu, hart.X[5]);
        debuggee.ReverseStep(0, static () => false);
        Assert.Equal(before, hart.X[5]);
    }

    /// <summary>Hart 1 sleeps after a few instructions, while hart 0 counts on through three points of history.</summary>
    private static (Debuggee Debuggee, EmulatedMachine Machine) SleeperBesideACounter()
    {
        var program = TestMachine.Assemble(
            """
                csrr s0, mhartid
                bnez s0, sleep
                li t0, 3500000
            1:  addi t0, t0, -1
                bnez t0, 1b
                j done
            sleep:
                wfi
                j sleep
            """,
            TestMachine.OneHart with { Harts = 2 });
        var debuggee = new Debuggee(program.Machine, new RecordedHost(new NoHost()), HistoryBytes) { StopsAtExit = true };
        Assert.Equal(StopKind.Event, Go(debuggee).Kind);
        return (debuggee, program.Machine);
    }

    private sealed class InstructionCount : IProbe
    {
        public int Instructions { get; private set; }

        public bool Before(Hart hart, in Instruction instruction)
        {
            Instructions++;
            return true;
        }

        public void Loaded(Hart hart, uint address, int bytes, uint value)
        {
        }

        public void Stored(Hart hart, uint address, int bytes, uint value)
        {
        }

        public void Retired(Hart hart, uint pc, in Instruction instruction)
        {
        }

        public void Trapped(Hart hart, uint pc)
        {
        }
    }

    private static Debuggee Build(string timing, Contention contention) => new(BuildMachine(timing, contention), new RecordedHost(new NoHost()), HistoryBytes);

    private static EmulatedMachine BuildMachine(string timing, Contention contention) => LayerRun.Build(
        LayerData.Generate(new LayerShape(Inputs: 16, Outputs: 16, Rank: 4, Tokens: 8, Chunk: 4), seed: 5),
        LayerStrategy.All.First(s => s.Name == "double-buffered"),
        new PlatformDescription { Harts = 4 },
        new MachineOptions { Engine = TestMachine.Engine, Timing = TimingProfile.Named(timing), Contention = contention });

    private static StopEvent Go(Debuggee debuggee) => debuggee.Resume([.. debuggee.Machine.Harts.Select(_ => new HartCommand(HartOrder.Go))], static () => false);

    private static StopEvent Step(Debuggee debuggee, int hart) =>
        debuggee.Resume([.. debuggee.Machine.Harts.Select(h => new HartCommand(h.Id == hart ? HartOrder.Step : HartOrder.Go))], static () => false);

    /// <summary>Runs on as a user does who interrupts.</summary>
    private static void RunSome(Debuggee debuggee, ulong instructions) =>
        debuggee.Machine.Run(RunLimits.None with { MaxInstructions = debuggee.Machine.RetiredInstructions + instructions });

    private static string StateOf(EmulatedMachine machine, int hart)
    {
        var h = machine.Harts[hart];
        return $"{h.Retired} {h.TrapsTaken} {h.Pc:x8} {string.Join(' ', h.Registers())} {h.Mstatus:x} {h.Fflags:x}";
    }

    private static string DigestOf(EmulatedMachine machine)
    {
        var stream = new MemoryStream();
        machine.SaveOrRestore(new StateStream(stream, saving: true));
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()));
    }
}
