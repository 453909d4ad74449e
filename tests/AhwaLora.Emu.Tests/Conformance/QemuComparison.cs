using System.Globalization;
using System.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Conformance;

/// <summary>
/// The same programs here and under QEMU 7.2: user-mode ones under qemu-riscv32, machine-mode ones on the board "virt".
/// Both executables are made from one source and differ only in how they start and end, within the same bytes.
/// </summary>
internal static class QemuComparison
{
    // A hart with nothing but M, as here: QEMU would add S-mode, PMP and paging.
    private const string Board = "-M virt -cpu rv32,a=off,c=off,d=off,h=off,s=off,u=off,pmp=off,mmu=off -bios none -display none -monitor none ";

    // Both executables have their data at the same addresses, which the programs see. After the code, they would depend on its length.
    private const uint DataBase = 0x8010_0000;

    private static string Programs { get; } = Path.Combine(Toolchain.Root, "tests", "programs", "isa");

    /// <summary>Numbers of the programs whose results differ.</summary>
    public static IReadOnlyList<int> Differences(IReadOnlyList<RandomProgram> programs)
    {
        var text = Text(programs);
        var (here, there) = Results(text, programs[0].Kind);
        var different = new List<int>();
        for (var n = 0; n < programs.Count; n++)
        {
            var range = new Range(n * RandomProgram.DataBytes, (n + 1) * RandomProgram.DataBytes);
            if (!here.AsSpan(range).SequenceEqual(there.AsSpan(range))) different.Add(n);
        }

        return different;
    }

    /// <summary>The memory of both after the programs in <paramref name="text"/>: here, and under QEMU.</summary>
    public static (byte[] Here, byte[] There) Results(string text, ProgramKind kind) => Results(text, kind, RandomProgram.March(kind), "");

    /// <summary>As <see cref="Results(string, ProgramKind)"/>, for programs built for <paramref name="march"/>; user-mode QEMU is given <paramref name="options"/>.</summary>
    public static (byte[] Here, byte[] There) Results(string text, ProgramKind kind, string march, string options)
    {
        var isMachine = kind.HasFlag(ProgramKind.Machine);
        var ours = Toolchain.Assemble(Start("start-here.S") + text, march, DataBase);
        var theirs = Toolchain.Assemble(Start(isMachine ? "start-virt.S" : "start-linux.S") + text, march, DataBase);
        try
        {
            return (MemoryHere(ours, march), isMachine ? RunOnBoard(theirs) : Toolchain.Run("qemu-riscv32", $"{options} {theirs}"));
        }
        finally
        {
            Toolchain.Forget(ours);
            Toolchain.Forget(theirs);
        }
    }

    /// <summary>Instructions that the programs retire here.</summary>
    public static ulong InstructionsHere(IReadOnlyList<RandomProgram> programs) =>
        RunHere(AssembleHere(programs), RandomProgram.March(programs[0].Kind)).Machine.RetiredInstructions;

    /// <summary>The executable that runs the programs here.</summary>
    public static string AssembleHere(IReadOnlyList<RandomProgram> programs) => Toolchain.Assemble(WholeText(programs), RandomProgram.March(programs[0].Kind));

    /// <summary>The text of that executable.</summary>
    public static string WholeText(IReadOnlyList<RandomProgram> programs) => WholeText(Text(programs));

    /// <summary>A text as <see cref="Text"/> makes it, with its start and end here.</summary>
    public static string WholeText(string text) => Start("start-here.S") + text;

    /// <summary>What both executables have in common: the programs one after the other, with their handler and their memory.</summary>
    public static string Text(IReadOnlyList<RandomProgram> programs)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $".equ TRAP_COUNT, {RandomProgram.TrapCountOffset}\n.equ TRAP_LOG, {RandomProgram.TrapLogOffset}\n");
        var hasTraps = programs[0].Kind.HasFlag(ProgramKind.Machine);
        if (hasTraps) text.Append(Start("traps.S"));
        text.Append(".data\n.balign 8\nresults:\n.text\nbegin:\n");
        if (hasTraps) text.Append("    la t0, handler\n    csrw mtvec, t0\n    li t0, 0x6000\n    csrs mstatus, t0\n");
        for (var n = 0; n < programs.Count; n++) text.Append(programs[n].Render(n));
        return text.Append("    la t0, finish\n    jr t0\n    .data\nresults_end:\n").ToString();
    }

    private static string Start(string file) => File.ReadAllText(Path.Combine(Programs, file));

    private static byte[] RunOnBoard(string elf)
    {
        var output = elf + ".uart";
        Toolchain.Run("qemu-system-riscv32", $"{Board} -serial file:{output} -kernel {elf}");
        return File.ReadAllBytes(output);
    }

    private static byte[] MemoryHere(string elf, string isa)
    {
        var machine = RunHere(elf, isa);
        var begin = machine.Symbol("results");
        return machine.Hart.Space.ReadBlock(begin, machine.Symbol("results_end") - begin).ToArray();
    }

    private static TestMachine RunHere(string elf, string isa)
    {
        var machine = TestMachine.Load(elf, TestMachine.OneHart with { Isa = isa });
        var result = machine.Run(10_000_000);
        return result.Reason == ExitReason.Exit ? machine : throw new InvalidOperationException($"{elf}: ended by {result.Reason} at pc 0x{machine.Hart.Pc:x8}");
    }
}
