using System.Reflection;
using Mono.Cecil;

namespace AhwaLora.Emu.Tests.House;

/// <summary>No test class is left out of a pass because nobody thought of it.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TraitTests
{
    private static readonly Assembly Tests = typeof(TraitTests).Assembly;

    [Fact]
    public void Test_classes_that_use_the_engine_under_test_say_which_engines_they_need()
    {
        var uses = ReadUses();
        var helpers = new HashSet<string> { typeof(TestMachine).FullName! };
        while (uses.Any(type => type.Value.Overlaps(helpers) && !IsTestClass(type.Key) && helpers.Add(type.Key)))
        {
            // A helper more, whose users are to be found too.
        }

        var classes = uses.Where(type => type.Value.Overlaps(helpers) && IsTestClass(type.Key)).Select(type => type.Key).ToList();
        Assert.InRange(classes.Count, 30, int.MaxValue);
        Assert.All(classes, name => Assert.True(ValueOf(Tests.GetType(name)!, Traits.Engine) is not null, $"{name} has no trait {Traits.Engine}: {Traits.Any} or {Traits.Own}"));
    }

    [Fact]
    public void Traits_have_the_values_that_the_passes_choose_by()
    {
        foreach (var type in Tests.GetTypes())
        {
            Assert.True(ValueOf(type, Traits.Engine) is null or Traits.Any or Traits.Own, type.FullName);
            Assert.True(ValueOf(type, Traits.Speed) is null or Traits.Slow, type.FullName);
        }
    }

    /// <summary>The value of a class's trait, or null.</summary>
    internal static string? ValueOf(Type type, string trait) =>
        type.GetCustomAttributesData().Where(a => a.AttributeType == typeof(TraitAttribute) && (string?)a.ConstructorArguments[0].Value == trait).Select(a => (string?)a.ConstructorArguments[1].Value).FirstOrDefault();

    private static bool IsTestClass(string name) =>
        Tests.GetType(name)!.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(m => m.IsDefined(typeof(FactAttribute)));

    /// <summary>Each type of the tests with the types whose members its code names, nested ones as their outermost.</summary>
    private static Dictionary<string, HashSet<string>> ReadUses()
    {
        using var module = ModuleDefinition.ReadModule(Tests.Location);
        return module.Types.ToDictionary(type => type.FullName, type => Code(type).Select(Outermost).Where(name => name != type.FullName).ToHashSet());
    }

    private static IEnumerable<TypeReference> Code(TypeDefinition type) => type.NestedTypes.SelectMany(Code).Concat(type.Methods
        .Where(method => method.HasBody)
        .SelectMany(method => method.Body.Instructions)
        .Select(instruction => instruction.Operand as TypeReference ?? (instruction.Operand as MemberReference)?.DeclaringType)
        .OfType<TypeReference>());

    private static string Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type.GetElementType().FullName;
}
