#include "steps.h"

struct ahwa_layer layer __attribute__((section(".data")));
struct ahwa_layer_result layer_result __attribute__((section(".data")));

/** Shared by all harts; written by the control hart. */
static AHWA_TCDM struct {
    struct lora lora;
    struct lora_split split;
    uint32_t chunks, buffers;
    uint32_t x[LAYER_MAX_BUFFERS], y[LAYER_MAX_BUFFERS], xa, bias; /* addresses in TCDM */
    uint32_t jobs[LAYER_MAX_BUFFERS];                              /* tile job of the chunk that holds the buffer */
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

static void check(uint32_t adapter)
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

static void lay_out(uint32_t buffers, uint32_t adapter)
{
    const uint32_t start = (uint32_t)__tcdm_heap_start;
    const uint32_t last = layer.tcdm_bytes ? (uint32_t)__tcdm_start + layer.tcdm_bytes : (uint32_t)__tcdm_heap_end;
    uint64_t end = start;
    run.buffers = buffers;
    run.split = (struct lora_split){0, 0, 0, 0};
    run.lora = (struct lora){.inputs = layer.inputs, .outputs = layer.outputs, .rank = layer.rank, .scale = layer.scale};
    if (adapter) {
        run.lora.a = (const float *)take(&end, layer.inputs, layer.rank);
        run.lora.b = (const float *)take(&end, layer.rank, layer.outputs);
        run.xa = take(&end, layer.chunk, layer.rank);
    }
    run.bias = layer.bias ? take(&end, 1, layer.outputs) : 0;
    for (uint32_t i = 0; i < buffers; i++) {
        run.x[i] = take(&end, layer.chunk, layer.inputs);
        run.y[i] = take(&end, layer.chunk, layer.outputs);
    }
    require(end <= last, AHWA_EXIT_LAYER_TCDM, (uint32_t)(end - start));
    layer_result.tcdm_bytes = (uint32_t)(end - start);
}

static void copy(uint32_t dst, uint32_t src, uint32_t bytes)
{
    if (ahwa_dma_copy(dst, src, bytes)) return;
    fail(AHWA_EXIT_LAYER_DMA, ahwa_dma_read(AHWA_DMA_ERROR_CAUSE_OFFSET), ahwa_dma_read(AHWA_DMA_ERROR_ARGUMENT_OFFSET));
}

static void bring_adapter(uint32_t adapter)
{
    if (adapter) {
        copy((uint32_t)run.lora.a, layer.a, layer.inputs * layer.rank * sizeof(float));
        copy((uint32_t)run.lora.b, layer.b, layer.rank * layer.outputs * sizeof(float));
    }
    if (layer.bias) copy(run.bias, layer.bias, layer.outputs * sizeof(float));
    ahwa_dma_wait();
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

void layer_open(struct layer_hart *hart, uint32_t buffers, uint32_t adapter)
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

void layer_down(struct layer_hart *hart, uint32_t k)
{
    const struct layer_share *share = share_at(hart, k);
    const uint32_t begin = ahwa_mcycle();
    AHWA_REGION_BEGIN(LAYER_REGION_DOWN);
    lora_down(&run.lora, (const float *)run.x[k % run.buffers], (float *)run.xa, share->down);
    AHWA_REGION_END(LAYER_REGION_DOWN);
    hart->busy += ahwa_mcycle() - begin;
}

void layer_up(struct layer_hart *hart, uint32_t k)
{
    const struct layer_share *share = share_at(hart, k);
    const uint32_t begin = ahwa_mcycle();
    AHWA_REGION_BEGIN(LAYER_REGION_UP);
    lora_up_add(&run.lora, (const float *)run.xa, (float *)run.y[k % run.buffers], share->up);
    AHWA_REGION_END(LAYER_REGION_UP);
    hart->busy += ahwa_mcycle() - begin;
}

/* ---- Moving and driving the tile ------------------------------------------------------------------------------------ */

void layer_load(uint32_t k)
{
    if (k >= run.chunks) return;
    const uint32_t row_bytes = layer.inputs * sizeof(float);
    copy(run.x[k % run.buffers], layer.x + k * layer.chunk * row_bytes, tokens_of(k) * row_bytes);
}

void layer_store(uint32_t k)
{
    if (k < AHWA_LAYER_MAX_CHUNKS) layer_result.chunk_end[k] = ahwa_cluster_cycle();
    const uint32_t row_bytes = layer.outputs * sizeof(float);
    copy(layer.y + k * layer.chunk * row_bytes, run.y[k % run.buffers], tokens_of(k) * row_bytes);
}

void layer_wait_dma(void)
{
    ahwa_dma_wait();
}

static void fail_tile(void)
{
    fail(AHWA_EXIT_LAYER_TILE, ahwa_tile_error(layer.tile), ahwa_tile_read(layer.tile, AHWA_TILE_ERROR_ARGUMENT_OFFSET));
}

void layer_trigger(uint32_t k)
{
    if (k >= run.chunks) return;
    const struct ahwa_tile_job job = {
        .src = run.x[k % run.buffers],
        .dst = run.y[k % run.buffers],
        .src_stride = layer.inputs * sizeof(float),
        .dst_stride = layer.outputs * sizeof(float),
        .vectors = tokens_of(k),
        .rows = layer.inputs,
        .columns = layer.outputs,
        .bias = run.bias,
        .tag = k,
    };
    const uint32_t number = ahwa_tile_submit(layer.tile, &job);
    if (!number) fail_tile();
    run.jobs[k % run.buffers] = number;
}

void layer_wait_tile(uint32_t k)
{
    AHWA_REGION_BEGIN(LAYER_REGION_TILE_WAIT);
    ahwa_tile_wait_job(layer.tile, run.jobs[k % run.buffers]);
    AHWA_REGION_END(LAYER_REGION_TILE_WAIT);
}

uint32_t layer_may_wait(uint32_t k)
{
    return ahwa_dma_read(AHWA_DMA_STATUS_OFFSET) == 0 || !ahwa_tile_done(layer.tile, run.jobs[k % run.buffers]);
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
