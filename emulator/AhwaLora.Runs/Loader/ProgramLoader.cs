using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Loader;

/// <summary>Puts an ELF image into a machine's memories and every hart at its entry point.</summary>
public static class ProgramLoader
{
    /// <summary>Loads <paramref name="image"/>; if a memory is private to each hart, each gets a copy.</summary>
    /// <returns>A note on the program for the user, in one line; null for none.</returns>
    /// <exception cref="UserErrorException">A segment lies outside memory, the entry point cannot be the address of an instruction, or the program uses an extension that is off.</exception>
    public static SettingText? Load(EmulatedMachine machine, ElfImage image)
    {
        var warning = CheckExtensions(machine, image);
        var alignment = machine.Harts[0].Features.InstructionAlignment;
        if (image.EntryPoint % alignment != 0)
        {
            throw new UserErrorException($"{image.Path}: entry point 0x{image.EntryPoint:x8} is not a multiple of {alignment}, the alignment of instructions here; "
                + "correct the linker script");
        }

        foreach (var segment in image.Segments)
        {
            // The file's headers need no memory, since nothing runs from them: -Ttext=0x80000000 puts them below memory.
            var loaded = machine.Harts[0].Space.FindMemory(segment.Address, segment.Size) is null ? segment.WithoutHeaders() : segment;
            foreach (var hart in machine.Harts) Write(hart, machine, image, loaded);
        }

        machine.Reset(image.EntryPoint);
        if (image.TryGetSymbol("tohost", out var tohost))
        {
            machine.AttachHtif(tohost.Value, image.TryGetSymbol("fromhost", out var fromhost) ? fromhost.Value : null);
        }

        if (image.Fault is not { } fault) return warning;
        return warning is null ? new($"{image.Path}: {fault}") : new($"{warning}; {fault}");
    }

    private static void Write(Hart hart, EmulatedMachine machine, ElfImage image, ElfSegment segment)
    {
        if (hart.Space.FindMemory(segment.Address, segment.Size) is not { } memory)
        {
            var map = string.Join(", ", machine.Platform.Memories.Select(m => $"{m.Name} 0x{m.Base:x8}-0x{(ulong)m.Base + m.Size - 1:x8}"));
            throw new SettingException($"{image.Path}: segment {segment.Range} lies outside memory ({map}); link it to a memory of the map, or give a {RunSettings.Platform} that has memory there");
        }

        if (memory.OwnerHart < 0 && hart.Id != 0) return;
        var bytes = new byte[segment.Size];
        segment.Contents.CopyTo(bytes);
        hart.Space.WriteBlock(segment.Address, bytes, Initiators.Host);
    }

    /// <summary>
    /// A note on the extensions that a program was built for. Test suites are built for more than they use, so
    /// it runs without those that are not implemented, or are off and unused. An extension that is off and used is an error.
    /// </summary>
    private static SettingText? CheckExtensions(EmulatedMachine machine, ElfImage image)
    {
        if (image.Architecture is not { } architecture) return null;
        var missing = new List<string>();
        var enabled = PlatformRules.ParseIsa(machine.Platform.Isa);
        var off = new List<string>();
        foreach (var name in IsaString.Extensions(architecture))
        {
            if (!IsaString.Known.TryGetValue(name, out var extension)) missing.Add(name);
            else if (!enabled.HasFlag(extension)) off.Add(name);
        }

        var warnings = new List<SettingText>();
        if (off.Count != 0)
        {
            var used = UsedExtensions(image);
            var isa = With(machine.Platform.Isa, off);
            if (off.Exists(name => used.HasFlag(IsaString.Known[name])))
            {
                var what = new SettingText($"{image.Path}: needs extension {Named(off)}, which is off ({architecture})");
                throw new SettingException($"{what}; run it with {RunSettings.Isa} {isa} or set \"isa\" in the platform file");
            }

            warnings.Add(new($"built for extension {Named(off)}, which is off and which it does not use ({RunSettings.Isa} {isa} turns it on)"));
        }

        if (missing.Count != 0) warnings.Add(new($"built for extension {Named(missing)}, which is not implemented: its instructions trap as illegal"));
        return warnings.Count == 0 ? null : new($"{image.Path}: {warnings.Aggregate((all, next) => new($"{all}; {next}"))}");
    }

    /// <summary>The extensions of the instructions in a program's code, possibly also of data in it; all extensions if the file does not mark its code.</summary>
    private static Extension UsedExtensions(ElfImage image)
    {
        var all = PlatformRules.ParseIsa(PlatformRules.FullIsa);
        var code = image.Sections.Where(section => section.IsCode).ToList();
        if (code.Count == 0) return all;
        var decoder = new Decoder(all);
        var used = Extension.I;
        foreach (var (_, instruction) in code.SelectMany(section => section.Decode(decoder)))
        {
            if (instruction.Row != Decoder.Illegal) used |= instruction.Row.Extension | (instruction.Length == 2 ? Extension.C : Extension.I);
        }

        return used;
    }

    private static string Named(IEnumerable<string> extensions) => string.Join(", ", extensions.Select(name => $"'{name}'"));

    /// <summary>The ISA string <paramref name="isa"/> with added extensions, in canonical order.</summary>
    private static string With(string isa, IEnumerable<string> names)
    {
        var parts = isa.Split('_');
        var more = names.Select(name => IsaString.Known[name].ToString().ToLowerInvariant()).Distinct().ToList();
        var letters = parts[0][5..] + string.Concat(more.Where(name => name.Length == 1));
        return string.Join('_', ["rv32i" + string.Concat("mafdc".Where(letters.Contains)), .. parts[1..], .. more.Where(name => name.Length > 1)]);
    }
}
