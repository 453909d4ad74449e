using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Translated code that is discarded is given back. Measured alone: the heap is the process's.</summary>
[Collection(nameof(MeasuredAlone))]
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class TranslatorMemoryTests
{
    [Fact]
    public void Ten_thousand_generations_of_code_take_no_more_memory_than_a_thousand()
    {
        // The host rewrites an instruction of the loop between runs; each generation runs long enough to be translated.
        var elf = EnginePair.Assemble("""
        loop:
            addi s1, s1, 1
            addi s2, s2, 1
            j loop
        """);
        var machine = EnginePair.Build(elf, null, new MachineOptions { Engine = EngineKind.Translator, HotThreshold = 1 });
        var hart = machine.Harts[0];
        var memory = hart.Space.FindMemory(hart.Pc, 4)!;
        var entry = hart.Pc;
        var before = 0L;
        for (var generation = 1; generation <= 10_000; generation++)
        {
            memory.Store(entry, 4, 0x0010_0493 | (uint)(generation & 1) << 20 | 9 << 15, Initiators.Host);
            machine.Run(new RunLimits(ulong.MaxValue, machine.RetiredInstructions + 300));
            if (generation == 1000) before = CollectedMemory();
        }

        var growth = CollectedMemory() - before;
        Assert.InRange(growth, long.MinValue, 1 << 20);
        Assert.True(hart.X[9] > 0);
    }

    /// <summary>A dynamic method takes a finalizer to give up its code, and another collection to be gone itself.</summary>
    private static long CollectedMemory()
    {
        for (var n = 0; n < 3; n++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>Tests that measure the process.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
