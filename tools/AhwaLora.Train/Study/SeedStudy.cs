using AhwaLora.Train.Analog;
using AhwaLora.Train.Data;
using AhwaLora.Train.Data.Generated;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>All measurements of one seed. The seed governs the adapters' initial values, the noise of training, the order of examples, and the tiles.</summary>
/// <param name="directory">The directory with what all seeds share.</param>
/// <param name="plan">How large everything is.</param>
/// <param name="seed">The seed.</param>
public sealed class SeedStudy(StudyDirectory directory, StudyPlan plan, int seed)
{
    private readonly TileKind _tile = TileKind.Study.WithBits(plan.Bits), _coarse = TileKind.Study.WithBits(plan.FewerBits);

    /// <summary>Trains and measures everything.</summary>
    public SeedResult Run()
    {
        using var model = BaseModel.Read(directory.Base);
        var series = TrainingTask.All.SelectMany(t => OfTask(model, TaskData.Read(directory.Data, t, model.Tokenizer))).ToArray();
        using var causal = CausalModel.Read(directory.Causal);
        return new SeedResult(seed, model.Parameters, series, [.. OfCausal(causal)]);
    }

    private IEnumerable<Series> OfTask(BaseModel model, TaskData task)
    {
        Console.Error.WriteLine($"seed {seed}: {task.Task.Name}");
        yield return Measure(model, task, "none", null, 0, plan.Bits, 0);
        if (task.Task.Name == plan.MainTask) yield return Measure(model, task, "none", null, 0, plan.FewerBits, 0);
        foreach (var rank in task.Task.Name == plan.MainTask ? plan.Ranks : [plan.UsualRank])
        {
            using var adapter = TrainAdapter(model, task, rank, _tile);
            yield return Measure(model, task, "adapter", adapter, plan.Bits, plan.Bits, adapter.Weights.Parameters);
            if (task.Task.Name == plan.MainTask && rank == plan.UsualRank) yield return Measure(model, task, "adapter", adapter, plan.Bits, plan.FewerBits, adapter.Weights.Parameters);
        }

        if (task.Task.Name == plan.MainTask)
        {
            using var coarse = TrainAdapter(model, task, plan.UsualRank, _coarse);
            yield return Measure(model, task, "adapter", coarse, plan.FewerBits, plan.FewerBits, coarse.Weights.Parameters);
        }

        using var all = BaseModel.Read(directory.Base);
        using (var training = EncoderTraining.OfAllWeights(all, task, _tile.Recipe, plan.AllWeights, seed)) training.Run();
        yield return Measure(all, task, "full", null, plan.Bits, plan.Bits, all.Parameters);
    }

    private Adapter TrainAdapter(BaseModel model, TaskData task, int rank, TileKind tile)
    {
        var adapter = Adapter.Create(new Encoder(task.Task.ConfigOf(model.Config)).Inventory, rank, model.Heads[task.Task.Name], seed);
        using var training = EncoderTraining.OfAdapter(model, task, adapter, tile.Recipe, plan.Adapter, seed);
        training.Run();
        return adapter;
    }

    private Series Measure(BaseModel model, TaskData task, string method, Adapter? adapter, int trainedBits, int bits, long trained)
    {
        ILinears Complete(ILinears linears) => adapter is null ? new DigitalHead(linears, model.Heads[task.Task.Name]) : new AdaptedLinears(linears, adapter);
        var digital = Evaluation.Score(model, task.Task, task.Data.Dev, Complete(new DigitalLinears(model.Encoder)));
        var ages = AgeSeries.Measure(model, task.Task, task.Data.Dev, TileKind.Study.WithBits(bits), (ulong)seed, Complete);
        return new Series(task.Task.Name, method, adapter?.Rank ?? 0, trainedBits, bits, trained, digital, ages);
    }

    private IEnumerable<Exactness> OfCausal(CausalModel model)
    {
        Console.Error.WriteLine($"seed {seed}: causal model");
        var instruct = Dialogue.Read(Path.Combine(directory.Data, DataDirectory.Instructions), model.Tokenizer);
        var reward = Dialogue.Read(Path.Combine(directory.Data, DataDirectory.Rewards), model.Tokenizer);
        using var adapter = NewAdapter(model);
        using var rewarded = NewAdapter(model);
        yield return Measure(model, DataDirectory.Instructions, "none", instruct.Dev, null);
        using (var training = CausalTraining.OfAdapter(model, instruct.Train, adapter, _tile.Recipe, plan.InstructAdapter, seed)) training.Run();
        yield return Measure(model, DataDirectory.Instructions, "adapter", instruct.Dev, adapter);
        yield return Measure(model, DataDirectory.Rewards, "none", reward.Dev, null);
        yield return Measure(model, DataDirectory.Rewards, "adapter", reward.Dev, adapter);
        using (var training = CausalTraining.OfReward(model, reward.Train, rewarded, _tile.Recipe, plan.Reward, seed)) training.Run();
        yield return Measure(model, DataDirectory.Rewards, "reward", reward.Dev, rewarded);
    }

    private Adapter NewAdapter(CausalModel model) => Adapter.Create(model.Decoder.Inventory, plan.UsualRank, model.Weights, seed);

    private Exactness Measure(CausalModel model, string data, string method, IReadOnlyList<Dialogue> dev, Adapter? adapter)
    {
        ILinears Complete(ILinears linears) => adapter is null ? new DigitalHead(linears, model.Weights) : new AdaptedLinears(linears, adapter);
        double Exact(ILinears linears) => 100.0 * dev.Zip(model.Respond(dev, linears, null)).Count(p => p.First.Response.SequenceEqual(p.Second.Response)) / dev.Count;

        var tiles = new TileLinears(model.Decoder.Inventory, model.Weights, _tile.Preset, _tile.Model, (ulong)seed);
        return new Exactness(data, method, Exact(Complete(new DigitalLinears(model.Weights))), Exact(Complete(tiles)));
    }
}
