using System.Reflection;
using NetArchTest.Rules;

namespace AhwaLora.Emu.Tests;

/// <summary>No test class is left out of a pass because nobody thought of it.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TraitTests
{
    private static readonly Assembly Tests = typeof(TraitTests).Assembly;

    [Fact]
    public void Test_classes_that_use_the_engine_under_test_say_which_engines_they_need()
    {
        var helpers = new HashSet<string> { typeof(TestMachine).FullName! };
        var users = UsersOf(helpers);
        while (users.Any(t => !IsTestClass(t) && helpers.Add(t.FullName!))) users = UsersOf(helpers);
        var classes = users.Where(IsTestClass).ToList();
        Assert.InRange(classes.Count, 30, int.MaxValue);
        Assert.Equal("", string.Join(", ", classes.Where(t => ValueOf(t, Traits.Engine) is null).Select(t => t.FullName)));
    }

    [Fact]
    public void Traits_have_the_values_that_the_passes_choose_by()
    {
        foreach (var type in Tests.GetTypes().Where(IsTestClass))
        {
            Assert.True(ValueOf(type, Traits.Engine) is null or Traits.Any or Traits.Own, type.FullName);
            Assert.True(ValueOf(type, Traits.Speed) is null or Traits.Slow, type.FullName);
        }
    }

    /// <summary>The value of a class's trait, or null.</summary>
    internal static string? ValueOf(Type type, string trait) =>
        type.GetCustomAttributesData().Where(a => a.AttributeType == typeof(TraitAttribute) && (string?)a.ConstructorArguments[0].Value == trait).Select(a => (string?)a.ConstructorArguments[1].Value).FirstOrDefault();

    private static List<Type> UsersOf(HashSet<string> names) =>
        [.. Types.InAssembly(Tests).That().HaveDependencyOnAny([.. names]).GetTypes().Select(Outermost).Where(t => t != typeof(TestMachine)).Distinct()];

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsTestClass(Type type) => type.GetMethods().Any(m => m.GetCustomAttributes<FactAttribute>().Any())
        || type.GetMethods(BindingFlags.Instance | BindingFlags.NonPublic).Any(m => m.GetCustomAttributes<FactAttribute>().Any());
}
