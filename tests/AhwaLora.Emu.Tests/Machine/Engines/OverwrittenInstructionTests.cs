using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Sandbox;


namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>An instruction whose effect overwrites the instruction itself: it ends as it began, and the next fetch sees the new one.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class OverwrittenInstructionTests
{
    private const uint Ebreak = 0x0010_0073, Nop = 0x0000_0013;

    public static TheoryData<string, EngineKind, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, EngineKind, bool>();
            foreach (var profile in EnginePair.Profiles)
            {
                foreach (var engine in new[] { EngineKind.Interpreter, EngineKind.Translator })
                {
                    cases.Add(profile, engine, false);
                    cases.Add(profile, engine, true);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_semihosting_read_onto_its_own_ebreak(string profile, EngineKind engine, bool isLogged)
    {
        var (machine, log) = Run(profile, engine, isLogged, """
                li a0, 1
                la a1, opening
                slli x0, x0, 0x1f
                ebreak
                srai x0, x0, 7
                la a1, reading
                sw a0, 0(a1)
                li a0, 6
                slli x0, x0, 0x1f
            self:
                ebreak
                srai x0, x0, 7
                la t0, self
                lw s2, 0(t0)
                mv s1, a0
                j done
                .balign 4
            opening: .word name, 0, 3
            reading: .word 0, self, 4
            name: .asciz ":tt"
            """);

        Assert.Equal((0u, Nop), (machine.Harts[0].X[9], machine.Harts[0].X[18]));
        if (isLogged) Assert.Equal(2, log.Count(i => i.Word == Ebreak));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_store_and_an_atomic_onto_themselves(string profile, EngineKind engine, bool isLogged)
    {
        var (machine, log) = Run(profile, engine, isLogged, """
                li t1, 0x13
                la t0, store
            store:
                sw t1, 0(t0)
                la t2, atomic
            atomic:
                amoswap.w s1, t1, (t2)
                lw s2, 0(t0)
                lw s3, 0(t2)
            """);

        Assert.Equal((Nop, Nop), (machine.Harts[0].X[18], machine.Harts[0].X[19]));
        if (!isLogged) return;
        Assert.Contains(log, i => i.Shape == Shape.Atomic);
        Assert.Contains(log, i => i.Shape == Shape.Store);
    }

    /// <summary>A program whose console has a nop's four bytes to read.</summary>
    private static (EmulatedMachine Machine, List<Instruction> Log) Run(string profile, EngineKind engine, bool isLogged, string assembly)
    {
        using var host = new SandboxHost(new GuestConsole(new MemoryStream(BitConverter.GetBytes(Nop)), Stream.Null, Stream.Null), ["program"]);
        var isa = Toolchain.Base.Replace("imf", "imaf", StringComparison.Ordinal);
        var options = new MachineOptions { Engine = engine, HotThreshold = 1, Timing = TimingProfile.Named(profile) };
        var machine = new EmulatedMachine(TestMachine.OneHart with { Isa = isa }, options, host);
        ProgramLoader.Load(machine, ElfImage.Load(EnginePair.Assemble(assembly, isa)));
        var log = new InstructionLog();
        if (isLogged) machine.Attach(log);
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(new RunLimits(ulong.MaxValue, 10_000)));
        return (machine, log.Instructions);
    }

    /// <summary>Keeps what has retired, as a commit log does.</summary>
    private sealed class InstructionLog : IProbe
    {
        public List<Instruction> Instructions { get; } = [];

        public bool Before(Hart hart, in Instruction instruction) => true;

        public void Loaded(Hart hart, uint address, int bytes, uint value)
        {
        }

        public void Stored(Hart hart, uint address, int bytes, uint value)
        {
        }

        public void Retired(Hart hart, uint pc, in Instruction instruction) => Instructions.Add(instruction);

        public void Trapped(Hart hart, uint pc)
        {
        }
    }
}
