using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Harness;

/// <summary>
/// A machine with a program, for tests: from assembly text or an ELF file to registers and memory. The engine is that of
/// the environment variable AHWALORA_ENGINE (interpreter or translator; auto without it), so that one body tests both.
/// </summary>
internal sealed class TestMachine
{
    private TestMachine(string elf, PlatformDescription platform, MachineOptions options)
    {
        Image = ElfImage.Load(elf);
        Machine = new EmulatedMachine(platform, options);
        ProgramLoader.Load(Machine, Image);
    }

    /// <summary>The engine under test.</summary>
    public static EngineKind Engine { get; } =
        Enum.Parse<EngineKind>(Environment.GetEnvironmentVariable("AHWALORA_ENGINE") ?? nameof(EngineKind.Auto), ignoreCase: true);

    /// <summary>The default platform with one hart.</summary>
    public static PlatformDescription OneHart { get; } = new() { Harts = 1 };

    /// <summary>Options with the engine under test.</summary>
    public static MachineOptions Options { get; } = new() { Engine = Engine };

    public EmulatedMachine Machine { get; }

    public ElfImage Image { get; }

    /// <summary>Hart 0.</summary>
    public Hart Hart => Machine.Harts[0];

    /// <summary>A machine with the program in an ELF file.</summary>
    public static TestMachine Load(string elf, PlatformDescription? platform = null, MachineOptions? options = null) =>
        new(elf, platform ?? OneHart, (options ?? Options) with { Engine = Engine });

    /// <summary>
    /// A machine with an assembled program. It begins at <c>_start</c>, which is put before <paramref name="assembly"/>,
    /// and ends by <c>j done</c> or by running off its end: <c>done</c> stores 1 to tohost.
    /// </summary>
    public static TestMachine Assemble(string assembly, PlatformDescription? platform = null, MachineOptions? options = null)
    {
        platform ??= OneHart;
        return Load(AssembleElf(assembly, platform.Isa), platform, options);
    }

    /// <summary>The executable of such a program.</summary>
    public static string AssembleElf(string assembly, string isa, int tohostAlignment = 64) => Toolchain.Assemble(Text(assembly, tohostAlignment), isa);

    /// <summary>The whole text of such a program.</summary>
    public static string Text(string assembly, int tohostAlignment = 64) =>
        $"""
            .globl _start, tohost
            _start:
            {assembly}
            done:
                .option push
                .option norvc
                li t6, 1
                la t5, tohost
            1:  sw t6, 0(t5)
                j 1b
                .option pop
                .section .tohost, "aw"
                .balign {tohostAlignment}
            tohost: .dword 0

            """;

    /// <summary>Runs to the end; the limit only stops what would never end.</summary>
    public RunResult Run(ulong maxInstructions = 1_000_000) => Machine.Run(new RunLimits(ulong.MaxValue, Machine.RetiredInstructions + maxInstructions));

    /// <summary>Runs a program that has to reach <c>done</c>.</summary>
    public TestMachine Finish()
    {
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), Run());
        return this;
    }

    /// <summary>A register of hart 0 by its ABI name.</summary>
    public uint this[string register] => (uint)Hart.Register(Index(register));

    /// <summary>Word <paramref name="index"/> at a symbol.</summary>
    public uint Word(string symbol, int index = 0)
    {
        Assert.True(Hart.Space.Peek(Symbol(symbol) + (uint)(4 * index), 4, 0, out var value));
        return value;
    }

    /// <summary>Address of a symbol.</summary>
    public uint Symbol(string name) => Image.TryGetSymbol(name, out var symbol) ? symbol.Value : throw new KeyNotFoundException($"no symbol '{name}'");

    private static int Index(string register)
    {
        for (var n = 0; n < Registers.Count; n++)
        {
            if (Registers.AbiNames[n] == register) return n;
        }

        throw new KeyNotFoundException($"no register '{register}'");
    }
}
