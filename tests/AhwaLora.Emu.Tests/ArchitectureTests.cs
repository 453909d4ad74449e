using AhwaLora.Emu.Lab.Running;
using NetArchTest.Rules;

namespace AhwaLora.Emu.Tests;

/// <summary>Who may use whom. Every part is listed with all that it may use; what it uses beside that fails.</summary>
public sealed class ArchitectureTests
{
    private const string Library = "AhwaLora.Emu";

    private static readonly (string Part, string[] MayUse)[] Rules =
    [
        ("Isa", []),
        ("Memory", []),
        ("Platform", ["Isa", "Cpu"]),
        ("Cpu", ["Isa", "Memory"]),
        ("Timing", ["Isa"]),
        ("Host", ["Cpu", "Memory"]),
        ("Devices", ["Memory"]),
        ("Engines", ["Cpu", "Isa", "Memory", "Timing"]),
    ];

    [Fact]
    public void Parts_of_the_library_use_only_what_lies_below_them()
    {
        var parts = typeof(Machine).Assembly.GetTypes().Select(t => t.Namespace).OfType<string>()
            .Where(n => n.StartsWith(Library + ".", StringComparison.Ordinal)).Select(n => n.Split('.')[2]).Distinct().ToList();
        foreach (var (part, mayUse) in Rules)
        {
            var forbidden = parts.Except(mayUse).Where(p => p != part).Select(p => $"{Library}.{p}").Append($"{Library}.Machine").ToArray();
            var result = Types.InAssembly(typeof(Machine).Assembly).That().ResideInNamespaceStartingWith($"{Library}.{part}").ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
            Assert.True(result.IsSuccessful, $"{part} may use {string.Join(", ", mayUse)} only; look at {string.Join(", ", result.FailingTypeNames ?? [])}");
        }
    }

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
