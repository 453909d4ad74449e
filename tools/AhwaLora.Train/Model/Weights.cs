using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>The tensors of a model, by their names in the checkpoint. They are frozen at first. This object owns them.</summary>
public sealed class Weights : IDisposable
{
    private readonly SortedDictionary<string, Parameter> _tensors = new(StringComparer.Ordinal);

    /// <summary>The names, sorted.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The tensors in the order of their names.</summary>
    public IReadOnlyCollection<Parameter> Tensors => _tensors.Values;

    /// <summary>The number of parameters in all tensors.</summary>
    public long Parameters => _tensors.Values.Sum(t => t.numel());

    /// <summary>A tensor by name.</summary>
    public Parameter this[string name] => _tensors[name];

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>Creates tensors from their values.</summary>
    public static Weights Of(IEnumerable<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var weights = new Weights();
        try
        {
            foreach (var (name, shape, values) in tensors) weights.Add(name, shape, values);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The names, shapes and values, in the order of the names.</summary>
    public IReadOnlyList<(string Name, int[] Shape, float[] Values)> Values() =>
        [.. _tensors.Select(t => (t.Key, t.Value.shape.Select(n => (int)n).ToArray(), t.Value.data<float>().ToArray()))];

    /// <summary>Rounds every value to half precision, as a checkpoint in F16 holds it.</summary>
    public void RoundToHalf()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var weight in _tensors.Values) weight.copy_(weight.to_type(ScalarType.Float16).to_type(ScalarType.Float32));
    }

    /// <summary>Makes these tensors trainable, or all if <paramref name="which"/> is null.</summary>
    public void Unfreeze(Func<string, bool>? which = null)
    {
        foreach (var (name, tensor) in _tensors) tensor.requires_grad = which?.Invoke(name) ?? true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }

    private void Add(string name, int[] shape, float[] values)
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(values, [.. shape.Select(n => (long)n)]), requires_grad: false);
        _tensors.Add(name, parameter.DetachFromDisposeScope() as Parameter ?? throw new InvalidOperationException(name));
    }
}
