namespace AhwaLora.Experiments.Contract;

/// <summary>Values by which both host and firmware recognise a record.</summary>
[Constants("AHWA_LAYER_")]
[Meaning("Marks of the records.")]
internal static class LayerMarks
{
    [Meaning("\"LORA\" in memory")]
    public const uint Magic = 0x41524F4C;

    [Meaning("\"RESL\" in memory")]
    public const uint ResultMagic = 0x4C534552;

    [Meaning("goes up if a record changes")]
    public const uint Version = 2;
}

/// <summary>How the LoRA branch is split over the harts.</summary>
[Constants("AHWA_LAYER_SPLIT_", Tag = "ahwa_layer_split")]
[Meaning("How the LoRA branch is split over the harts: ahwa_layer.flags.")]
internal enum LayerSplit
{
    [Meaning("whichever the firmware's cost model finds shorter")]
    Auto = 0,

    [Meaning("each hart takes tokens")]
    Tokens = 1,

    [Meaning("each hart takes ranks of x A, four at a time, then outputs of (x A) B")]
    Outputs = 2,
}

/// <summary>Capacity limits of a layer app.</summary>
[Constants("AHWA_LAYER_MAX_", Tag = "ahwa_layer_max")]
[Meaning("What a layer app has room for.")]
internal static class LayerLimits
{
    [Meaning("chunks whose end is recorded")]
    public const int Chunks = 1024;

    [Meaning("layers that feed each other")]
    public const int Chain = 4;

    [Meaning("copies of a matrix: each has a chunk queued, one is at the harts and one comes in")]
    public const int Copies = LayerBuffers.Most - 2;
}

/// <summary>Number of chunks of X and Y that fit in TCDM at the same time, by schedule.</summary>
[Constants("AHWA_LAYER_BUFFERS_", Tag = "ahwa_layer_buffers")]
[Meaning("Chunks of X and Y that have a place in TCDM at a time: a power of two.")]
internal static class LayerBuffers
{
    [Meaning("nothing overlaps")]
    public const int Sequential = 1;

    [Meaning("one at the tile, one at the harts")]
    public const int Double = 2;

    [Meaning("AHWA_LAYER_AHEAD at the tile, one at the harts, one coming in")]
    public const int Deep = 4;

    [Meaning("with more copies of the matrix than AHWA_LAYER_AHEAD")]
    public const int Most = 8;
}

/// <summary>How far the tiles work ahead.</summary>
[Constants("AHWA_LAYER_")]
[Meaning("Work ahead of the harts, and places in TCDM.")]
internal static class LayerSchedule
{
    [Meaning("chunks queued on the tiles ahead of the harts, or one per copy of the matrix if there are more")]
    public const uint Ahead = 2;

    [Meaning("bytes: buffers in TCDM begin at its multiples")]
    public const uint Alignment = 16;
}

/// <summary>Regions that the layer apps mark, named after the terms of the formula y = AIMC(x) + (alpha/r) (x A) B.</summary>
[Constants("LAYER_REGION_", Tag = "layer_region")]
[Meaning("Regions marked for the host's timeline, which calls them so.")]
internal enum LayerRegion
{
    [Meaning("x A")]
    Down = 1,

    [Meaning("(x A) B")]
    Up = 2,

    [Meaning("tile wait")]
    TileWait = 3,

    [Meaning("y += d")]
    Add = 4,
}
