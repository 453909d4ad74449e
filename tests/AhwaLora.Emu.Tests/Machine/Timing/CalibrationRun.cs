using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>A region as the emulator counted it.</summary>
public sealed record CountedRegion(string Name, uint Cycles, uint Instructions, uint Check);

/// <summary>A region's count beside its measurement.</summary>
public sealed record ComparedRegion(string Program, string Name, uint Measured, uint Counted, bool IsSameResult)
{
    /// <summary>True if the counts agree.</summary>
    public bool IsExact => Counted == Measured;

    /// <summary>Error in percent of the measurement.</summary>
    public double ErrorPercent => 100.0 * Math.Abs((double)Counted - Measured) / Math.Max(1, Measured);

    /// <inheritdoc/>
    public override string ToString() => $"{Program} {Name}: measured {Measured}, counted {Counted}{(IsSameResult ? "" : ", and another result")}";
}

/// <summary>Runs a calibration program and reads the table of regions it leaves in memory.</summary>
public static class CalibrationRun
{
    private const uint Ram = 0x8000_0000, Table = 0x800E_0000, Magic = 0x474c_5452;

    /// <summary>One hart with the RAM that the programs are linked for.</summary>
    public static PlatformDescription SingleHart { get; } = new()
    {
        Harts = 1,
        Memories = [new MemoryDescription { Name = "ram", Base = Ram, Size = 1 << 20 }],
        Clint = null,
        Plic = null,
        Uart = null,
        Cluster = null,
        Dma = null,
        Aimc = null,
    };

    /// <summary>Runs <paramref name="elf"/> to its end.</summary>
    public static EmulatedMachine Run(string elf, PlatformDescription platform, MachineOptions options, (uint Address, byte[] Bytes)? data = null)
    {
        var machine = new EmulatedMachine(platform, options);
        ProgramLoader.Load(machine, ElfImage.Load(elf));
        if (data is { } block) Assert.True(machine.Harts[0].Space.WriteBlock(block.Address, block.Bytes, Initiators.Host));
        var result = machine.Run(new RunLimits(50_000_000, ulong.MaxValue));
        Assert.Equal(new RunResult(ExitReason.Exit, 0, result.Hart), result);
        return machine;
    }

    /// <summary>The regions that a hart recorded.</summary>
    public static IReadOnlyList<CountedRegion> Regions(EmulatedMachine machine, int hart)
    {
        var memory = machine.Harts[hart].Space;
        Assert.Equal(Magic, Word(memory, Table));
        return [.. Enumerable.Range(1, (int)Word(memory, Table + 4)).Select(n => Region(memory, Table + 16 * (uint)n))];
    }

    /// <summary>Counts every program of a measurement under a profile.</summary>
    public static IReadOnlyList<ComparedRegion> Compare(CalibrationPrograms programs, string core, string csv, string column, TimingProfile profile)
    {
        var compared = new List<ComparedRegion>();
        foreach (var program in CalibrationPrograms.Measured(core, csv).GroupBy(r => r.Program))
        {
            var machine = Run(programs.Elf(core, program.Key), SingleHart, TestMachine.Options with { Timing = profile });
            var counted = Regions(machine, 0);
            Assert.Equal(program.Select(r => r.Name), counted.Select(r => r.Name));
            Assert.Equal(machine.Harts[0].Time, machine.CausesOf(0).Total);
            compared.AddRange(program.Zip(counted, (m, c) => new ComparedRegion(m.Program, m.Name, m.Cycles[column], c.Cycles, m.Check == c.Check)));
        }

        return compared;
    }

    private static CountedRegion Region(AddressSpace memory, uint entry) =>
        new(Text(memory, Word(memory, entry)), Word(memory, entry + 4), Word(memory, entry + 8), Word(memory, entry + 12));

    private static uint Word(AddressSpace memory, uint address) => memory.FindMemory(address, 4)!.Load(address, 4);

    private static string Text(AddressSpace memory, uint address)
    {
        var text = new StringBuilder();
        for (var at = address; memory.FindMemory(at, 1)!.Load(at, 1) is not 0 and var letter; at++) text.Append((char)letter);
        return text.ToString();
    }
}
