using AhwaLora.Common.Text;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Results;

/// <summary>What is in an adapter's files, as <c>adapter info --json</c> writes it.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">alpha.</param>
/// <param name="UseRslora">Whether alpha is divided by sqrt(r).</param>
/// <param name="TaskType">PEFT's word for the task; null if the file has none.</param>
/// <param name="BaseModel">The base's name; null if the file has none.</param>
/// <param name="Modules">Modules with A and B.</param>
/// <param name="WholeModules">Modules that are saved whole.</param>
/// <param name="AdapterParameters">Parameters of all A and B.</param>
/// <param name="WholeModuleParameters">Parameters of the modules that are saved whole.</param>
/// <param name="SharePercent">Both among all parameters of base and adapter; null without the base.</param>
public sealed record AdapterFileNumbers(
    int Rank, double Alpha, bool UseRslora, string? TaskType, string? BaseModel, IEnumerable<ModuleNumbers> Modules, IEnumerable<WholeModuleNumbers> WholeModules,
    long AdapterParameters, long WholeModuleParameters, double? SharePercent)
{
    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>The numbers of an adapter.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="checkpoint">Its base; null if it is not at hand.</param>
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

    /// <summary>All parameters of base and adapter.</summary>
    public static long AllParameters(LoraAdapter adapter, Checkpoint checkpoint) => ModelInventory.Of(adapter.ConfigOf(checkpoint.Config)).Parameters + adapter.PairParameters;
}

/// <summary>A module with an adapter.</summary>
/// <param name="Name">The module.</param>
/// <param name="Inputs">m.</param>
/// <param name="Outputs">n.</param>
/// <param name="Rank">r.</param>
/// <param name="Scale">alpha / r, or alpha / sqrt(r).</param>
/// <param name="Parameters">Of A and B.</param>
public sealed record ModuleNumbers(string Name, int Inputs, int Outputs, int Rank, float Scale, long Parameters);

/// <summary>A module that is saved whole.</summary>
/// <param name="Name">The module.</param>
/// <param name="Inputs">m.</param>
/// <param name="Outputs">n.</param>
/// <param name="Parameters">All of them.</param>
public sealed record WholeModuleNumbers(string Name, int Inputs, int Outputs, long Parameters);
