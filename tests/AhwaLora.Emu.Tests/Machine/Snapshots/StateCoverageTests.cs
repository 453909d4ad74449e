using System.Reflection;
using AhwaLora.Machine;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Snapshots;

/// <summary>Nothing that a machine goes on from is missing in its snapshot.</summary>
public sealed class StateCoverageTests
{
    [Fact]
    public void Every_field_of_a_stateful_type_is_passed_or_marked_unsaved()
    {
        using var module = StateCoverage.Read(typeof(EmulatedMachine));
        var types = StateCoverage.StatefulTypes(module).ToList();
        Assert.True(types.Count >= 25, $"only {types.Count} stateful types found");
        Assert.Empty(types.SelectMany(type => new StateCoverage(type).Forgotten).Distinct());
        Assert.Empty(types.SelectMany(type => new StateCoverage(type).MarkedInVain).Distinct());
    }

    [Fact]
    public void A_mark_gives_its_reason()
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var fields = typeof(EmulatedMachine).Assembly.GetTypes().SelectMany(type => type.GetFields(Declared));
        var marks = fields.SelectMany(field => field.GetCustomAttributes(typeof(UnsavedAttribute), inherit: false)).Cast<UnsavedAttribute>().ToList();
        Assert.NotEmpty(marks);
        Assert.All(marks, mark => Assert.True(mark.Reason.Split(' ').Length > 2, mark.Reason));
    }

    [Fact]
    public void A_forgotten_field_is_found_and_so_is_one_of_data_that_is_passed_in_part()
    {
        using var module = StateCoverage.Read(typeof(StateCoverageTests));
        var coverage = new StateCoverage(module.GetTypes().Single(type => type.Name == nameof(Forgetful)));
        Assert.Equal(["Forgotten", "B"], coverage.Forgotten.Select(name => name[(name.LastIndexOf(':') + 1)..]));
        Assert.EndsWith(nameof(Forgetful.MarkedInVain), Assert.Single(coverage.MarkedInVain), StringComparison.Ordinal);
    }

#pragma warning disable CS0649 // Fields that only the coverage looks at.
    private struct Pair
    {
        public uint A, B;
    }

    private sealed class Forgetful(int size) : IStateful
    {
        public uint Passed, Forgotten;
        [Unsaved("it is passed all the same")]
        public uint MarkedInVain;
        [Unsaved("what it holds follows from the rest")]
        public uint Marked;
        public readonly int Fixed = size;
        public Pair Pair;

        public void SaveOrRestore(StateStream state)
        {
            state.Field(ref Passed);
            state.Field(ref MarkedInVain);
            state.Field(ref Pair.A);
        }
    }
#pragma warning restore CS0649
}
