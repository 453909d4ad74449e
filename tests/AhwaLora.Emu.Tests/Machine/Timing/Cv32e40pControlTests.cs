using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>The blocking pipeline's rules against <see cref="Cv32e40pControl"/>, instruction by instruction, on streams full of hazards.</summary>
public sealed class Cv32e40pControlTests
{
    private const int Steps = 5_000, Seeds = 20;

    private static readonly Decoder Decoder = new(Extension.I | Extension.M | Extension.F | Extension.Zicsr | Extension.Zifencei);

    // Few registers, so that everything depends on everything.
    private static readonly uint[] RegisterNumbers = [0, 1, 2, 10];

    private static readonly uint[] CsrNumbers = [0x340, 0x340, 1, 2, 3, 0x300, 0xB00, 0xC00];

    private static readonly InstructionRow[][] Mixture =
    [
        Rows(r => r.Unit is Unit.Alu),
        Rows(r => r.Unit is Unit.Alu),
        Rows(r => r.Unit is Unit.Multiply or Unit.MultiplyHigh or Unit.Divide),
        Rows(r => r.Unit is Unit.Load),
        Rows(r => r.Unit is Unit.Store),
        Rows(r => r.Unit is Unit.Branch),
        Rows(r => r.Unit is Unit.Jump),
        Rows(r => r.Unit is Unit.FloatAddMultiply),
        Rows(r => r.Unit is Unit.FloatAddMultiply),
        Rows(r => r.Unit is Unit.FloatNonComputational or Unit.FloatConvert),
        Rows(r => r.Unit is Unit.FloatDivide or Unit.FloatSquareRoot),
        Rows(r => r.Unit is Unit.Csr or Unit.Fence),
    ];

    public static TheoryData<int> Latencies { get; } = [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Latencies))]
    public void Rules_and_control_equations_agree_on_every_issue(int latency)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var program = RandomProgram(new Random(seed));
            var control = new Cv32e40pControl(program, latency);
            control.Run();
            var counted = TimingProfile.Named($"cv32e40p-fpu{latency}").Build(new IssueTimes(program));
            for (var k = 1; k < program.Count; k++)
            {
                var (expected, actual) = (control.Issues[k] - control.Issues[k - 1], counted[k] - counted[k - 1]);
                Assert.True(expected == actual, $"seed {seed}, step {k}: the RTL takes {expected}, counted {actual}\n{Describe(program, k)}");
            }
        }
    }

    private static InstructionRow[] Rows(Func<InstructionRow, bool> filter) =>
        [.. InstructionSet.Rows.Where(r => Decoder.Extensions.HasFlag(r.Extension) && r.Pattern.Bits == 32 && filter(r))];

    private static List<ControlStep> RandomProgram(Random random)
    {
        var program = new List<ControlStep>();
        for (var k = 0; k < Steps; k++)
        {
            var rows = Mixture[random.Next(Mixture.Length)];
            var instruction = Decoder.Decode(RandomWord(rows[random.Next(rows.Length)], random));

            if (IsLeftOut(program, instruction)) instruction = Decoder.Decode(0x0000_0013); // nop
            var isTaken = instruction.Shape == Shape.Branch && random.Next(2) == 0;
            var isSame = random.Next(4) == 0;
            program.Add(new ControlStep(instruction, Operand(random), Operand(random), (uint)random.Next(isSame ? 8 : 2) * 4 + (isSame ? (uint)random.Next(4) : 0), isTaken));
        }

        for (var k = 0; k < Steps; k++)
        {
            var step = program[k];
            var goesOn = k + 1 < Steps && !step.IsTaken && !step.IsJump;
            var behind = goesOn ? program[k + 1].Instruction.Shape : program[random.Next(Steps)].Instruction.Shape;
            program[k] = step with { Instruction = step.Instruction with { Behind = behind } };
        }

        return program;
    }

    /// <summary>Jumps through registers that the rules do not see in time: what a jump leads to, and a jump through an FP result.</summary>
    private static bool IsLeftOut(List<ControlStep> program, in Instruction i)
    {
        if (program.Count == 0 || i.Shape != Shape.JumpRegister) return false;
        var rs1 = i.Rs1;
        return program[^1].IsJump || program.FindLast(step => step.Instruction.Rd == rs1) is { IsFloat: true };
    }

    private static uint RandomWord(InstructionRow row, Random random)
    {
        uint Register() => RegisterNumbers[random.Next(RegisterNumbers.Length)];

        // x0 as a destination is left out: the RTL's dispatcher takes it for a register like any other.
        var rd = row.Pattern.Extract(Field.Rd, 0) == Registers.F0 ? Register() : RegisterNumbers[1 + random.Next(RegisterNumbers.Length - 1)];
        var csr = CsrNumbers[random.Next(CsrNumbers.Length)];
        var free = (rd << 7) | (Register() << 15) | (row.Unit == Unit.Csr ? csr << 20 : Register() << 20) | (row.Pattern.Extract(Field.Rs3, ~0u) != 0 ? Register() << 27 : 0);
        return row.Pattern.Match | (free & ~row.Pattern.Mask);
    }

    /// <summary>Integers of every size, and floating-point numbers whose quotients are short, long or special.</summary>
    private static uint Operand(Random random) => random.Next(4) switch
    {
        0 => (uint)random.NextInt64(1L << 32),
        1 => (uint)random.Next(1 << random.Next(31)),
        2 => BitConverter.SingleToUInt32Bits(random.Next(-64, 64) / 8f),
        _ => BitConverter.SingleToUInt32Bits((float)random.NextDouble()),
    };

    private static string Describe(List<ControlStep> program, int step) =>
        string.Join('\n', Enumerable.Range(Math.Max(0, step - 6), Math.Min(step, 6) + 1).Select(k =>
            $"  {program[k].Instruction.Row.Name} {program[k].Instruction.Word:x8}{(program[k].IsTaken ? " taken" : "")}, after it {program[k].Instruction.Behind}"));

    private sealed class IssueTimes(List<ControlStep> program) : IPipelineUser<List<ulong>>
    {
        public List<ulong> Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            var times = new List<ulong>();
            foreach (var step in program)
            {
                Assert.True(pipeline.Issue(step.Instruction, step.A, step.B, new MemoryTarget(step.Address, 0, Arbitrated: false)));
                times.Add(pipeline.Time);
                pipeline.Complete(step.Instruction, step.IsTaken || step.IsJump);
            }

            return times;
        }
    }
}
