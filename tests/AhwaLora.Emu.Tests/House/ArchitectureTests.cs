using AhwaLora.Machine;
using Mono.Cecil;

namespace AhwaLora.Emu.Tests.House;

/// <summary>
/// Who may use whom (docs/decisions/0001-layers.md). Projects are held to a list; folders, which are namespaces, to having no
/// circles anywhere.
/// </summary>
public sealed class ArchitectureTests
{
    private const string Prefix = "AhwaLora.";

    // Every project with all that it may use.
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Common"] = [],
        ["Analog"] = [],
        ["Models"] = ["Common", "Analog"],
        ["Machine"] = ["Common", "Analog"],
        ["Runs"] = ["Common", "Analog", "Models", "Machine"],
        ["Debug"] = ["Common", "Analog", "Machine"],
        ["Experiments"] = ["Common", "Analog", "Models", "Machine", "Runs"],
        ["Reports"] = ["Common", "Analog", "Models", "Machine", "Runs", "Experiments"],
        ["Cli"] = ["Common", "Analog", "Models", "Machine", "Runs", "Debug", "Experiments", "Reports"],
    };

    private static readonly TypeUse[] Uses = [.. ReadUses()];

    [Fact]
    public void A_project_uses_only_what_lies_below_it() => AssertNone(Uses.Where(use => use.FromProject != use.ToProject && !MayUse[use.FromProject].Contains(use.ToProject)));

    [Fact]
    public void Folders_use_each_other_in_one_direction()
    {
        var graph = Uses.Where(use => use.FromFolder != use.ToFolder).GroupBy(use => use.FromFolder).ToDictionary(group => group.Key, group => group.Select(use => use.ToFolder).ToHashSet());
        var circles = graph.Keys.Where(folder => Reachable(graph, folder).Contains(folder)).ToHashSet();
        AssertNone(Uses.Where(use => use.FromFolder != use.ToFolder && circles.Contains(use.FromFolder) && Reachable(graph, use.ToFolder).Contains(use.FromFolder)));
    }

    [Fact]
    public void Only_the_assembled_machine_names_an_engine()
    {
        string[] engines = ["Machine.Core.Interpreter", "Machine.Core.Translator"];
        AssertNone(Uses.Where(use => engines.Contains(use.ToFolder) && !engines.Contains(use.FromFolder) && use.FromFolder != "Machine"));
    }

    [Theory]
    [InlineData("ScottPlot", "Reports")]
    [InlineData("SkiaSharp", "Reports")]
    [InlineData("Parquet", "Experiments")]
    [InlineData("System.CommandLine", "Cli")]
    public void A_library_is_used_by_one_project(string library, string project)
    {
        var users = Assemblies().Where(a => a.MainModule.AssemblyReferences.Any(r => r.Name == library)).Select(ProjectOf);
        Assert.Equal([project], users);
    }

    private static void AssertNone(IEnumerable<TypeUse> uses) => Assert.Equal("", string.Join('\n', uses.Distinct()));

    private static HashSet<string> Reachable(Dictionary<string, HashSet<string>> graph, string from)
    {
        var (seen, left) = (new HashSet<string>(), new Stack<string>([from]));
        while (left.TryPop(out var folder))
        {
            foreach (var next in graph.GetValueOrDefault(folder) ?? []) if (seen.Add(next)) left.Push(next);
        }

        return seen;
    }

    private static string ProjectOf(AssemblyDefinition assembly) => assembly.MainModule.Types.First(t => t.Namespace.StartsWith(Prefix, StringComparison.Ordinal)).Namespace.Split('.')[1];

    private static IEnumerable<AssemblyDefinition> Assemblies()
    {
        var directory = Path.GetDirectoryName(typeof(EmulatedMachine).Assembly.Location)!;
        var names = MayUse.Keys.Select(project => project == "Cli" ? "ahwalora" : Prefix + project);
        return names.Select(name => AssemblyDefinition.ReadAssembly(Path.Combine(directory, name + ".dll")));
    }

    private static IEnumerable<TypeUse> ReadUses() =>
        from assembly in Assemblies()
        from type in assembly.MainModule.GetTypes()
        where Outer(type).Namespace.StartsWith(Prefix, StringComparison.Ordinal)
        from used in UsedBy(type).Distinct()
        where used.Namespace.StartsWith(Prefix, StringComparison.Ordinal)
        select new TypeUse(Outer(type).Namespace[Prefix.Length..], Outer(type).Name, used.Namespace[Prefix.Length..], used.Name);

    private static TypeReference Outer(TypeReference type) => type.DeclaringType is { } outer ? Outer(outer) : type;

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        var direct = new List<TypeReference?> { type.BaseType };
        direct.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        direct.AddRange(type.Fields.Select(f => f.FieldType));
        direct.AddRange(type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
        foreach (var method in type.Methods)
        {
            direct.Add(method.ReturnType);
            direct.AddRange(method.Parameters.Select(p => p.ParameterType));
            direct.AddRange(method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
            if (!method.HasBody) continue;
            direct.AddRange(method.Body.Variables.Select(v => v.VariableType));
            foreach (var operand in method.Body.Instructions.Select(i => i.Operand)) direct.AddRange(TypesOf(operand));
        }

        return direct.OfType<TypeReference>().SelectMany(Elements).Select(Outer);
    }

    private static IEnumerable<TypeReference?> TypesOf(object? operand) => operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments, .. method.Parameters.Select(p => p.ParameterType)],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    // A type with those that it is built of: arrays, references, generic arguments, signatures.
    private static IEnumerable<TypeReference> Elements(TypeReference type) => type switch
    {
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Elements)],
        FunctionPointerType pointer => [.. Elements(pointer.ReturnType), .. pointer.Parameters.SelectMany(p => Elements(p.ParameterType))],
        TypeSpecification other => Elements(other.ElementType),
        GenericParameter => [],
        _ => [type],
    };

    private readonly record struct TypeUse(string FromFolder, string From, string ToFolder, string To)
    {
        public string FromProject => FromFolder.Split('.')[0];

        public string ToProject => ToFolder.Split('.')[0];

        public override string ToString() => $"{FromFolder}: {From} uses {ToFolder}: {To}";
    }
}
