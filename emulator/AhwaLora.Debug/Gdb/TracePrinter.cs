using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Debug.Gdb;

/// <summary>Prints every instruction that retires and every trap.</summary>
internal sealed class TracePrinter(EmulatedMachine machine, Action<string> print) : IProbe
{
    public bool Before(Hart hart, in Instruction instruction) => true;

    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
    }

    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    public void Retired(Hart hart, uint pc, in Instruction instruction) => print($"{Prefix(hart)} {pc:x8}: {Disassembler.Format(instruction, pc)}\n");

    public void Trapped(Hart hart, uint pc) => print($"{Prefix(hart)} {pc:x8}: trap, mcause 0x{hart.Mcause:x}\n");

    private string Prefix(Hart hart) => machine.Harts.Count == 1 ? "" : $"hart {hart.Id}";
}
