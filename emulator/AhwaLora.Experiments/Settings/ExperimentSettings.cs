using AhwaLora.Common.Settings;

namespace AhwaLora.Experiments.Settings;

/// <summary>Settings of layers, tiles and sweeps that messages name. Their keys in files are those of sweep files.</summary>
public static class ExperimentSettings
{
    /// <summary>m, inputs of a layer.</summary>
    public static readonly Setting Inputs = new("inputs", IsInFiles: true);

    /// <summary>n, outputs of a layer.</summary>
    public static readonly Setting Outputs = new("outputs", IsInFiles: true);

    /// <summary>r, rank of the adapter.</summary>
    public static readonly Setting Rank = new("rank", IsInFiles: true);

    /// <summary>S, tokens.</summary>
    public static readonly Setting Tokens = new("tokens", IsInFiles: true);

    /// <summary>t, tokens per chunk.</summary>
    public static readonly Setting Chunk = new("chunk", IsInFiles: true);

    /// <summary>How the adapter is scheduled.</summary>
    public static readonly Setting Strategy = new("strategy", IsInFiles: true);

    /// <summary>Which part of a sweep.</summary>
    public static readonly Setting Shard = new("shard");

    /// <summary>The checkpoint that an adapter belongs to.</summary>
    public static readonly Setting Base = new("base");

    /// <summary>Which layer of a model.</summary>
    public static readonly Setting Module = new("module");

    /// <summary>Number of devices drawn for each target and age.</summary>
    public static readonly Setting Samples = new("samples");

    /// <summary>Target conductances.</summary>
    public static readonly Setting Targets = new("targets");

    /// <summary>Input lines of a tile.</summary>
    public static readonly Setting Rows = new("rows");

    /// <summary>Output lines of a tile.</summary>
    public static readonly Setting Columns = new("columns");
}
