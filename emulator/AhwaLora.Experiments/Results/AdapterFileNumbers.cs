using AhwaLora.Common.Text;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Results;

/// <summary>The contents of an adapter's files, as <c>adapter info --json</c> writes them.</summary>
/// <param name="Rank">r, the rank.</param>
/// <param name="Alpha">alpha, as the file gives it.</param>
/// <param name="UseRslora">True if alpha is divided by sqrt(r), not by r.</param>
/// <param name="TaskType">The task type in PEFT's terms; null if the file has none.</param>
/// <param name="BaseModel">The base's name; null if the file has none.</param>
/// <param name="Modules">Number of modules with A and B.</param>
/// <param name="WholeModules">Number of modules that are saved whole.</param>
/// <param name="AdapterParameters">Number of parameters of all A and B.</param>
/// <param name="WholeModuleParameters">Number of parameters of the modules that are saved whole.</param>
/// <param name="SharePercent">Share of both in all parameters of base and adapter, in percent; null without the base.</param>
public sealed record AdapterFileNumbers(
    int Rank, double Alpha, bool UseRslora, string? TaskType, string? BaseModel, IEnumerable<ModuleNumbers> Modules, IEnumerable<WholeModuleNumbers> WholeModules,
    long AdapterParameters, long WholeModuleParameters, double? SharePercent)
{
    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>Digest of the built product.</summary>
    public string Build { get; } = Product.Build;

    /// <summary>The numbers of an adapter.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="checkpoint">Its base; null if it is not available.</param>
    public static AdapterFileNumbers Of(LoraAdapter adapter, Checkpoint? checkpoint) => new(
        adapter.Config.R,
        adapter.Config.LoraAlpha,
        adapter.Config.UseRslora,
        adapter.Config.TaskType,
        adapter.Config.BaseModelNameOrPath,
        adapter.Pairs.Select(p => new ModuleNumbers(p.Key, p.Value.Inputs, p.Value.Outputs, p.Value.Rank, p.Value.Scale, p.Value.Parameters)),
        adapter.Saved.Select(m => new WholeModuleNumbers(m.Key, m.Value.Inputs, m.Value.Outputs, m.Value.Parameters)),
        adapter.PairParameters,
        adapter.SavedParameters,
        checkpoint is null ? null : 100.0 * (adapter.PairParameters + adapter.SavedParameters) / AllParameters(adapter, checkpoint));

    /// <summary>Number of parameters of base and adapter together.</summary>
    public static long AllParameters(LoraAdapter adapter, Checkpoint checkpoint) => ModelInventory.Of(adapter.ConfigOf(checkpoint.Config)).Parameters + adapter.PairParameters;
}

/// <summary>A module with an adapter.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Inputs">m, inputs.</param>
/// <param name="Outputs">n, outputs.</param>
/// <param name="Rank">r, the rank.</param>
/// <param name="Scale">alpha / r, or alpha / sqrt(r).</param>
/// <param name="Parameters">Number of parameters of A and B.</param>
public sealed record ModuleNumbers(string Name, int Inputs, int Outputs, int Rank, float Scale, long Parameters);

/// <summary>A module that is saved whole.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Inputs">m, inputs.</param>
/// <param name="Outputs">n, outputs.</param>
/// <param name="Parameters">Number of parameters.</param>
public sealed record WholeModuleNumbers(string Name, int Inputs, int Outputs, long Parameters);
