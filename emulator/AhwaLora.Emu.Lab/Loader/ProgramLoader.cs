using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Loader;

/// <summary>Puts an ELF image into a machine's memories and every hart at its entry point.</summary>
public static class ProgramLoader
{
    /// <summary>Loads <paramref name="image"/>; a memory that each hart has for itself gets a copy in each.</summary>
    /// <exception cref="UserErrorException">A segment lies outside memory, or the program needs an extension that is off.</exception>
    public static void Load(Machine machine, ElfImage image)
    {
        CheckArchitecture(machine, image);
        foreach (var segment in image.Segments)
        {
            foreach (var hart in machine.Harts) Write(hart, machine, image, segment);
        }

        machine.Reset(image.EntryPoint);
        if (image.TryGetSymbol("tohost", out var tohost))
        {
            machine.AttachHtif(tohost.Value, image.TryGetSymbol("fromhost", out var fromhost) ? fromhost.Value : null);
        }
    }

    private static void Write(Hart hart, Machine machine, ElfImage image, ElfSegment segment)
    {
        if (hart.Space.FindMemory(segment.Address, segment.Size) is not { } memory)
        {
            var map = string.Join(", ", machine.Platform.Memories.Select(m => $"{m.Name} 0x{m.Base:x8}-0x{(ulong)m.Base + m.Size - 1:x8}"));
            throw new UserErrorException($"{image.Path}: segment {segment.Range} lies outside memory ({map}); link it there or give a --platform that has it");
        }

        if (memory.OwnerHart < 0 && hart.Id != 0) return;
        var bytes = new byte[segment.Size];
        segment.Contents.CopyTo(bytes);
        hart.Space.WriteBlock(segment.Address, bytes, Initiators.Host);
    }

    private static void CheckArchitecture(Machine machine, ElfImage image)
    {
        if (image.Architecture is not { } architecture) return;
        var enabled = PlatformRules.ParseIsa(machine.Platform.Isa);
        foreach (var name in IsaString.Extensions(architecture))
        {
            if (IsaString.Known.TryGetValue(name, out var extension) && enabled.HasFlag(extension)) continue;
            var fix = IsaString.Known.ContainsKey(name)
                ? $"run it with --isa {machine.Platform.Isa.Insert(5, name[..1])} or set \"isa\" in the platform file"
                : $"build it with -march=rv32imf -mabi=ilp32f, since '{name}' is not implemented";
            throw new UserErrorException($"{image.Path}: needs extension '{name}', which is off ({architecture}); {fix}");
        }
    }
}
