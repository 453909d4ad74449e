using AhwaLora.Emu.Tests.House;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("AhwaLora.Emu.Tests.Harness.SlowFirst", "AhwaLora.Emu.Tests")]

namespace AhwaLora.Emu.Tests.Harness;

/// <summary>Begins with the slow classes, the slowest first, so that at the end no core waits for one of them.</summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    private const string Prefix = "Test collection for ";

    private static readonly string[] Slowest = [nameof(Cli.PublishTests), nameof(Runs.Programs.CommandLineTests), nameof(Machine.Snapshots.SnapshotTests), nameof(Reports.Study.StudyDocumentTests)];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Rank(collection.DisplayName)).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);

    private static int Rank(string collection)
    {
        if (!collection.StartsWith(Prefix, StringComparison.Ordinal) || typeof(SlowFirst).Assembly.GetType(collection[Prefix.Length..]) is not { } type) return int.MaxValue;
        if (TraitTests.ValueOf(type, Traits.Speed) != Traits.Slow) return Slowest.Length + 1;
        return Array.IndexOf(Slowest, type.Name) is >= 0 and var n ? n : Slowest.Length;
    }
}
