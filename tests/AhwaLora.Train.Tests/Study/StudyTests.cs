using AhwaLora.Train.Study;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Tests.Study;

public class StudyTests : InDirectory
{
    private static readonly StudyPlan _plan = new()
    {
        TrainExamples = 60,
        DevExamples = 8,
        Ranks = [1, 2],
        UsualRank = 2,
        Base = new(2, 4, 1e-3),
        Adapter = new(1, 4, 1e-3),
        AllWeights = new(1, 4, 1e-3),
        Instruct = new(1, 4, 1e-3),
        InstructAdapter = new(1, 4, 1e-3),
        Reward = new(1, 1, 1e-3),
    };

    [Fact]
    public void AStudyIsMadePieceByPieceAndItsTablesHaveEveryPart()
    {
        var directory = new StudyDirectory(PathOf("study"), _plan);
        directory.MakeGiven();
        var basis = File.ReadAllBytes(Path.Combine(directory.Base, "model.safetensors"));
        new SeedStudy(directory, _plan, 1).Run().Write(directory.ResultOf(1));
        directory.MakeGiven(); // nothing is made twice
        Assert.Equal(basis, File.ReadAllBytes(Path.Combine(directory.Base, "model.safetensors")));

        var read = SeedResult.Read(directory.ResultOf(1));
        Assert.Equal(["none", "adapter", "full"], read.Series.Where(s => s.Task == "sst2").Select(s => s.Method));
        Assert.All(read.Series, s => Assert.Equal(Age.All.Count, s.Ages.Compensated.Count));
        var tables = new StudyTables(_plan, [read, read]).Write();
        foreach (var part in new[] { "At t = 0, 8 bits", "squad over the age", "squad over ranks", "cut from 8 to 6 bits", "Causal model" }) Assert.Contains(part, tables, StringComparison.Ordinal);
    }

    [Fact]
    public void StatisticsAreMeanAndSampleDeviation()
    {
        Assert.Equal("2.0 ± 1.0", $"{Statistic.Of([1, 2, 3])}");
        Assert.Equal("5.0", $"{Statistic.Of([5])}");
    }
}
