using AhwaLora.Emu.Lab.Running;
using NetArchTest.Rules;

namespace AhwaLora.Emu.Tests;

/// <summary>Who may use whom. Every part is listed with all that it may use; what it uses beside that fails.</summary>
public sealed class ArchitectureTests
{
    private const string Library = "AhwaLora.Emu";

    private static readonly (string Part, string[] MayUse)[] Rules =
    [
        ("Isa",           []),
        ("Memory",        []),
        ("Aimc.Crossbar", []),
        ("Cpu",           ["Isa", "Memory"]),
        ("Timing",        ["Isa", "Memory"]),
        ("Host",          ["Isa", "Cpu", "Memory"]),
        ("Devices",       ["Memory"]),
        ("Aimc",          ["Memory", "Devices.Registers"]),
        ("Engines",       ["Isa", "Cpu", "Memory", "Timing"]),
        ("Platform",      ["Isa", "Timing", "Aimc.Crossbar", "Devices.Registers"]),
    ];

    [Fact]
    public void Parts_of_the_library_use_only_what_lies_below_them()
    {
        var types = typeof(Machine).Assembly.GetTypes().Where(t => t is { IsNested: false, Namespace: not null } && t.Namespace.StartsWith(Library, StringComparison.Ordinal)).ToList();
        foreach (var (part, mayUse) in Rules)
        {
            var forbidden = types.Where(t => !mayUse.Append(part).Any(p => LiesIn(t.Namespace!, p))).Select(t => t.FullName).ToArray();
            var result = Types.InAssembly(typeof(Machine).Assembly).That().ResideInNamespaceStartingWith($"{Library}.{part}").ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
            Assert.True(result.IsSuccessful, $"{part} may use only: {string.Join(", ", mayUse)}. See {string.Join(", ", result.FailingTypeNames ?? [])}");
        }
    }

    private static bool LiesIn(string name, string part) => name == $"{Library}.{part}" || name.StartsWith($"{Library}.{part}.", StringComparison.Ordinal);

    [Fact]
    public void Nothing_points_back_from_the_machine_to_those_who_use_it()
    {
        foreach (var assembly in typeof(Machine).Assembly.GetReferencedAssemblies()) Assert.False(assembly.Name!.StartsWith(Library, StringComparison.Ordinal), assembly.Name);
        var lab = typeof(ProgramRun).Assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith(Library, StringComparison.Ordinal));
        Assert.All(lab, name => Assert.Contains(name, new[] { Library, Library + ".Debug" }));
    }

    [Fact]
    public void Only_the_machine_names_an_engine()
    {
        var result = Types.InAssembly(typeof(ProgramRun).Assembly).ShouldNot().HaveDependencyOnAny($"{Library}.Engines.Interpreter", $"{Library}.Engines.Translator").GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
