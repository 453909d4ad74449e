using System.Runtime.CompilerServices;

namespace AhwaLora.Experiments.Contract;

#pragma warning disable CS0649 // The firmware fills in what the host only reads.

/// <summary>The host's request to a layer app.</summary>
[Record("ahwa_layer", Symbol = "layer")]
[Meaning("One linear layer with its adapter: Y = AIMC(X) + scale (X A) B. Matrices are row-major float32 in RAM, addresses multiples of 4. The weights are on the tiles already, as struct ahwa_matrix of ahwa.h has them.")]
internal struct LayerRecord
{
    [Meaning("AHWA_LAYER_MAGIC")] public uint Magic;
    [Meaning("AHWA_LAYER_VERSION")] public uint Version;
    [Meaning("m: elements of an input token")] public uint Inputs;
    [Meaning("n: elements of an output token")] public uint Outputs;
    [Meaning("r of the adapter")] public uint Rank;
    [Meaning("S: tokens in all")] public uint Tokens;
    [Meaning("t: tokens per chunk; the last chunk may be shorter")] public uint Chunk;
    [Meaning("alpha / r")] public float Scale;
    [Meaning("address of X [tokens][inputs]")] public uint X;
    [Meaning("address of A [inputs][rank]")] public uint A;
    [Meaning("address of B [rank][outputs]")] public uint B;
    [Meaning("address of Y [tokens][outputs], written by the app")] public uint Y;
    [Meaning("address of one value per output, added by the tile; 0 = none")] public uint Bias;
    [Meaning("AHWA_LAYER_SPLIT_*")] public uint Flags;
    [Meaning("integration time for T_INT_NS, ns; 0 = as the platform set it")] public uint TIntNs;
    [Meaning("number of the first tile")] public uint Tile;
    [Meaning("tiles that share the inputs")] public uint RowSplits;
    [Meaning("tiles that share the outputs")] public uint ColumnSplits;
    [Meaning("size of the platform's TCDM; 0 = as linked, memory.ld")] public uint TcdmBytes;
    [Meaning("copies of the matrix: chunk k is multiplied by copy k modulo their number")] public uint Copies;
    [Meaning("address of the struct ahwa_layer that takes Y as its X, or 0; x of that and y of this are then not used")] public uint Next;
    [Meaning("how x A is shared: token parts << 16 | rank parts, at most one for each hart; 0 = as the flags say")] public uint DownParts;
    [Meaning("how (x A) B is shared: token parts << 16 | output parts; 0 = as the flags say")] public uint UpParts;
}

/// <summary>What an app whose adapter is computed by RedMulE needs beside <see cref="LayerRecord"/>.</summary>
[Record("ahwa_layer_engine", Symbol = "layer_engine_sizes")]
[Meaning("For an app on RedMulE: X, A, B and Y of `layer` are FP16, A has the factor alpha / r, and `scale` is not used. "
    + "The sizes are those of what the engine computes: even, and padded to shapes that it computes right. "
    + "In RAM, A [inputs][rank] and B [rank][outputs] are padded with zeros to them; rows of X and Y have an even number of elements.")]
internal struct LayerEngineRecord
{
    [Meaning("elements of a row of X in TCDM")] public uint Inputs;
    [Meaning("elements of a row of XA")] public uint Rank;
    [Meaning("elements of a row of Y in TCDM")] public uint Outputs;
    [Meaning("rows of a chunk's X, XA and Y in TCDM: tokens of a chunk, rounded up to whole tiles of the engine")] public uint Rows;
}

/// <summary>The measurements of a layer app.</summary>
[Record("ahwa_layer_result", Symbol = "layer_result")]
[Meaning("What a layer app measured. Cycles are the low word of the cluster's CYCLE counter, which begins at 0 at reset.")]
internal struct LayerResultRecord
{
    [Meaning("AHWA_LAYER_RESULT_MAGIC once the run has ended well")] public uint Magic;
    [Meaning("AHWA_LAYER_VERSION")] public uint Version;
    [Meaning("harts that took part")] public uint Harts;
    [Meaning("chunks of the layer, also if there are more than AHWA_LAYER_MAX_CHUNKS")] public uint Chunks;
    [Meaning("TCDM the buffers take")] public uint TcdmBytes;
    [Meaning("jobs that all tiles finished")] public uint TileJobs;
    [Meaning("the first token's transfer is launched, adapter and bias are in TCDM")] public uint StartCycle;
    [Meaning("the last token's result is in RAM")] public uint EndCycle;
    [Meaning("exit code of a failed run, ahwa_exit.h; 0 = none")] public uint Error;
    [Meaning("the device's ERROR_CAUSE, or 0")] public uint ErrorCause;
    [Meaning("the device's ERROR_ARGUMENT, or the offending number of `layer`")] public uint ErrorArgument;
    [Meaning("token parts << 16 | rank parts of x A")] public uint DownParts;
    [Meaning("token parts << 16 | output parts of (x A) B")] public uint UpParts;
    [Meaning("the last chunk's output is complete in TCDM")] public uint OutputCycle;

    [Length(typeof(FirmwareLimits), nameof(FirmwareLimits.Harts))]
    [Meaning("cycles each hart spent in the LoRA products")]
    public WordPerHart HartBusy;

    [Length(typeof(LayerLimits), nameof(LayerLimits.Chunks))]
    [Meaning("cycle in which the chunk's output was complete in TCDM")]
    public WordPerChunk ChunkEnd;

    [InlineArray(FirmwareLimits.Harts)]
    internal struct WordPerHart
    {
        private uint _first;
    }

    [InlineArray(LayerLimits.Chunks)]
    internal struct WordPerChunk
    {
        private uint _first;
    }
}
