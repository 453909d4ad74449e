namespace AhwaLora.Experiments.Keys;

/// <summary>
/// Keys of results that are not their property's name in snake case. Other programs read results, so a key stays when its property
/// gets a better name. All other keys follow from the names, and one measurement has one name in all results.
/// </summary>
public static class ResultKeys
{
    /// <summary>Cycles of the tiles alone.</summary>
    public const string TileAloneCycles = "baseline_cycles";

    /// <summary>Exposed cycles of the tiles alone, after their last job.</summary>
    public const string TileAloneExposedCycles = "baseline_exposed_cycles";

    /// <summary>The run of the tiles alone.</summary>
    public const string TileAlone = "analog";
}
