#include "engine.h"

#include "run.h"

enum { HALF = 2 }; /* bytes of an element */

struct ahwa_layer_engine layer_engine_sizes __attribute__((section(".data")));

extern char __tcdm_start[], __tcdm_heap_start[], __tcdm_heap_end[];

static void require(uint32_t holds, uint32_t code, uint32_t argument)
{
    if (!holds) layer_fail(code, 0, argument);
}

/* ---- Checking and laying out TCDM ---------------------------------------------------------------------------------- */

static void check_records(void)
{
    const struct ahwa_layer_engine *const sizes = &layer_engine_sizes;
    require(layer.magic == AHWA_LAYER_MAGIC, AHWA_EXIT_LAYER_MAGIC, layer.magic);
    require(layer.version == AHWA_LAYER_VERSION, AHWA_EXIT_LAYER_MAGIC, layer.version);
    require(layer.row_splits == 1 && layer.column_splits == 1 && layer.copies == 1 && !layer.next, AHWA_EXIT_LAYER_MAPPING, layer.row_splits << 16 | layer.column_splits);
    require(layer.tokens && layer.chunk && layer.chunk <= layer.tokens, AHWA_EXIT_LAYER_SHAPE, layer.chunk);
    require(layer.inputs && layer.inputs <= sizes->inputs && sizes->inputs < 65536, AHWA_EXIT_LAYER_SHAPE, layer.inputs);
    require(layer.outputs && layer.outputs <= sizes->outputs && sizes->outputs < 65536, AHWA_EXIT_LAYER_SHAPE, layer.outputs);
    require(layer.rank && layer.rank <= sizes->rank && sizes->rank < 65536, AHWA_EXIT_LAYER_SHAPE, layer.rank);
    require(layer.chunk <= sizes->rows, AHWA_EXIT_LAYER_SHAPE, sizes->rows);
    require(((sizes->inputs | sizes->outputs | sizes->rank) & 1) == 0, AHWA_EXIT_LAYER_SHAPE, sizes->inputs);
    require(((layer.x | layer.a | layer.b | layer.y | layer.bias) & 3) == 0, AHWA_EXIT_LAYER_SHAPE, layer.x);
}

/** Takes room for bytes from TCDM; `*end` may pass the end of memory, which the caller checks. */
static uint32_t take(uint64_t *end, uint64_t bytes)
{
    const uint32_t address = (uint32_t)*end;
    *end += (bytes + AHWA_LAYER_ALIGNMENT - 1) / AHWA_LAYER_ALIGNMENT * AHWA_LAYER_ALIGNMENT;
    return address;
}

static void lay_out(struct layer_engine_run *run, enum layer_engine_order order)
{
    const struct ahwa_layer_engine *const sizes = &layer_engine_sizes;
    const uint32_t start = (uint32_t)__tcdm_heap_start, buffers = order == LAYER_ENGINE_SEQUENTIAL ? 1 : LAYER_ENGINE_BUFFERS;
    const uint32_t last = layer.tcdm_bytes ? (uint32_t)__tcdm_start + layer.tcdm_bytes : (uint32_t)__tcdm_heap_end;
    uint64_t end = start;
    run->bias = layer.bias ? take(&end, (uint64_t)layer.outputs * sizeof(float)) : 0;
    run->xa_bytes = HALF * sizes->rows * sizes->rank;
    if (order) {
        run->a = take(&end, (uint64_t)HALF * sizes->inputs * sizes->rank);
        run->b = take(&end, (uint64_t)HALF * sizes->rank * sizes->outputs);
        run->zeros = take(&end, run->xa_bytes);
        for (uint32_t i = 0; i < LAYER_ENGINE_BUFFERS; i++) run->xa[i] = take(&end, run->xa_bytes);
    }
    for (uint32_t i = 0; i < LAYER_ENGINE_BUFFERS; i++) {
        run->x[i] = i < buffers ? take(&end, (uint64_t)HALF * sizes->rows * sizes->inputs) : run->x[0];
        run->y[i] = i < buffers ? take(&end, (uint64_t)HALF * sizes->rows * sizes->outputs) : run->y[0];
    }
    require(end <= last, AHWA_EXIT_LAYER_TCDM, (uint32_t)(end - start));
    layer_result.tcdm_bytes = (uint32_t)(end - start);
    for (uint32_t word = start; word < (uint32_t)end; word += sizeof(uint32_t)) ahwa_write(word, 0); /* padding is zero from here on */
}

/* ---- Opening --------------------------------------------------------------------------------------------------------- */

static uint32_t copy(uint32_t dst, uint32_t dst_stride, uint32_t src, uint32_t src_stride, uint32_t rows, uint32_t bytes)
{
    const uint32_t id = ahwa_dma_copy_2d(dst, src, bytes, rows, dst_stride, src_stride);
    if (!id) layer_fail(AHWA_EXIT_LAYER_DMA, ahwa_dma_read(AHWA_DMA_ERROR_CAUSE_OFFSET), ahwa_dma_read(AHWA_DMA_ERROR_ARGUMENT_OFFSET));
    return id;
}

void layer_engine_open(struct layer_engine_run *run, enum layer_engine_order order)
{
    const struct ahwa_layer_engine *const sizes = &layer_engine_sizes;
    check_records();
    run->chunks = (layer.tokens + layer.chunk - 1) / layer.chunk;
    run->chunk = layer.chunk;
    run->last = layer.tokens - (run->chunks - 1) * layer.chunk;
    lay_out(run, order);
    if (layer.t_int_ns) ahwa_tile_set_integration(layer.tile, layer.t_int_ns);
    if (order) {
        copy(run->a, 0, layer.a, 0, 1, HALF * sizes->inputs * sizes->rank);
        copy(run->b, 0, layer.b, 0, 1, HALF * sizes->rank * sizes->outputs);
    }
    if (layer.bias) copy(run->bias, 0, layer.bias, 0, 1, layer.outputs * sizeof(float));
    ahwa_dma_wait();
    layer_result.harts = ahwa_harts();
    layer_result.chunks = run->chunks;
    layer_result.start_cycle = ahwa_cluster_cycle();
}

/* ---- Moving and driving the tile --------------------------------------------------------------------------------------- */

static inline uint32_t slot(uint32_t k)
{
    return k & (LAYER_ENGINE_BUFFERS - 1);
}

static inline uint32_t tokens_of(const struct layer_engine_run *run, uint32_t k)
{
    return k + 1 < run->chunks ? run->chunk : run->last;
}

/** Bytes of a row in RAM: the DMA moves words. */
static inline uint32_t row_bytes(uint32_t elements)
{
    return (elements + 1) / 2 * (2 * HALF);
}

static void wait_transfer(uint32_t id)
{
    while (!ahwa_dma_done(id)) {
    }
}

void layer_engine_load(struct layer_engine_run *run, uint32_t k)
{
    if (k >= run->chunks) return;
    const uint32_t bytes = row_bytes(layer.inputs);
    run->loads[slot(k)] = copy(run->x[slot(k)], HALF * layer_engine_sizes.inputs, layer.x + k * run->chunk * bytes, bytes, tokens_of(run, k), bytes);
}

/** Writes what is the same for every job into the context just acquired, which keeps it from then on. */
static __attribute__((noinline)) void configure(struct layer_engine_run *run, uint32_t context)
{
    const struct ahwa_tile_job job = {
        .src_stride = HALF * layer_engine_sizes.inputs,
        .dst_stride = HALF * layer_engine_sizes.outputs,
        .rows = layer.inputs,
        .columns = layer.outputs,
        .flags = AHWA_TILE_FLAGS_HALF_MASK,
        .bias = run->bias,
    };
    ahwa_tile_configure(layer.tile, &job);
    run->configured |= 1u << context;
}

void layer_engine_submit(struct layer_engine_run *run, uint32_t k)
{
    if (k >= run->chunks) return;
    const uint32_t i = slot(k);
    wait_transfer(run->loads[i]);
    if (k >= LAYER_ENGINE_BUFFERS) wait_transfer(run->stores[i]);
    const uint32_t context = ahwa_tile_acquire(layer.tile);
    if (!(run->configured >> context & 1)) configure(run, context);
    ahwa_tile_write(layer.tile, AHWA_TILE_SRC_OFFSET, run->x[i]);
    ahwa_tile_write(layer.tile, AHWA_TILE_DST_OFFSET, run->y[i]);
    ahwa_tile_write(layer.tile, AHWA_TILE_VECTORS_OFFSET, tokens_of(run, k));
    ahwa_tile_write(layer.tile, AHWA_TILE_TAG_OFFSET, k);
    run->jobs[i] = ahwa_tile_trigger(layer.tile);
    if (!run->jobs[i]) layer_fail(AHWA_EXIT_LAYER_TILE, ahwa_tile_error(layer.tile), ahwa_tile_read(layer.tile, AHWA_TILE_ERROR_ARGUMENT_OFFSET));
}

void layer_engine_wait_tile(const struct layer_engine_run *run, uint32_t k)
{
    AHWA_REGION_BEGIN(LAYER_REGION_TILE_WAIT);
    ahwa_tile_wait_job(layer.tile, run->jobs[slot(k)]);
    AHWA_REGION_END(LAYER_REGION_TILE_WAIT);
}

void layer_engine_store(struct layer_engine_run *run, uint32_t k)
{
    layer_result.output_cycle = ahwa_cluster_cycle();
    if (k < AHWA_LAYER_MAX_CHUNKS) layer_result.chunk_end[k] = layer_result.output_cycle;
    const uint32_t bytes = row_bytes(layer.outputs);
    run->stores[slot(k)] = copy(layer.y + k * run->chunk * bytes, bytes, run->y[slot(k)], HALF * layer_engine_sizes.outputs, tokens_of(run, k), bytes);
}

/* ---- Driving the engine ------------------------------------------------------------------------------------------------ */

void layer_engine_clear(struct layer_engine_run *run, uint32_t k)
{
    if (k < LAYER_ENGINE_BUFFERS || k >= run->chunks) return; /* the first are zero already */
    run->clears[slot(k)] = copy(run->xa[slot(k)], 0, run->zeros, 0, 1, run->xa_bytes);
}

void layer_engine_prepare_down(const struct layer_engine_run *run, uint32_t k)
{
    const uint32_t i = slot(k);
    if (k >= LAYER_ENGINE_BUFFERS) wait_transfer(run->clears[i]);
    const struct redmule_job job = {run->x[i], run->a, run->xa[i], tokens_of(run, k), layer_engine_sizes.inputs, layer_engine_sizes.rank};
    redmule_prepare(&job);
}

void layer_engine_prepare_up(const struct layer_engine_run *run, uint32_t k)
{
    const uint32_t i = slot(k);
    const struct redmule_job job = {run->xa[i], run->b, run->y[i], tokens_of(run, k), layer_engine_sizes.rank, layer_engine_sizes.outputs};
    redmule_prepare(&job);
}

/* ---- Closing ----------------------------------------------------------------------------------------------------------- */

int layer_engine_close(const struct layer_engine_run *run)
{
    (void)run;
    ahwa_dma_wait();
    layer_result.end_cycle = ahwa_cluster_cycle();
    const uint32_t cause = ahwa_tile_error(layer.tile);
    if (cause) layer_fail(AHWA_EXIT_LAYER_TILE, cause, ahwa_tile_read(layer.tile, AHWA_TILE_ERROR_ARGUMENT_OFFSET));
    layer_result.tile_jobs = ahwa_tile_read(layer.tile, AHWA_TILE_FINISHED_OFFSET);
    layer_result.version = AHWA_LAYER_VERSION;
    layer_result.magic = AHWA_LAYER_RESULT_MAGIC;
    return AHWA_EXIT_OK;
}
