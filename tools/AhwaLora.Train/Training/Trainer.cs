using TorchSharp;
using TorchSharp.Modules;
using static System.FormattableString;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>The hyperparameters of a training.</summary>
/// <param name="Steps">Number of updates.</param>
/// <param name="BatchSize">Examples per update.</param>
/// <param name="LearningRate">The peak learning rate: it rises over the first tenth of the steps and falls to zero at the last.</param>
/// <param name="WeightDecay">The weight decay of AdamW.</param>
public sealed record Recipe(int Steps, int BatchSize, double LearningRate, double WeightDecay = 1e-4);

/// <summary>
/// AdamW over some parameters. Everything random in a step comes from a generator that is seeded with the step's number, so
/// a run that was interrupted and resumed gives the same bits (on the same host).
/// </summary>
public sealed class Trainer : IDisposable
{
    private const double MaxGradientNorm = 1;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly Recipe _recipe;
    private readonly int _seed;
    private readonly AdamW _optimizer;
    private readonly Generator _generator;

    /// <summary>Creates a training at step 0.</summary>
    /// <param name="parameters">The parameters to train; others do not change.</param>
    /// <param name="recipe">The hyperparameters.</param>
    /// <param name="seed">The seed of everything random.</param>
    public Trainer(IEnumerable<Parameter> parameters, Recipe recipe, int seed)
    {
        (_parameters, _recipe, _seed) = ([.. parameters.Where(p => p.requires_grad)], recipe, seed);
        _optimizer = (AdamW)optim.AdamW(_parameters, lr: recipe.LearningRate, weight_decay: recipe.WeightDecay);
        _generator = new Generator((ulong)seed);
    }

    /// <summary>Draws all noise of the loss.</summary>
    public Generator Generator => _generator;

    /// <summary>What a result depends on here: seed and recipe.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
    [
        ("seed", Invariant($"{_seed}")), ("steps", Invariant($"{_recipe.Steps}")), ("batch", Invariant($"{_recipe.BatchSize}")), ("rate", Invariant($"{_recipe.LearningRate}")),
        ("weight decay", Invariant($"{_recipe.WeightDecay}")), ("trained parameters", Invariant($"{_parameters.Sum(p => p.numel())}")),
    ];

    /// <summary>The number of updates made.</summary>
    public int Step { get; private set; }

    /// <summary>Continues the training to the last step, or until <paramref name="afterStep"/> stops it.</summary>
    /// <param name="loss">The loss of a step, by the step's number.</param>
    /// <param name="afterStep">Called with the step's loss after each update; false stops.</param>
    public void Run(Func<int, Tensor> loss, Func<double, bool>? afterStep = null)
    {
        set_num_threads(1); // sums over several threads would not repeat to the bit
        while (Step < _recipe.Steps)
        {
            double value;
            using (NewDisposeScope())
            {
                _generator.manual_seed(HashSeed.Of(_seed, Step));
                var rate = RateAt(Step);
                foreach (var group in _optimizer.ParamGroups) group.LearningRate = rate;
                _optimizer.zero_grad();
                var current = loss(Step);
                current.backward();
                nn.utils.clip_grad_norm_(_parameters, MaxGradientNorm);
                _optimizer.step();
                value = current.item<float>();
            }

            Step++;
            if (afterStep?.Invoke(value) == false) return;
        }
    }

    /// <summary>Writes the step, the parameters and the optimizer's moments.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Step);
        foreach (var parameter in _parameters) writer.Write(parameter.bytes);
        _optimizer.save_state_dict(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote into a trainer that was created with the same arguments.</summary>
    public void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        Step = reader.ReadInt32();
        foreach (var parameter in _parameters) reader.BaseStream.ReadExactly(parameter.bytes);
        _optimizer.load_state_dict(reader);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _generator.Dispose();
    }

    private double RateAt(int step)
    {
        var warmup = Math.Max(1, _recipe.Steps / 10);
        return _recipe.LearningRate * (step < warmup ? (step + 1.0) / warmup : (_recipe.Steps - step) / (double)(_recipe.Steps - warmup));
    }
}
