/**
 * @file
 * The contract between the host and the layer apps: the host fills in `layer` before the run, the app fills in
 * `layer_result`. All members are 32-bit words, so offsets are the same for every compiler; see docs/firmware.md.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_LAYER_H
#define AHWA_LAYER_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "ahwa_limits.h"

/** Marks of the records. */
#define AHWA_LAYER_MAGIC        0x41524F4Cu /* "LORA" in memory */
#define AHWA_LAYER_RESULT_MAGIC 0x4C534552u /* "RESL" in memory */
#define AHWA_LAYER_VERSION      2u          /* goes up if a record changes */

/** Work ahead of the harts, and places in TCDM. */
#define AHWA_LAYER_AHEAD     2u  /* chunks queued on the tiles ahead of the harts, or one per copy of the matrix if there are more */
#define AHWA_LAYER_ALIGNMENT 16u /* bytes: buffers in TCDM begin at its multiples */

/** What a layer app has room for. */
enum ahwa_layer_max {
    AHWA_LAYER_MAX_CHUNKS = 1024, /**< chunks whose end is recorded */
    AHWA_LAYER_MAX_CHAIN  = 4,    /**< layers that feed each other */
    AHWA_LAYER_MAX_COPIES = 6,    /**< copies of a matrix: each has a chunk queued, one is at the harts and one comes in */
};

/** Chunks of X and Y that have a place in TCDM at a time: a power of two. */
enum ahwa_layer_buffers {
    AHWA_LAYER_BUFFERS_SEQUENTIAL = 1, /**< nothing overlaps */
    AHWA_LAYER_BUFFERS_DOUBLE     = 2, /**< one at the tile, one at the harts */
    AHWA_LAYER_BUFFERS_DEEP       = 4, /**< AHWA_LAYER_AHEAD at the tile, one at the harts, one coming in */
    AHWA_LAYER_BUFFERS_MOST       = 8, /**< with more copies of the matrix than AHWA_LAYER_AHEAD */
};

/** How the LoRA branch is split over the harts: ahwa_layer.flags. */
enum ahwa_layer_split {
    AHWA_LAYER_SPLIT_AUTO    = 0, /**< whichever the firmware's cost model finds shorter */
    AHWA_LAYER_SPLIT_TOKENS  = 1, /**< each hart takes tokens */
    AHWA_LAYER_SPLIT_OUTPUTS = 2, /**< each hart takes ranks of x A, four at a time, then outputs of (x A) B */
};

/** Regions marked for the host's timeline, which calls them so. */
enum layer_region {
    LAYER_REGION_DOWN      = 1, /**< x A */
    LAYER_REGION_UP        = 2, /**< (x A) B */
    LAYER_REGION_TILE_WAIT = 3, /**< tile wait */
    LAYER_REGION_ADD       = 4, /**< y += d */
};

/**
 * One linear layer with its adapter: Y = AIMC(X) + scale (X A) B. Matrices are row-major float32 in RAM, addresses
 * multiples of 4. The weights are on the tiles already, as struct ahwa_matrix of ahwa.h has them.
 */
struct ahwa_layer {
    uint32_t magic;         /**< AHWA_LAYER_MAGIC */
    uint32_t version;       /**< AHWA_LAYER_VERSION */
    uint32_t inputs;        /**< m: elements of an input token */
    uint32_t outputs;       /**< n: elements of an output token */
    uint32_t rank;          /**< r of the adapter */
    uint32_t tokens;        /**< S: tokens in all */
    uint32_t chunk;         /**< t: tokens per chunk; the last chunk may be shorter */
    float scale;            /**< alpha / r */
    uint32_t x;             /**< address of X [tokens][inputs] */
    uint32_t a;             /**< address of A [inputs][rank] */
    uint32_t b;             /**< address of B [rank][outputs] */
    uint32_t y;             /**< address of Y [tokens][outputs], written by the app */
    uint32_t bias;          /**< address of one value per output, added by the tile; 0 = none */
    uint32_t flags;         /**< AHWA_LAYER_SPLIT_* */
    uint32_t t_int_ns;      /**< integration time for T_INT_NS, ns; 0 = as the platform set it */
    uint32_t tile;          /**< number of the first tile */
    uint32_t row_splits;    /**< tiles that share the inputs */
    uint32_t column_splits; /**< tiles that share the outputs */
    uint32_t tcdm_bytes;    /**< size of the platform's TCDM; 0 = as linked, memory.ld */
    uint32_t copies;        /**< copies of the matrix: chunk k is multiplied by copy k modulo their number */
    uint32_t next;          /**< address of the struct ahwa_layer that takes Y as its X, or 0; x of that and y of this are then not used */
    uint32_t down_parts;    /**< how x A is shared: token parts << 16 | rank parts, at most one for each hart; 0 = as the flags say */
    uint32_t up_parts;      /**< how (x A) B is shared: token parts << 16 | output parts; 0 = as the flags say */
};

static_assert(offsetof(struct ahwa_layer, magic) == 0x00, "published offset");
static_assert(offsetof(struct ahwa_layer, version) == 0x04, "published offset");
static_assert(offsetof(struct ahwa_layer, inputs) == 0x08, "published offset");
static_assert(offsetof(struct ahwa_layer, outputs) == 0x0C, "published offset");
static_assert(offsetof(struct ahwa_layer, rank) == 0x10, "published offset");
static_assert(offsetof(struct ahwa_layer, tokens) == 0x14, "published offset");
static_assert(offsetof(struct ahwa_layer, chunk) == 0x18, "published offset");
static_assert(offsetof(struct ahwa_layer, scale) == 0x1C, "published offset");
static_assert(offsetof(struct ahwa_layer, x) == 0x20, "published offset");
static_assert(offsetof(struct ahwa_layer, a) == 0x24, "published offset");
static_assert(offsetof(struct ahwa_layer, b) == 0x28, "published offset");
static_assert(offsetof(struct ahwa_layer, y) == 0x2C, "published offset");
static_assert(offsetof(struct ahwa_layer, bias) == 0x30, "published offset");
static_assert(offsetof(struct ahwa_layer, flags) == 0x34, "published offset");
static_assert(offsetof(struct ahwa_layer, t_int_ns) == 0x38, "published offset");
static_assert(offsetof(struct ahwa_layer, tile) == 0x3C, "published offset");
static_assert(offsetof(struct ahwa_layer, row_splits) == 0x40, "published offset");
static_assert(offsetof(struct ahwa_layer, column_splits) == 0x44, "published offset");
static_assert(offsetof(struct ahwa_layer, tcdm_bytes) == 0x48, "published offset");
static_assert(offsetof(struct ahwa_layer, copies) == 0x4C, "published offset");
static_assert(offsetof(struct ahwa_layer, next) == 0x50, "published offset");
static_assert(offsetof(struct ahwa_layer, down_parts) == 0x54, "published offset");
static_assert(offsetof(struct ahwa_layer, up_parts) == 0x58, "published offset");
static_assert(sizeof(struct ahwa_layer) == 0x5C, "published size");

extern struct ahwa_layer layer;

/**
 * For an app on RedMulE: X, A, B and Y of `layer` are FP16, A has the factor alpha / r, and `scale` is not used. The
 * sizes are those of what the engine computes: even, and padded to shapes that it computes right. In RAM, A
 * [inputs][rank] and B [rank][outputs] are padded with zeros to them; rows of X and Y have an even number of
 * elements.
 */
struct ahwa_layer_engine {
    uint32_t inputs;  /**< elements of a row of X in TCDM */
    uint32_t rank;    /**< elements of a row of XA */
    uint32_t outputs; /**< elements of a row of Y in TCDM */
    uint32_t rows;    /**< rows of a chunk's X, XA and Y in TCDM: tokens of a chunk, rounded up to whole tiles of the engine */
};

static_assert(offsetof(struct ahwa_layer_engine, inputs) == 0x00, "published offset");
static_assert(offsetof(struct ahwa_layer_engine, rank) == 0x04, "published offset");
static_assert(offsetof(struct ahwa_layer_engine, outputs) == 0x08, "published offset");
static_assert(offsetof(struct ahwa_layer_engine, rows) == 0x0C, "published offset");
static_assert(sizeof(struct ahwa_layer_engine) == 0x10, "published size");

extern struct ahwa_layer_engine layer_engine_sizes;

/** What a layer app measured. Cycles are the low word of the cluster's CYCLE counter, which begins at 0 at reset. */
struct ahwa_layer_result {
    uint32_t magic;          /**< AHWA_LAYER_RESULT_MAGIC once the run has ended well */
    uint32_t version;        /**< AHWA_LAYER_VERSION */
    uint32_t harts;          /**< harts that took part */
    uint32_t chunks;         /**< chunks of the layer, also if there are more than AHWA_LAYER_MAX_CHUNKS */
    uint32_t tcdm_bytes;     /**< TCDM the buffers take */
    uint32_t tile_jobs;      /**< jobs that all tiles finished */
    uint32_t start_cycle;    /**< the first token's transfer is launched, adapter and bias are in TCDM */
    uint32_t end_cycle;      /**< the last token's result is in RAM */
    uint32_t error;          /**< exit code of a failed run, ahwa_exit.h; 0 = none */
    uint32_t error_cause;    /**< the device's ERROR_CAUSE, or 0 */
    uint32_t error_argument; /**< the device's ERROR_ARGUMENT, or the offending number of `layer` */
    uint32_t down_parts;     /**< token parts << 16 | rank parts of x A */
    uint32_t up_parts;       /**< token parts << 16 | output parts of (x A) B */
    uint32_t output_cycle;   /**< the last chunk's output is complete in TCDM */
    uint32_t hart_busy[AHWA_MAX_HARTS]; /**< cycles each hart spent in the LoRA products */
    uint32_t chunk_end[AHWA_LAYER_MAX_CHUNKS]; /**< cycle in which the chunk's output was complete in TCDM */
};

static_assert(offsetof(struct ahwa_layer_result, magic) == 0x00, "published offset");
static_assert(offsetof(struct ahwa_layer_result, version) == 0x04, "published offset");
static_assert(offsetof(struct ahwa_layer_result, harts) == 0x08, "published offset");
static_assert(offsetof(struct ahwa_layer_result, chunks) == 0x0C, "published offset");
static_assert(offsetof(struct ahwa_layer_result, tcdm_bytes) == 0x10, "published offset");
static_assert(offsetof(struct ahwa_layer_result, tile_jobs) == 0x14, "published offset");
static_assert(offsetof(struct ahwa_layer_result, start_cycle) == 0x18, "published offset");
static_assert(offsetof(struct ahwa_layer_result, end_cycle) == 0x1C, "published offset");
static_assert(offsetof(struct ahwa_layer_result, error) == 0x20, "published offset");
static_assert(offsetof(struct ahwa_layer_result, error_cause) == 0x24, "published offset");
static_assert(offsetof(struct ahwa_layer_result, error_argument) == 0x28, "published offset");
static_assert(offsetof(struct ahwa_layer_result, down_parts) == 0x2C, "published offset");
static_assert(offsetof(struct ahwa_layer_result, up_parts) == 0x30, "published offset");
static_assert(offsetof(struct ahwa_layer_result, output_cycle) == 0x34, "published offset");
static_assert(offsetof(struct ahwa_layer_result, hart_busy) == 0x38, "published offset");
static_assert(offsetof(struct ahwa_layer_result, chunk_end) == 0x138, "published offset");
static_assert(sizeof(struct ahwa_layer_result) == 0x1138, "published size");

extern struct ahwa_layer_result layer_result;

#endif
