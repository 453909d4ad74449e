#include "run.h"

/** The buffers that hold chunk k. Their number is a power of two, since a remainder would cost more than the rest of a step. */
static inline uint32_t slot(const struct layer_run *run, uint32_t k)
{
    return k & (run->buffers - 1);
}

/** The copy of the matrix that multiplies chunk k. */
static inline uint32_t copy_of(const struct layer_run *run, uint32_t k)
{
    return run->layer->copies == 1 ? 0 : k % run->layer->copies;
}

uint32_t layer_ahead(void)
{
    return layer.copies > AHWA_LAYER_AHEAD ? layer.copies : AHWA_LAYER_AHEAD;
}

uint32_t layer_buffers(uint32_t ahead)
{
    return ahead == AHWA_LAYER_AHEAD ? AHWA_LAYER_BUFFERS_DEEP : AHWA_LAYER_BUFFERS_MOST;
}

uint32_t layer_chunks(const struct layer_hart *hart)
{
    return hart->run->chunks;
}

uint32_t layer_has_terms(const struct layer_hart *hart)
{
    return hart->run->matrix.inputs.parts != 1;
}

/* ---- Computing --------------------------------------------------------------------------------------------------- */

static const struct layer_share *share_at(const struct layer_hart *hart, uint32_t k)
{
    return k + 1 < hart->run->chunks ? &hart->full : &hart->last;
}

/* Marks a region for the timeline, and adds its cycles to hart_busy. */
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
    const struct layer_run *const run = hart->run;
    MEASURED(hart, LAYER_REGION_DOWN, lora_down(&run->lora, (const float *)run->x[slot(run, k)], (float *)run->xa, share_at(hart, k)->down));
}

/** Adds up, in order, this hart's share of the outputs of the tiles that share the inputs. */
static inline void sum_terms(const struct layer_hart *hart, uint32_t k)
{
    if (!layer_has_terms(hart)) return;
    const struct layer_run *const run = hart->run;
    const uint32_t y = run->y[slot(run, k)];
    for (uint32_t i = 1; i < run->matrix.inputs.parts; i++)
        lora_add(&run->lora, (const float *)(y + i * run->matrix.term_bytes), (float *)y, share_at(hart, k)->up);
}

void layer_sum_together(struct layer_hart *hart, uint32_t k)
{
    if (!layer_has_terms(hart)) return;
    ahwa_barrier();
    sum_terms(hart, k);
    ahwa_barrier();
}

void layer_up(struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    MEASURED(hart, LAYER_REGION_UP, sum_terms(hart, k);
             lora_up_add(&run->lora, (const float *)run->xa, (float *)run->y[slot(run, k)], share_at(hart, k)->up));
}

void layer_up_ahead(struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    MEASURED(hart, LAYER_REGION_UP, lora_up(&run->lora, (const float *)run->xa, (float *)run->d, share_at(hart, k)->up));
}

uint32_t layer_up_either(struct layer_hart *hart, uint32_t k)
{
    const uint32_t is_there = hart->run->is_there;
    if (is_there) layer_up(hart, k);
    else layer_up_ahead(hart, k);
    return is_there;
}

void layer_add(struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    MEASURED(hart, LAYER_REGION_ADD, sum_terms(hart, k);
             lora_add(&run->lora, (const float *)run->d, (float *)run->y[slot(run, k)], share_at(hart, k)->up));
}

/* ---- Moving and driving the tiles ----------------------------------------------------------------------------------- */

void layer_load(const struct layer_hart *hart, uint32_t k)
{
    struct layer_run *const run = hart->run;
    if (k >= run->chunks) return;
    const uint32_t x = run->layer->x + k * run->layer->chunk * run->layer->inputs * sizeof(float);
    run->loads[slot(run, k)] = layer_copy(run->x[slot(run, k)], run->lora.x_stride, x, run->layer->inputs, layer_tokens_of(run, k), run->layer->inputs);
}

void layer_store(const struct layer_hart *hart, uint32_t k)
{
    struct layer_run *const run = hart->run;
    layer_result.output_cycle = ahwa_cluster_cycle();
    if (k < AHWA_LAYER_MAX_CHUNKS) layer_result.chunk_end[k] = layer_result.output_cycle;
    const uint32_t y = run->layer->y + k * run->layer->chunk * run->layer->outputs * sizeof(float);
    run->stores[slot(run, k)] = layer_copy(y, run->layer->outputs, run->y[slot(run, k)], run->lora.y_stride, layer_tokens_of(run, k), run->layer->outputs);
}

void layer_wait_load(const struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    if (k >= run->chunks) return;
    while (!ahwa_dma_done(run->loads[slot(run, k)])) {
    }
}

void layer_wait_room(const struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    if (k < run->buffers || k >= run->chunks || run->next) return;
    while (!ahwa_dma_done(run->stores[slot(run, k)])) {
    }
}

void layer_wait_dma(void)
{
    ahwa_dma_wait();
}

static uint32_t tiles_of(const struct layer_run *run)
{
    return ahwa_matrix_tiles(&run->matrix) * run->layer->copies;
}

/** Ends the run if a tile of the layer has an error. */
static void check_tiles(const struct layer_run *run)
{
    for (uint32_t tile = run->layer->tile, end = tile + tiles_of(run); tile != end; tile++) {
        const uint32_t cause = ahwa_tile_error(tile);
        if (cause) layer_fail(AHWA_EXIT_LAYER_TILE, cause, ahwa_tile_read(tile, AHWA_TILE_ERROR_ARGUMENT_OFFSET));
    }
}

void layer_trigger(const struct layer_hart *hart, uint32_t k)
{
    struct layer_run *const run = hart->run;
    if (k >= run->chunks) return;
    const uint32_t i = slot(run, k);
    run->triggered = k + 1;
    run->jobs[i] = ahwa_matrix_submit(&run->matrix, copy_of(run, k), run->x[i], run->y[i], layer_tokens_of(run, k), k);
    if (!run->jobs[i]) check_tiles(run);
}

void layer_wait_tile(const struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    AHWA_REGION_BEGIN(LAYER_REGION_TILE_WAIT);
    ahwa_matrix_wait(&run->matrix, copy_of(run, k), run->jobs[slot(run, k)]);
    AHWA_REGION_END(LAYER_REGION_TILE_WAIT);
}

void layer_look(const struct layer_hart *hart, uint32_t k)
{
    struct layer_run *const run = hart->run;
    run->is_there = k < run->triggered && ahwa_matrix_done(&run->matrix, copy_of(run, k), run->jobs[slot(run, k)]);
}

uint32_t layer_may_wait(const struct layer_hart *hart, uint32_t k)
{
    const struct layer_run *const run = hart->run;
    return ahwa_dma_read(AHWA_DMA_STATUS_OFFSET) == 0 || !ahwa_matrix_done(&run->matrix, copy_of(run, k), run->jobs[slot(run, k)]);
}

void layer_fill(const struct layer_hart *hart, uint32_t ahead)
{
    for (uint32_t k = 0; k <= ahead; k++) layer_load(hart, k);
    layer_feed(hart, 0, ahead - 1);
}

void layer_feed(const struct layer_hart *hart, uint32_t k, uint32_t last)
{
    const struct layer_run *const run = hart->run;
    for (uint32_t next = run->triggered; next <= last && next < run->chunks; next++) {
        if (next <= k) layer_wait_load(hart, next);
        else if (!ahwa_dma_done(run->loads[slot(run, next)]) || !ahwa_matrix_has_room(&run->matrix, copy_of(run, next))) return;
        layer_trigger(hart, next);
    }
}

void layer_pass_on(const struct layer_hart *layers, uint32_t count, uint32_t i, uint32_t k)
{
    if (i + 1 == count) {
        layer_store(&layers[i], k);
        return;
    }
    layer_wait_room(&layers[i + 1], k);
    layer_trigger(&layers[i + 1], k);
}

/* ---- Closing ------------------------------------------------------------------------------------------------------- */

int layer_close(const struct layer_hart *hart)
{
    const struct layer_run *const first = hart->run;
    uint32_t busy = 0;
    const struct layer_hart *of = hart;
    for (const struct layer_run *run = first; run; run = run->next) busy += of++->busy;
    layer_result.hart_busy[hart->hart] = busy;
    ahwa_dma_wait();
    ahwa_barrier();
    if (!layer_controls(hart)) return AHWA_EXIT_OK;
    layer_result.end_cycle = ahwa_cluster_cycle();
    for (const struct layer_run *run = first; run; run = run->next) {
        check_tiles(run);
        for (uint32_t i = 0; i < tiles_of(run); i++) layer_result.tile_jobs += ahwa_tile_read(run->layer->tile + i, AHWA_TILE_FINISHED_OFFSET);
    }
    layer_result.version = AHWA_LAYER_VERSION;
    layer_result.magic = AHWA_LAYER_RESULT_MAGIC;
    return AHWA_EXIT_OK;
}
