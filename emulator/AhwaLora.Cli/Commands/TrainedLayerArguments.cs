using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Experiments.Layers;
using AhwaLora.Models.Checkpoints;

namespace AhwaLora.Cli.Commands;

/// <summary>Options that take a layer from a trained model in place of generated numbers.</summary>
internal static class TrainedLayerArguments
{
    private static readonly Option<string?> Adapter = new("--adapter") { Description = "Take the layer from a trained adapter, its base, and its examples, instead of generated numbers.", HelpName = "DIR" };
    private static readonly Option<string?> Module = new("--module") { Description = "The layer to take: its name, or an end of it that no other layer's name has, as in layer.0.output.dense.", HelpName = "NAME" };
    private static readonly Option<string?> Base = new("--base") { Description = "The adapter's base; by default its base_model_name_or_path.", HelpName = "DIR" };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Adapter, Module, Base }) command.Add(option);
    }

    /// <summary>The trained layer that the options name; null if they name none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="shaping">Options for properties that a trained layer already fixes, such as its shape.</param>
    /// <param name="tokens">S, the number of tokens.</param>
    /// <param name="chunk">t, the tokens per chunk.</param>
    /// <exception cref="UserErrorException">Options contradict each other, or a file is missing or malformed.</exception>
    public static LayerData? Load(ParseResult parsed, IEnumerable<Option> shaping, int tokens, int chunk)
    {
        if (parsed.GetValue(Adapter) is not { } directory)
        {
            if (parsed.GetValue(Module) is not null || parsed.GetValue(Base) is not null) throw new UserErrorException("--module and --base need --adapter DIR");
            return null;
        }

        var given = shaping.FirstOrDefault(parsed.IsGiven);
        if (given is not null) throw new UserErrorException($"{given.Name} cannot be given with --adapter: the model says what its layers are like; leave {given.Name} out");
        if (parsed.GetValue(Module) is not { } module) throw new UserErrorException("--adapter: name a layer with --module NAME; 'ahwalora adapter info' lists them");
        using var checkpoint = Checkpoint.Open(TaskFiles.BaseOf(directory, parsed.GetValue(Base)));
        return TrainedLayer.Of(checkpoint, TaskFiles.Read(directory, checkpoint), TrainedLayer.Find(checkpoint.Inventory, module), tokens, chunk);
    }
}
