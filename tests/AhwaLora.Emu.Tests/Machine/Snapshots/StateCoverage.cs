using System.Runtime.CompilerServices;
using AhwaLora.Machine.State;
using Mono.Cecil;

namespace AhwaLora.Emu.Tests.Machine.Snapshots;

/// <summary>
/// Which fields the state methods of a type mention, as its compiled code says: those of the type itself, and of the plain
/// data that it keeps in them. A state method is one that takes a <see cref="StateStream"/>.
/// </summary>
internal sealed class StateCoverage
{
    private readonly TypeDefinition _type;
    private readonly HashSet<MethodDefinition> _methods = [];
    private readonly HashSet<FieldDefinition> _mentioned = [];
    private readonly HashSet<TypeDefinition> _visited = [];
    private readonly List<FieldDefinition> _forgotten = [], _markedInVain = [];

    public StateCoverage(TypeDefinition type)
    {
        _type = type;
        foreach (var method in type.Methods.Where(TakesStream)) Follow(method);
        Visit(type, isReplaced: type.IsValueType);
    }

    /// <summary>Fields that can change and are neither passed nor marked.</summary>
    public IEnumerable<string> Forgotten => _forgotten.Select(f => f.FullName);

    /// <summary>Fields that are marked and passed all the same.</summary>
    public IEnumerable<string> MarkedInVain => _markedInVain.Select(f => f.FullName);

    /// <summary>Reads an assembly of the product, and those that it names from beside it.</summary>
    public static ModuleDefinition Read(Type inAssembly)
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        return ModuleDefinition.ReadModule(inAssembly.Assembly.Location, new ReaderParameters { AssemblyResolver = resolver });
    }

    /// <summary>The types of a module that pass themselves.</summary>
    public static IEnumerable<TypeDefinition> StatefulTypes(ModuleDefinition module) => module.GetTypes().Where(type => !type.IsInterface && PassesItself(type));

    /// <summary>What is not called with a stream is followed only as far as it stands for a field.</summary>
    private void Follow(MethodDefinition method)
    {
        if (!method.HasBody || !_methods.Add(method)) return;
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Operand is FieldReference field && field.Resolve() is { } mentioned) _mentioned.Add(mentioned);
            if (instruction.Operand is MethodReference called && called.Resolve() is { } callee && IsOurs(callee.DeclaringType)
                && (TakesStream(callee) || callee.IsGetter || callee.IsSetter || callee.Name == "Deconstruct")) Follow(callee);
        }
    }

    /// <summary>Looks at a type's fields.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isReplaced">True for a value in a place that can change: its fields do even if they are read-only.</param>
    private void Visit(TypeDefinition type, bool isReplaced)
    {
        if (!_visited.Add(type)) return;
        foreach (var field in FieldsOf(type))
        {
            var isMarked = field.CustomAttributes.Any(a => a.AttributeType.Name == nameof(UnsavedAttribute));
            if (isMarked && _mentioned.Contains(field) && type == _type) _markedInVain.Add(field);
            if (isMarked || (!isReplaced && IsFixed(field) && IsImmutable(field.FieldType))) continue;
            if (!_mentioned.Contains(field)) _forgotten.Add(field);
            else foreach (var part in PartsOf(field.FieldType)) Visit(part, isReplaced: part.IsValueType);
        }
    }

    /// <summary>The fields of a type; of a class that keeps all it remembers in a State of its own, as the crossbar does, that alone.</summary>
    private List<FieldDefinition> FieldsOf(TypeDefinition type)
    {
        var fields = type.Fields.Where(f => !f.IsStatic).ToList();
        var state = type == _type ? null : fields.Find(f => f.Name == "<State>k__BackingField" && _mentioned.Contains(f));
        return state is null ? fields : [state];
    }

    /// <summary>The plain data of the product that a field of this type holds, if it does not pass itself.</summary>
    private IEnumerable<TypeDefinition> PartsOf(TypeReference type)
    {
        if (type is ArrayType array) return PartsOf(array.ElementType);
        var parts = type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(PartsOf) : [];
        return type.Resolve() is { IsEnum: false, IsInterface: false } own && IsOurs(own) && !PassesItself(own) ? parts.Append(own) : parts;
    }

    private static bool IsOurs(TypeDefinition type) => type.Module.Assembly.Name.Name.StartsWith("AhwaLora.", StringComparison.Ordinal);

    private static bool PassesItself(TypeDefinition type) => IsStateful(type) || type.Methods.Any(m => m.Name == nameof(IStateful.SaveOrRestore) && TakesStream(m));

    private static bool TakesStream(MethodDefinition method) => method.Parameters.Any(p => p.ParameterType.FullName == typeof(StateStream).FullName);

    private static bool IsStateful(TypeDefinition type)
    {
        for (var at = type; at is not null; at = at.BaseType?.Resolve())
        {
            if (at.Interfaces.Any(i => i.InterfaceType.FullName == typeof(IStateful).FullName || i.InterfaceType.Resolve() is { } inherited && IsStateful(inherited))) return true;
        }

        return false;
    }

    // A parameter of a primary constructor is kept in a field with such a name, which nothing here assigns.
    private static bool IsFixed(FieldDefinition field) => field.IsInitOnly || field.Name is ['<', .., '>', 'P'];

    private static bool IsImmutable(TypeReference type)
    {
        if (type.IsPrimitive || type.FullName == typeof(string).FullName) return true;
        if (type is GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable) return IsImmutable(nullable.GenericArguments[0]);
        return type is not (ArrayType or GenericParameter) && type.Resolve() is { } own
            && (own.IsEnum || ((own.IsValueType || own.IsSealed) && own.Fields.All(f => f.IsStatic || (f.IsInitOnly && IsImmutable(f.FieldType))) && own.Fields.Count != 0));
    }
}
