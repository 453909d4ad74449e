using AhwaLora.Common.Settings;

namespace AhwaLora.Runs.Settings;

/// <summary>Settings of a run that messages name.</summary>
public static class RunSettings
{
    /// <summary>The platform file.</summary>
    public static readonly Setting Platform = new("platform", IsInFiles: true);

    /// <summary>The extensions.</summary>
    public static readonly Setting Isa = new("isa", IsInFiles: true);

    /// <summary>The timing profile.</summary>
    public static readonly Setting Timing = new("timing", IsInFiles: true);

    /// <summary>Weights of a tile.</summary>
    public static readonly Setting Tile = new("tile");

    /// <summary>The directory whose files the guest may use.</summary>
    public static readonly Setting Sandbox = new("sandbox");

    /// <summary>The file of the signature.</summary>
    public static readonly Setting Signature = new("signature");

    /// <summary>Memory to write out.</summary>
    public static readonly Setting Dump = new("dump");

    /// <summary>The snapshot to save.</summary>
    public static readonly Setting Save = new("save");

    /// <summary>The limit of cycles.</summary>
    public static readonly Setting MaxCycles = new("max-cycles");

    /// <summary>The limit of instructions.</summary>
    public static readonly Setting MaxInstructions = new("max-instructions");

    /// <summary>Whether the baseline is written in place of a comparison.</summary>
    public static readonly Setting UpdateBaseline = new("update-baseline");
}
