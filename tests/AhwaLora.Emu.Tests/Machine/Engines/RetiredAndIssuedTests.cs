using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>On a pipeline that issues more often than it retires, as one with a repetition buffer does, the engines still agree.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class RetiredAndIssuedTests
{
    private const ulong Rounds = 200;

    private static readonly uint[] Loop = BareHart.Assemble($"""
        li t0, {Rounds}
    1:  mul t1, t0, t0
        add t2, t2, t1
        addi t0, t0, -1
        bnez t0, 1b
    2:  j 2b
    """);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Issue_cycles_beyond_one_per_instruction_are_no_instructions(bool isPaced)
    {
        var (interpreted, expected) = Run(null);
        var (translated, causes) = Run(isPaced);
        Assert.Equal((interpreted.Pc, interpreted.Time, interpreted.Retired), (translated.Pc, translated.Time, translated.Retired));
        Assert.Equal(expected.Cycles, causes.Cycles);
        Assert.Equal(interpreted.Retired + 2 * Rounds, causes.Cycles[(int)Cause.Issue]);
        Assert.Equal(interpreted.X, translated.X);
    }

    private static (Hart Hart, CauseCounters Causes) Run(bool? isPaced)
    {
        var (hart, code) = BareHart.Load(Loop, new HartFeatures(), InstructionSet.Rows);
        var (live, model) = (new FunctionalState(), new FunctionalState());
        var interpreter = new Interpreter<RepeatingPipeline>(hart, new RepeatingPipeline(live), live.Causes, [code], new BareHart.NoEnvironment());
        var timing = new PipelineTiming(
            (new RepeatingPipeline(live), new FunctionalStalls(live), live.Causes),
            (new RepeatingPipeline(model), new FunctionalStalls(model), model.Causes),
            new StallNumbers());
        var seen = new HartCode(hart, [new RegionTable(code)], new HeatThresholds(2, 2), new TranslationCounts(), null);
        IEngine engine = isPaced switch
        {
            true => new PacedTranslator(interpreter, timing, seen, hasBanks: false),
            false => new Translator(interpreter, timing, seen),
            null => interpreter,
        };
        engine.Run(new RunWindow(3000, ulong.MaxValue));
        engine.Settle();
        return (hart, engine.Causes);
    }

    /// <summary>One cycle per instruction, and two more of issue for each multiplication.</summary>
    private readonly struct RepeatingPipeline(FunctionalState state) : IPipeline
    {
        private readonly FunctionalPipeline _once = new(state);

        public ulong Time => _once.Time;

        public ulong RequestTime => _once.RequestTime;

        public uint RequestAddress => _once.RequestAddress;

        public bool Issue(in Instruction instruction, uint a, uint b, in MemoryTarget target) => _once.Issue(instruction, a, b, target);

        public void Grant(ulong time, Cause cause) => _once.Grant(time, cause);

        public void Complete(in Instruction instruction, bool redirected)
        {
            _once.Complete(instruction, redirected);
            if (instruction.Row.Unit == Unit.Multiply) _once.Idle(Time + 2, Cause.Issue);
        }

        public void Trap(bool interrupt) => _once.Trap(interrupt);

        public void Idle(ulong time, Cause cause) => _once.Idle(time, cause);
    }
}
