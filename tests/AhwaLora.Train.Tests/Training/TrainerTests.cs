using AhwaLora.Common.Files;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Model;
using AhwaLora.Train.Study;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Tests.Training;

public class TrainerTests : InDirectory
{
    private static readonly AnalogRecipe _analog = TileKind.Study.Recipe;

    [Fact]
    public void ResumedFromACheckpointItEndsWithTheSameBits()
    {
        var tokenizer = Tiny.Tokenizer();
        var task = Tiny.Reading(tokenizer);
        var recipe = new Recipe(12, 4, 1e-3);
        using var model = Tiny.Base(tokenizer);
        (Adapter Adapter, EncoderTraining Training) Start()
        {
            var adapter = Adapter.Create(new Train.Model.Encoder(task.Task.ConfigOf(model.Config)).Inventory, 2, model.Heads["squad"], 1);
            return (adapter, EncoderTraining.OfAdapter(model, task, adapter, _analog, recipe, 1));
        }

        var (straight, whole) = Start();
        whole.Run();

        var (interrupted, first) = Start();
        first.Run((step, _) => step < 5);
        using (var file = File.Create(PathOf("checkpoint"))) first.Trainer.Save(file);
        var (resumed, second) = Start();
        using (var file = File.OpenRead(PathOf("checkpoint"))) second.Trainer.Load(file);
        Assert.Equal(5, second.Trainer.Step);
        second.Run();

        Assert.Equal(12, second.Trainer.Step);
        Assert.NotEqual(interrupted.Weights.AllValues(), resumed.Weights.AllValues());
        Assert.Equal(straight.Weights.AllValues(), resumed.Weights.AllValues());
        foreach (var owned in new IDisposable[] { straight, interrupted, resumed, whole, first, second }) owned.Dispose();
    }

    [Fact]
    public void ACheckpointBelongsToOneTraining()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        EncoderTraining Start(Recipe recipe, int seed) => EncoderTraining.OfBase(model, [Tiny.Reading(tokenizer)], recipe, seed);
        TrainingCheckpoint CheckpointOf(Trainer trainer, string task = "squad", string rank = "4") => new(PathOf("checkpoint"), TrainingSettings.Of(task, trainer, ("rank", rank)));
        string Refused(TrainingCheckpoint checkpoint, Trainer trainer) => Assert.Throws<UserErrorException>(() => checkpoint.TryLoad(trainer)).Message;

        var recipe = new Recipe(12, 4, 1e-3);
        using var first = Start(recipe, 1);
        Assert.False(CheckpointOf(first.Trainer).TryLoad(first.Trainer));
        first.Run((step, _) => step < 5);
        CheckpointOf(first.Trainer).Save(first.Trainer);

        using var same = Start(recipe, 1);
        Assert.True(CheckpointOf(same.Trainer).TryLoad(same.Trainer));
        Assert.Equal(5, same.Trainer.Step);

        using var other = Start(recipe with { Steps = 13, LearningRate = 2e-3 }, 2);
        Assert.Contains(
            "belongs to a training with seed 1, not 2; steps 12, not 13; rate 0.001, not 0.002; train with the same settings, or delete the file to start from the first step",
            Refused(CheckpointOf(other.Trainer), other.Trainer),
            StringComparison.Ordinal);
        Assert.Contains("task squad, not sst2; rank 4, not 8; train", Refused(CheckpointOf(same.Trainer, "sst2", "8"), same.Trainer), StringComparison.Ordinal);
        var code = new TrainingCheckpoint(PathOf("checkpoint"), new([.. TrainingSettings.Of("squad", same.Trainer, ("rank", "4")).All.SkipLast(1), ("code", "another")]));
        Assert.Contains($"code {TrainingSettings.Build}, not another", Refused(code, same.Trainer), StringComparison.Ordinal);

        var bytes = File.ReadAllBytes(PathOf("checkpoint"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(PathOf("checkpoint"), bytes);
        Assert.Contains("is damaged", Refused(CheckpointOf(same.Trainer), same.Trainer), StringComparison.Ordinal);
        File.WriteAllBytes(PathOf("checkpoint"), bytes[..9]);
        Assert.Contains("is not a checkpoint", Refused(CheckpointOf(same.Trainer), same.Trainer), StringComparison.Ordinal);
    }

    [Fact]
    public void AResumedTrainingSaysWhereAndEndsWithTheSameBits()
    {
        var tokenizer = Tiny.Tokenizer();
        float[] Train(int stopAt)
        {
            using var model = Tiny.Base(tokenizer);
            using var training = EncoderTraining.OfBase(model, [Tiny.Reading(tokenizer)], new Recipe(6, 4, 1e-3), 1);
            var checkpoint = new TrainingCheckpoint(PathOf("checkpoint"), TrainingSettings.Of("squad", training.Trainer));
            TrainingSession.Run("squad", 6, training.Trainer, after => training.Run((step, loss) => after(step, loss) && step != stopAt), stopAt == 0 ? null : checkpoint, every: 2);
            return model.Encoder.AllValues();
        }

        var whole = Train(0);
        var errors = new StringWriter();
        var before = Console.Error;
        Console.SetError(errors);
        try
        {
            using (var model = Tiny.Base(tokenizer))
            using (var training = EncoderTraining.OfBase(model, [Tiny.Reading(tokenizer)], new Recipe(6, 4, 1e-3), 1))
            {
                training.Run((step, _) => step < 4);
                new TrainingCheckpoint(PathOf("checkpoint"), TrainingSettings.Of("squad", training.Trainer)).Save(training.Trainer);
            }

            Assert.Equal(whole, Train(int.MaxValue));
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Contains("squad: resuming at step 4 of 6", errors.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("checkpoint")), "a training that ended needs no checkpoint");
    }

    [Fact]
    public void ATrainingThatDivergesEnds()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        using var training = EncoderTraining.OfBase(model, [Tiny.Reading(tokenizer)], new Recipe(2, 4, 1e-3), 1);
        var error = Assert.Throws<UserErrorException>(() => TrainingSession.Run("base", 2, training.Trainer, afterStep => afterStep(1, double.NaN)));
        Assert.Equal("base: the loss is NaN at step 1: the training has diverged; lower --rate", error.Message);
    }

    [Fact]
    public void AnAdapterLearnsWhileItsBaseStaysToTheBit()
    {
        var tokenizer = Tiny.Tokenizer();
        var task = Tiny.Reading(tokenizer);
        using var model = Tiny.Base(tokenizer);
        var before = model.Encoder.AllValues();
        using var adapter = Adapter.Create(new Train.Model.Encoder(task.Task.ConfigOf(model.Config)).Inventory, 4, model.Heads["squad"], 1);
        var losses = new List<double>();
        using (var training = EncoderTraining.OfAdapter(model, task, adapter, _analog, new Recipe(80, 16, 5e-3), 1))
        {
            training.Run((_, loss) =>
            {
                losses.Add(loss);
                return true;
            });
        }

        Assert.True(losses[^10..].Average() < 0.85 * losses[..10].Average(), $"loss went from {losses[..10].Average():F2} to {losses[^10..].Average():F2}");
        Assert.Equal(before, model.Encoder.AllValues());
    }

    [Fact]
    public void ABaseLearnsItsTasksAndItsWeightsStayWithinThreeDeviations()
    {
        var tokenizer = Tiny.Tokenizer();
        var task = Tiny.Reading(tokenizer, train: 1000, dev: 60);
        using var model = Tiny.Base(tokenizer);
        double Score() => Evaluation.Score(model, task.Task, task.Data.Dev, new DigitalHead(new DigitalLinears(model.Encoder), model.Heads["squad"]));
        var before = Score();
        using (var training = EncoderTraining.OfBase(model, [task], new Recipe(200, 16, 3e-3), 1)) training.Run();

        Assert.True(Score() > before + 20, $"F1 went from {before:F1} to {Score():F1}");
        foreach (var layer in new Train.Model.Encoder(model.Config).Inventory.Linears.Where(l => l.Role != LinearRole.Head))
        {
            var values = model.Encoder.Values().First(t => t.Name == layer.Weight).Values;
            var deviation = Math.Sqrt(values.Average(v => v * v));
            Assert.InRange(values.Max(Math.Abs), 0, 3.3 * deviation);
        }
    }

    [Fact]
    public void BatchesDependOnSeedAndStepAlone()
    {
        int[] examples = [.. Enumerable.Range(0, 10)];
        var batches = new Batches<int>(examples, 4, 1);
        int[][] inOrder = [.. Enumerable.Range(0, 8).Select(s => batches.At(s).ToArray())];
        Assert.Equal(inOrder[6], new Batches<int>(examples, 4, 1).At(6));
        Assert.Equal(inOrder[0], batches.At(0)); // also backwards
        Assert.Equal(examples, inOrder.SelectMany(b => b).Take(10).Order()); // a pass has each example once
        Assert.NotEqual(inOrder[0], new Batches<int>(examples, 4, 2).At(0));
    }

    [Fact]
    public void AllWeightsLearnThroughTheNoise()
    {
        var tokenizer = Tiny.Tokenizer();
        var task = Tiny.Reading(tokenizer);
        using var model = Tiny.Base(tokenizer);
        var before = model.Encoder.AllValues();
        using (var training = EncoderTraining.OfAllWeights(model, task, _analog, new Recipe(3, 4, 1e-3), 1)) training.Run();
        Assert.NotEqual(before, model.Encoder.AllValues());
        Assert.DoesNotContain(model.Encoder.AllValues(), v => !float.IsFinite(v));
    }
}
