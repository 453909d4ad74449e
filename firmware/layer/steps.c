#include "steps.h"

struct ahwa_layer layer __attribute__((section(".data")));
struct ahwa_layer_result layer_result __attribute__((section(".data")));

/** Shared by all harts; written by the control hart. */
static AHWA_TCDM struct {
    struct lora lora;
    struct lora_split split;
    uint32_t chunks, buffers;
    uint32_t x[LAYER_MAX_BUFFERS], y[LAYER_MAX_BUFFERS], xa, d, bias; /* addresses in TCDM */
    uint32_t loads[LAYER_MAX_BUFFERS], jobs[LAYER_MAX_BUFFERS];    /* transfer and tile job of the chunk that holds the buffer */
    uint32_t configured;                                           /* a bit for each of the tile's contexts */
} run;

extern char __tcdm_start[], __tcdm_heap_start[], __tcdm_heap_end[];

#define TCDM_ALIGNMENT 16u

_Noreturn static void fail(uint32_t code, uint32_t cause, uint32_t argument)
{
    layer_result.error = code;
    layer_result.error_cause = cause;
    layer_result.error_argument = argument;
    ahwa_exit(code);
}

static void require(uint32_t holds, uint32_t code, uint32_t argument)
{
    if (!holds) fail(code, 0, argument);
}

/* ---- Opening ---------------------------------------------------------------------------------------------------- */

static uint32_t is_size(uint32_t value)
{
    return value - 1 < 65535;
}

static void check(enum layer_adapter adapter)
{
    require(layer.magic == AHWA_LAYER_MAGIC, AHWA_EXIT_LAYER_MAGIC, layer.magic);
    require(layer.version == AHWA_LAYER_VERSION, AHWA_EXIT_LAYER_MAGIC, layer.version);
    require(is_size(layer.inputs), AHWA_EXIT_LAYER_SHAPE, layer.inputs);
    require(is_size(layer.outputs), AHWA_EXIT_LAYER_SHAPE, layer.outputs);
    require(!adapter || is_size(layer.rank), AHWA_EXIT_LAYER_SHAPE, layer.rank);
    require(layer.tokens != 0, AHWA_EXIT_LAYER_SHAPE, layer.tokens);
    require(is_size(layer.chunk) && layer.chunk <= layer.tokens, AHWA_EXIT_LAYER_SHAPE, layer.chunk);
    const uint32_t addresses = layer.x | layer.y | layer.bias | (adapter ? layer.a | layer.b : 0);
    require((addresses & 3) == 0, AHWA_EXIT_LAYER_SHAPE, addresses);
    require(layer.flags <= AHWA_LAYER_SPLIT_OUTPUTS, AHWA_EXIT_LAYER_SHAPE, layer.flags);
    require(layer.row_splits == 1 && layer.column_splits == 1, AHWA_EXIT_LAYER_MAPPING, layer.row_splits << 16 | layer.column_splits);
    const uint32_t caps = ahwa_tile_read(layer.tile, AHWA_TILE_CAPS_OFFSET);
    require(layer.inputs <= AHWA_FIELD(AHWA_TILE_CAPS_ROWS, caps) && layer.outputs <= AHWA_FIELD(AHWA_TILE_CAPS_COLUMNS, caps),
            AHWA_EXIT_LAYER_MAPPING, caps);
}

/** Takes room for rows x columns floats from TCDM; `*end` may pass the end of memory, which the caller checks. */
static uint32_t take(uint64_t *end, uint32_t rows, uint32_t columns)
{
    const uint32_t address = (uint32_t)*end;
    const uint64_t bytes = (uint64_t)rows * columns * sizeof(float);
    *end += (bytes + TCDM_ALIGNMENT - 1) / TCDM_ALIGNMENT * TCDM_ALIGNMENT;
    return address;
}

static void lay_out(uint32_t buffers, enum layer_adapter adapter)
{
    const uint32_t start = (uint32_t)__tcdm_heap_start;
    const uint32_t last = layer.tcdm_bytes ? (uint32_t)__tcdm_start + layer.tcdm_bytes : (uint32_t)__tcdm_heap_end;
    uint64_t end = start;
    struct lora *const lora = &run.lora;
    run.buffers = buffers;
    run.configured = 0;
    run.split = (struct lora_split){0, 0, 0, 0};
    *lora = (struct lora){
        .inputs = layer.inputs,
        .outputs = layer.outputs,
        .rank = layer.rank,
        .scale = layer.scale,
        .x_stride = lora_stride(layer.inputs),
        .xa_stride = lora_stride(layer.rank),
        .y_stride = lora_stride(layer.outputs),
    };
    if (adapter) {
        lora->a = (const float *)take(&end, layer.inputs, lora_padded(layer.rank));
        lora->b = (const float *)take(&end, layer.rank, lora_padded(layer.outputs));
        run.xa = take(&end, layer.chunk, lora->xa_stride);
    }
    if (adapter == LAYER_ADAPTER_AHEAD) run.d = take(&end, layer.chunk, lora->y_stride);
    run.bias = layer.bias ? take(&end, 1, layer.outputs) : 0;
    for (uint32_t i = 0; i < buffers; i++) {
        run.x[i] = take(&end, layer.chunk, lora->x_stride);
        run.y[i] = take(&end, layer.chunk, lora->y_stride);
    }
    require(end <= last, AHWA_EXIT_LAYER_TCDM, (uint32_t)(end - start));
    layer_result.tcdm_bytes = (uint32_t)(end - start);
}

/** Starts a copy of rows; sizes and strides in elements. Returns its id. */
static uint32_t copy(uint32_t dst, uint32_t dst_stride, uint32_t src, uint32_t src_stride, uint32_t rows, uint32_t columns)
{
    const uint32_t id = ahwa_dma_copy_2d(dst, src, columns * sizeof(float), rows, dst_stride * sizeof(float), src_stride * sizeof(float));
    if (id) return id;
    fail(AHWA_EXIT_LAYER_DMA, ahwa_dma_read(AHWA_DMA_ERROR_CAUSE_OFFSET), ahwa_dma_read(AHWA_DMA_ERROR_ARGUMENT_OFFSET));
}

/** Starts copies that put a row-major matrix into panels, as lora_pack does. */
static void copy_to_panels(const float *panels, uint32_t matrix, uint32_t rows, uint32_t columns)
{
    for (uint32_t j = 0; j < columns; j += LORA_PANEL) {
        const uint32_t width = columns - j < LORA_PANEL ? columns - j : LORA_PANEL;
        copy((uint32_t)(panels + j * rows), LORA_PANEL, matrix + j * sizeof(float), columns, rows, width);
    }
}

static void bring_adapter(enum layer_adapter adapter)
{
    if (adapter) {
        copy_to_panels(run.lora.a, layer.a, layer.inputs, layer.rank);
        copy_to_panels(run.lora.b, layer.b, layer.rank, layer.outputs);
    }
    if (layer.bias) copy(run.bias, 0, layer.bias, 0, 1, layer.outputs);
    ahwa_dma_wait();
}

/** The buffers that hold chunk k. A remainder would cost more than the rest of a step: so their number is a power of two. */
static inline uint32_t slot(uint32_t k)
{
    return k & (run.buffers - 1);
}

static uint32_t tokens_of(uint32_t k)
{
    return k + 1 < run.chunks ? layer.chunk : layer.tokens - k * layer.chunk;
}

static struct layer_share share_of(uint32_t tokens, uint32_t hart)
{
    return (struct layer_share){
        .down = lora_share(tokens, run.split.down_tokens, run.lora.rank, run.split.down_ranks, hart),
        .up = lora_share(tokens, run.split.up_tokens, run.lora.outputs, run.split.up_outputs, hart),
    };
}

void layer_open(struct layer_hart *hart, uint32_t buffers, enum layer_adapter adapter)
{
    *hart = (struct layer_hart){.hart = ahwa_hart()};
    if (layer_controls(hart)) {
        check(adapter);
        lay_out(buffers, adapter);
        run.chunks = (layer.tokens + layer.chunk - 1) / layer.chunk;
        if (adapter) run.split = lora_choose_split(&run.lora, layer.chunk, ahwa_harts(), (enum lora_split_by)layer.flags);
        if (layer.t_int_ns) ahwa_tile_set_integration(layer.tile, layer.t_int_ns);
        bring_adapter(adapter);
        layer_result.harts = ahwa_harts();
        layer_result.chunks = run.chunks;
        layer_result.down_parts = run.split.down_tokens << 16 | run.split.down_ranks;
        layer_result.up_parts = run.split.up_tokens << 16 | run.split.up_outputs;
    }
    ahwa_barrier();
    if (adapter) {
        hart->full = share_of(layer.chunk, hart->hart);
        hart->last = share_of(tokens_of(run.chunks - 1), hart->hart);
    }
    ahwa_barrier();
    if (layer_controls(hart)) layer_result.start_cycle = ahwa_cluster_cycle();
}

uint32_t layer_chunks(void)
{
    return run.chunks;
}

/* ---- Computing --------------------------------------------------------------------------------------------------- */

static const struct layer_share *share_at(const struct layer_hart *hart, uint32_t k)
{
    return k + 1 < run.chunks ? &hart->full : &hart->last;
}

/* A region for the timeline, and its cycles for hart_busy. */
#define MEASURED(hart, region, ...)                \
    do {                                           \
        const uint32_t begin = ahwa_mcycle();      \
        AHWA_REGION_BEGIN(region);                 \
        __VA_ARGS__;                               \
        AHWA_REGION_END(region);                   \
        (hart)->busy += ahwa_mcycle() - begin;     \
    } while (0)

void layer_down(struct layer_hart *hart, uint32_t k)
{
    MEASURED(hart, LAYER_REGION_DOWN, lora_down(&run.lora, (const float *)run.x[slot(k)], (float *)run.xa, share_at(hart, k)->down));
}

void layer_up(struct layer_hart *hart, uint32_t k)
{
    MEASURED(hart, LAYER_REGION_UP, lora_up_add(&run.lora, (const float *)run.xa, (float *)run.y[slot(k)], share_at(hart, k)->up));
}

void layer_up_ahead(struct layer_hart *hart, uint32_t k)
{
    MEASURED(hart, LAYER_REGION_UP, lora_up(&run.lora, (const float *)run.xa, (float *)run.d, share_at(hart, k)->up));
}

void layer_add(struct layer_hart *hart, uint32_t k)
{
    MEASURED(hart, LAYER_REGION_ADD, lora_add(&run.lora, (const float *)run.d, (float *)run.y[slot(k)], share_at(hart, k)->up));
}

/* ---- Moving and driving the tile ------------------------------------------------------------------------------------ */

void layer_load(uint32_t k)
{
    if (k >= run.chunks) return;
    const uint32_t x = layer.x + k * layer.chunk * layer.inputs * sizeof(float);
    run.loads[slot(k)] = copy(run.x[slot(k)], run.lora.x_stride, x, layer.inputs, tokens_of(k), layer.inputs);
}

void layer_store(uint32_t k)
{
    if (k < AHWA_LAYER_MAX_CHUNKS) layer_result.chunk_end[k] = ahwa_cluster_cycle();
    const uint32_t y = layer.y + k * layer.chunk * layer.outputs * sizeof(float);
    copy(y, layer.outputs, run.y[slot(k)], run.lora.y_stride, tokens_of(k), layer.outputs);
}

void layer_wait_load(uint32_t k)
{
    if (k >= run.chunks) return;
    while (!ahwa_dma_done(run.loads[slot(k)])) {
    }
}

void layer_wait_dma(void)
{
    ahwa_dma_wait();
}

static void fail_tile(void)
{
    fail(AHWA_EXIT_LAYER_TILE, ahwa_tile_error(layer.tile), ahwa_tile_read(layer.tile, AHWA_TILE_ERROR_ARGUMENT_OFFSET));
}

/** What is the same for every chunk, into a context that has not had it yet: a context keeps its values. */
static void configure(uint32_t context)
{
    if (run.configured >> context & 1) return;
    const struct ahwa_tile_job job = {
        .src_stride = run.lora.x_stride * sizeof(float),
        .dst_stride = run.lora.y_stride * sizeof(float),
        .rows = layer.inputs,
        .columns = layer.outputs,
        .bias = run.bias,
    };
    ahwa_tile_configure(layer.tile, &job);
    run.configured |= 1u << context;
}

void layer_trigger(uint32_t k)
{
    if (k >= run.chunks) return;
    configure(ahwa_tile_acquire(layer.tile));
    ahwa_tile_write(layer.tile, AHWA_TILE_SRC_OFFSET, run.x[slot(k)]);
    ahwa_tile_write(layer.tile, AHWA_TILE_DST_OFFSET, run.y[slot(k)]);
    ahwa_tile_write(layer.tile, AHWA_TILE_VECTORS_OFFSET, tokens_of(k));
    ahwa_tile_write(layer.tile, AHWA_TILE_TAG_OFFSET, k);
    const uint32_t number = ahwa_tile_trigger(layer.tile);
    if (!number) fail_tile();
    run.jobs[slot(k)] = number;
}

void layer_wait_tile(uint32_t k)
{
    AHWA_REGION_BEGIN(LAYER_REGION_TILE_WAIT);
    ahwa_tile_wait_job(layer.tile, run.jobs[slot(k)]);
    AHWA_REGION_END(LAYER_REGION_TILE_WAIT);
}

uint32_t layer_may_wait(uint32_t k)
{
    return ahwa_dma_read(AHWA_DMA_STATUS_OFFSET) == 0 || !ahwa_tile_done(layer.tile, run.jobs[slot(k)]);
}

int layer_close(const struct layer_hart *hart)
{
    layer_result.hart_busy[hart->hart] = hart->busy;
    ahwa_barrier();
    if (!layer_controls(hart)) return AHWA_EXIT_OK;
    ahwa_dma_wait();
    layer_result.end_cycle = ahwa_cluster_cycle();
    layer_result.tile_jobs = ahwa_tile_read(layer.tile, AHWA_TILE_FINISHED_OFFSET);
    if (ahwa_tile_error(layer.tile) != AHWA_TILE_ERROR_NONE) fail_tile();
    layer_result.version = AHWA_LAYER_VERSION;
    layer_result.magic = AHWA_LAYER_RESULT_MAGIC;
    return AHWA_EXIT_OK;
}
