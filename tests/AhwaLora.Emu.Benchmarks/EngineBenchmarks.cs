using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using BenchmarkDotNet.Attributes;

namespace AhwaLora.Emu.Benchmarks;

/// <summary>A small loop on both engines, per guest instruction.</summary>
public class EngineBenchmarks
{
    private const int Instructions = 100_000;

    private EmulatedMachine _machine = null!;

    [Params(EngineKind.Interpreter, EngineKind.Translator)]
    public EngineKind Engine { get; set; }

    [Params("functional", "cv32e40p")]
    public string Profile { get; set; } = "";

    [GlobalSetup]
    public void Build()
    {
        _machine = new EmulatedMachine(new PlatformDescription { Harts = 1, Aimc = null }, new MachineOptions { Engine = Engine, Timing = TimingProfile.Named(Profile) });
        const uint entry = 0x8000_0000;
        uint[] loop =
        [
            Encode("lui", rd: 10, imm: unchecked((int)0x8010_0000)),
            Encode("lw", rd: 11, rs1: 10),
            Encode("addi", rd: 11, rs1: 11, imm: 1),
            Encode("sw", rs1: 10, rs2: 11),
            Encode("xor", rd: 12, rs1: 12, rs2: 11),
            Encode("jal", imm: -16),
        ];
        var memory = _machine.Space.FindMemory(entry, 4)!;
        for (var n = 0; n < loop.Length; n++) memory.Store(entry + 4 * (uint)n, 4, loop[n], Initiators.Host);
        _machine.Reset(entry);
    }

    [Benchmark(OperationsPerInvoke = Instructions)]
    public void Loop() => _machine.Run(new RunLimits(ulong.MaxValue, _machine.RetiredInstructions + Instructions));

    private static uint Encode(string name, int rd = 0, int rs1 = 0, int rs2 = 0, int imm = 0)
    {
        var pattern = InstructionSet.Row(name).Pattern;
        var word = pattern.Match;
        foreach (var (field, value) in new[] { (Field.Rd, rd), (Field.Rs1, rs1), (Field.Rs2, rs2), (Field.Imm, imm) })
        {
            if (pattern.Has(field)) word = pattern.Insert(field, value, word);
        }

        return word;
    }
}
