using AhwaLora.Train.Analog;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>The training of causal models: on instructions, digitally or by an adapter under noise, and on checkable tasks by reward.</summary>
public sealed class CausalTraining : IDisposable
{
    private const int GroupSize = 8;
    private const float KlWeight = 0.02f, SmallestSpread = 1e-4f;

    private readonly Func<int, Tensor> _loss;
    private readonly Action _afterStep;

    private CausalTraining(Trainer trainer, Func<int, Tensor> loss, Action? afterStep = null) =>
        (Trainer, _loss, _afterStep) = (trainer, loss, afterStep ?? (() => { }));

    /// <summary>The steps and state of the training.</summary>
    public Trainer Trainer { get; }

    /// <summary>Mean reward of the last step of <see cref="OfReward"/>.</summary>
    public double LastReward { get; private set; }

    /// <summary>Digital training on instructions; the loss is the cross-entropy of the responses.</summary>
    public static CausalTraining OfBase(CausalModel model, IReadOnlyList<Dialogue> dialogues, Recipe recipe, int seed)
    {
        model.Weights.Unfreeze();
        var trainer = new Trainer(model.Weights.Tensors, recipe, seed);
        return new CausalTraining(trainer, CrossEntropy(model, dialogues, recipe, seed, new DigitalLinears(model.Weights)), () => BaseModel.Clip(model.Decoder.Inventory, model.Weights));
    }

    /// <summary>Training on instructions by an adapter beside the frozen, noisy base.</summary>
    public static CausalTraining OfAdapter(CausalModel model, IReadOnlyList<Dialogue> dialogues, Adapter adapter, AnalogRecipe analog, Recipe recipe, int seed)
    {
        var (trainer, linears) = Adapted(model, adapter, analog, recipe, seed);
        return new CausalTraining(trainer, CrossEntropy(model, dialogues, recipe, seed, linears));
    }

    /// <summary>
    /// GRPO (Shao et al., 2024): for each prompt, a group of responses is drawn under noise. A response's advantage is its
    /// reward relative to its group's mean and spread. Each group gives one update, so the ratio of new to old probabilities is 1. What
    /// remains of the objective is the advantage times the log-probability, minus a penalty for leaving the reference, which is the base
    /// without noise or adapter. The reward is 1 for exactly the expected response; otherwise each right token gives a small share.
    /// </summary>
    public static CausalTraining OfReward(CausalModel model, IReadOnlyList<Dialogue> tasks, Adapter adapter, AnalogRecipe analog, Recipe recipe, int seed)
    {
        var (trainer, linears) = Adapted(model, adapter, analog, recipe, seed);
        var batches = new Batches<Dialogue>(tasks, recipe.BatchSize, seed);
        var reference = new DigitalLinears(model.Weights);
        CausalTraining? training = null;
        training = new CausalTraining(trainer, step =>
        {
            var asked = batches.At(step).SelectMany(task => Enumerable.Repeat(task, GroupSize)).ToArray();
            var answers = model.Respond(asked, linears, trainer.Generator);
            var rewards = asked.Zip(answers, Reward).ToArray();
            training!.LastReward = rewards.Average();
            return PolicyLoss(model, answers, Advantages(rewards), linears, reference);
        });
        return training;
    }

    /// <summary>1 for the expected response; otherwise a tenth of the share of tokens in their right places.</summary>
    public static float Reward(Dialogue asked, Dialogue answer)
    {
        if (asked.Response.SequenceEqual(answer.Response)) return 1;
        var right = 0;
        for (var i = 0; i < Math.Min(asked.Response.Length, answer.Response.Length); i++) right += asked.Response[i] == answer.Response[i] ? 1 : 0;
        return 0.1f * right / asked.Response.Length;
    }

    /// <summary>Continues the training to the last step.</summary>
    public void Run(Func<int, double, bool>? afterStep = null) => Trainer.Run(_loss, loss =>
    {
        _afterStep();
        return afterStep?.Invoke(Trainer.Step, loss) ?? true;
    });

    /// <inheritdoc/>
    public void Dispose() => Trainer.Dispose();

    /// <summary>(reward - mean) / deviation within each group.</summary>
    internal static float[] Advantages(float[] rewards) => [.. rewards.Chunk(GroupSize).SelectMany(group =>
    {
        var mean = group.Average();
        var spread = MathF.Sqrt(group.Average(r => (r - mean) * (r - mean)));
        return group.Select(r => (r - mean) / (spread + SmallestSpread));
    })];

    private static (Trainer Trainer, ILinears Linears) Adapted(CausalModel model, Adapter adapter, AnalogRecipe analog, Recipe recipe, int seed)
    {
        model.Weights.Unfreeze(_ => false);
        adapter.Weights.Unfreeze();
        var trainer = new Trainer(adapter.Weights.Tensors, recipe, seed);
        return (trainer, new AdaptedLinears(new AnalogLinears(model.Weights, analog.Preset, analog.WeightNoise, trainer.Generator), adapter));
    }

    private static Func<int, Tensor> CrossEntropy(CausalModel model, IReadOnlyList<Dialogue> dialogues, Recipe recipe, int seed, ILinears linears)
    {
        var batches = new Batches<Dialogue>(dialogues, recipe.BatchSize, seed);
        return step =>
        {
            var (chosen, mask) = model.ResponseLogProbabilities(batches.At(step), linears);
            return -(chosen * mask).sum() / mask.sum();
        };
    }

    private static Tensor PolicyLoss(CausalModel model, IReadOnlyList<Dialogue> answers, float[] advantages, ILinears linears, ILinears reference)
    {
        var (chosen, mask) = model.ResponseLogProbabilities(answers, linears);
        Tensor towards;
        using (no_grad()) towards = model.ResponseLogProbabilities(answers, reference).LogProbabilities - chosen;
        // k3 of Schulman: exp(d) - d - 1 with d = log reference - log policy; its gradient is written by hand, because d is a constant here.
        using var weight = tensor(KlWeight);
        var pull = weight * (1 - towards.exp());
        var gain = tensor(advantages).unsqueeze(1) - pull;
        return -(gain * chosen * mask).sum() / mask.sum();
    }
}
