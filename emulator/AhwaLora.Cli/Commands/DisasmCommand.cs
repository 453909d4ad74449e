using System.CommandLine;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Cli.Commands;

/// <summary><c>disasm ELF</c>: prints the instructions of an ELF file.</summary>
internal static class DisasmCommand
{
    private static readonly Argument<string> Elf = new("ELF") { Description = "RV32 executable." };

    public static Command Create()
    {
        var command = new Command("disasm", "Disassemble the code of an executable.") { Elf };
        command.SetAction(parsed => Print(ElfImage.Load(parsed.GetValue(Elf)!)));
        return command;
    }

    private static int Print(ElfImage image)
    {
        var labels = ElfSymbol.Labels(image.Symbols).ToDictionary(s => s.Value, s => s.Name);
        var decoder = new Decoder(PlatformRules.ParseIsa(PlatformRules.FullIsa));
        foreach (var section in image.Sections.Where(s => s.IsCode))
        {
            Console.WriteLine($"section {section.Name}");
            foreach (var (pc, instruction) in section.Decode(decoder))
            {
                if (labels.TryGetValue(pc, out var label)) Console.WriteLine($"{label}:");
                var digits = instruction.Length == 2 ? $"{instruction.Word:x4}    " : $"{instruction.Word:x8}";
                Console.WriteLine($"{pc:x8}: {digits}  {Disassembler.Format(instruction, pc)}");
            }
        }

        return 0;
    }
}
