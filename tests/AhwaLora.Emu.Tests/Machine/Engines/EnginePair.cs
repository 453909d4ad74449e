using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>One program on translator and interpreter. The translator finds everything hot, so that little stays interpreted.</summary>
internal static class EnginePair
{
    /// <summary>Profiles that have a translation of their own kind.</summary>
    public static TheoryData<string> Profiles { get; } = ["functional", "cv32e40p-fpu0", "cv32e40p", "cv32e40p-fpu3", "snitch"];

    /// <summary>Fails with both states if the engines differ; returns how the run ended.</summary>
    public static RunResult AssertSame(string elf, string profile = "functional", PlatformDescription? platform = null, ulong maxInstructions = 400_000, bool? emulateMisaligned = null, Contention contention = Contention.None)
    {
        var result = default(RunResult);
        foreach (var heat in Heats)
        {
            var options = heat with { Timing = TimingProfile.Named(profile), EmulateMisaligned = emulateMisaligned, Contention = contention };
            var lockstep = new Lockstep(engine => Build(elf, platform, options with { Engine = engine }));
            var difference = lockstep.FindDifference(new RunLimits(ulong.MaxValue, maxInstructions));
            Assert.True(difference is null, difference);
            result = lockstep.Result!.Value;
        }

        return result;
    }

    /// <summary>Options by which the translator compiles at once, and by which it decodes first and compiles a little later.</summary>
    public static IReadOnlyList<MachineOptions> Heats { get; } = [new() { HotThreshold = 2 }, new() { DecodeThreshold = 1, HotThreshold = 24 }];

    /// <summary>A machine with the program.</summary>
    public static EmulatedMachine Build(string elf, PlatformDescription? platform, MachineOptions options)
    {
        var machine = new EmulatedMachine(platform ?? TestMachine.OneHart, options);
        ProgramLoader.Load(machine, ElfImage.Load(elf));
        return machine;
    }

    /// <summary>Assembles a program that ends at <c>done</c>; tohost has a granule of its own, so that code next to it is not watched for it.</summary>
    public static string Assemble(string assembly, string isa = Toolchain.Base) => TestMachine.AssembleElf(assembly, isa, tohostAlignment: 512);
}
