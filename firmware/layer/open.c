#include "run.h"

struct ahwa_layer layer __attribute__((section(".data")));
struct ahwa_layer_result layer_result __attribute__((section(".data")));

static AHWA_TCDM struct layer_run runs[AHWA_LAYER_MAX_CHAIN];

extern char __tcdm_start[], __tcdm_heap_start[], __tcdm_heap_end[];

_Noreturn void layer_fail(uint32_t code, uint32_t cause, uint32_t argument)
{
    layer_result.error = code;
    layer_result.error_cause = cause;
    layer_result.error_argument = argument;
    ahwa_exit(code);
}

static void require(uint32_t holds, uint32_t code, uint32_t argument)
{
    if (!holds) layer_fail(code, 0, argument);
}

static uint32_t is_size(uint32_t value)
{
    return value - 1 < 65535;
}

/* ---- Checking --------------------------------------------------------------------------------------------------- */

static void check_record(const struct ahwa_layer *of, enum layer_adapter adapter)
{
    require(of->magic == AHWA_LAYER_MAGIC, AHWA_EXIT_LAYER_MAGIC, of->magic);
    require(of->version == AHWA_LAYER_VERSION, AHWA_EXIT_LAYER_MAGIC, of->version);
    require(is_size(of->inputs), AHWA_EXIT_LAYER_SHAPE, of->inputs);
    require(is_size(of->outputs), AHWA_EXIT_LAYER_SHAPE, of->outputs);
    require(!adapter || is_size(of->rank), AHWA_EXIT_LAYER_SHAPE, of->rank);
    require(of->tokens != 0, AHWA_EXIT_LAYER_SHAPE, of->tokens);
    require(is_size(of->chunk) && of->chunk <= of->tokens, AHWA_EXIT_LAYER_SHAPE, of->chunk);
    const uint32_t addresses = of->x | of->y | of->bias | of->next | (adapter ? of->a | of->b : 0);
    require((addresses & 3) == 0, AHWA_EXIT_LAYER_SHAPE, addresses);
    require(of->flags <= AHWA_LAYER_SPLIT_OUTPUTS, AHWA_EXIT_LAYER_SHAPE, of->flags);
    require(of->copies - 1 < AHWA_LAYER_MAX_COPIES, AHWA_EXIT_LAYER_MAPPING, of->copies);
    const uint64_t tiles = (uint64_t)of->row_splits * of->column_splits * of->copies;
    require(tiles - 1 < AHWA_MAX_TILES, AHWA_EXIT_LAYER_MAPPING, of->row_splits << 16 | of->column_splits);
}

/** A layer that takes another's outputs takes all of them, chunk by chunk. */
static void check_link(const struct ahwa_layer *from, const struct ahwa_layer *to)
{
    require(to->inputs == from->outputs, AHWA_EXIT_LAYER_SHAPE, to->inputs);
    require(to->tokens == from->tokens, AHWA_EXIT_LAYER_SHAPE, to->tokens);
    require(to->chunk == from->chunk, AHWA_EXIT_LAYER_SHAPE, to->chunk);
}

/* ---- Laying out TCDM ---------------------------------------------------------------------------------------------- */

/** Takes room for rows x columns floats from TCDM; `*end` may pass the end of memory, which the caller checks. */
static uint32_t take(uint64_t *end, uint32_t rows, uint32_t columns)
{
    const uint32_t address = (uint32_t)*end;
    const uint64_t bytes = (uint64_t)rows * columns * sizeof(float);
    *end += (bytes + AHWA_LAYER_ALIGNMENT - 1) / AHWA_LAYER_ALIGNMENT * AHWA_LAYER_ALIGNMENT;
    return address;
}

/** `x` holds the Y buffers of the previous layer, or is 0. */
static void lay_out(struct layer_run *run, uint64_t *end, const uint32_t *x, enum layer_adapter adapter)
{
    const struct ahwa_layer *const of = run->layer;
    struct lora *const lora = &run->lora;
    *lora = (struct lora){
        .inputs = of->inputs,
        .outputs = of->outputs,
        .rank = adapter ? of->rank : 1,
        .scale = of->scale,
        .x_stride = lora_stride(of->inputs),
        .xa_stride = lora_stride(of->rank),
        .y_stride = lora_stride(of->outputs),
    };
    if (adapter) {
        lora->a = (const float *)take(end, of->inputs, lora_padded(of->rank));
        lora->b = (const float *)take(end, of->rank, lora_padded(of->outputs));
        run->xa = take(end, of->chunk, lora->xa_stride);
    }
    if (adapter == LAYER_ADAPTER_AHEAD) run->d = take(end, of->chunk, lora->y_stride);
    run->matrix = (struct ahwa_matrix){
        .tile = of->tile,
        .inputs = ahwa_cut(of->inputs, of->row_splits),
        .outputs = ahwa_cut(of->outputs, of->column_splits),
        .src_stride = lora->x_stride * sizeof(float),
        .dst_stride = lora->y_stride * sizeof(float),
        .term_bytes = of->chunk * lora->y_stride * sizeof(float),
        .bias = of->bias ? take(end, 1, of->outputs) : 0,
    };
    for (uint32_t i = 0; i < run->buffers; i++) {
        run->x[i] = x ? x[i] : take(end, of->chunk, lora->x_stride);
        run->y[i] = take(end, of->row_splits * of->chunk, lora->y_stride);
    }
}

/* ---- Bringing the adapter to TCDM --------------------------------------------------------------------------------- */

uint32_t layer_copy(uint32_t dst, uint32_t dst_stride, uint32_t src, uint32_t src_stride, uint32_t rows, uint32_t columns)
{
    const uint32_t id = ahwa_dma_copy_2d(dst, src, columns * sizeof(float), rows, dst_stride * sizeof(float), src_stride * sizeof(float));
    if (id) return id;
    layer_fail(AHWA_EXIT_LAYER_DMA, ahwa_dma_read(AHWA_DMA_ERROR_CAUSE_OFFSET), ahwa_dma_read(AHWA_DMA_ERROR_ARGUMENT_OFFSET));
}

/** Starts copies that put a row-major matrix into panels, as lora_pack does. */
static void copy_to_panels(const float *panels, uint32_t matrix, uint32_t rows, uint32_t columns)
{
    for (uint32_t j = 0; j < columns; j += LORA_PANEL) {
        const uint32_t width = columns - j < LORA_PANEL ? columns - j : LORA_PANEL;
        layer_copy((uint32_t)(panels + j * rows), LORA_PANEL, matrix + j * sizeof(float), columns, rows, width);
    }
}

static void bring_adapter(const struct layer_run *run, enum layer_adapter adapter)
{
    const struct ahwa_layer *const of = run->layer;
    if (adapter) {
        copy_to_panels(run->lora.a, of->a, of->inputs, of->rank);
        copy_to_panels(run->lora.b, of->b, of->rank, of->outputs);
    }
    if (of->bias) layer_copy(run->matrix.bias, 0, of->bias, 0, 1, of->outputs);
    ahwa_dma_wait();
}

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static void set_integration(const struct layer_run *run)
{
    const uint32_t tiles = ahwa_matrix_tiles(&run->matrix) * run->layer->copies;
    for (uint32_t i = 0; run->layer->t_int_ns && i < tiles; i++) ahwa_tile_set_integration(run->layer->tile + i, run->layer->t_int_ns);
}

/** Token parts << 16 | other parts, as in `layer`: at least one of each, and together at most as many as there are harts. */
static uint32_t are_parts(uint32_t parts)
{
    const uint32_t tokens = parts >> 16, others = parts & 0xFFFF;
    return tokens - 1 < AHWA_MAX_HARTS && others - 1 < AHWA_MAX_HARTS && tokens * others <= ahwa_harts();
}

static void choose_split(struct layer_run *run)
{
    const struct ahwa_layer *const of = run->layer;
    run->split = lora_choose_split(&run->lora, of->chunk, ahwa_harts(), (enum lora_split_by)of->flags);
    require(!of->down_parts || are_parts(of->down_parts), AHWA_EXIT_LAYER_SHAPE, of->down_parts);
    require(!of->up_parts || are_parts(of->up_parts), AHWA_EXIT_LAYER_SHAPE, of->up_parts);
    if (of->down_parts) run->split.down_tokens = of->down_parts >> 16, run->split.down_ranks = of->down_parts & 0xFFFF;
    if (of->up_parts) run->split.up_tokens = of->up_parts >> 16, run->split.up_outputs = of->up_parts & 0xFFFF;
}

/** Checks the chain, and gives each layer a run and its room in TCDM. */
static void open_runs(uint32_t most, uint32_t buffers, enum layer_adapter adapter)
{
    const uint32_t start = (uint32_t)__tcdm_heap_start;
    const uint32_t last = layer.tcdm_bytes ? (uint32_t)__tcdm_start + layer.tcdm_bytes : (uint32_t)__tcdm_heap_end;
    uint64_t end = start;
    struct layer_run *before = 0;
    for (const struct ahwa_layer *of = &layer; of; of = (const struct ahwa_layer *)of->next) {
        struct layer_run *const run = before ? before + 1 : runs;
        require((uint32_t)(run - runs) < most, AHWA_EXIT_LAYER_SHAPE, (uint32_t)of);
        check_record(of, adapter);
        if (before) check_link(before->layer, of);
        *run = (struct layer_run){.layer = of, .buffers = buffers, .chunks = (of->tokens + of->chunk - 1) / of->chunk};
        lay_out(run, &end, before ? before->y : 0, adapter);
        require(ahwa_matrix_fits(&run->matrix), AHWA_EXIT_LAYER_MAPPING, ahwa_tile_read(of->tile, AHWA_TILE_SIZE_OFFSET));
        choose_split(run);
        if (before) before->next = run;
        before = run;
    }
    require(end <= last, AHWA_EXIT_LAYER_TCDM, (uint32_t)(end - start));
    layer_result.tcdm_bytes = (uint32_t)(end - start);
}

static struct layer_share share_of(const struct layer_run *run, uint32_t tokens, uint32_t hart)
{
    return (struct layer_share){
        .down = lora_share(tokens, run->split.down_tokens, run->lora.rank, run->split.down_ranks, hart),
        .up = lora_share(tokens, run->split.up_tokens, run->lora.outputs, run->split.up_outputs, hart),
    };
}

uint32_t layer_open_chain(struct layer_hart *harts, uint32_t most, uint32_t buffers, enum layer_adapter adapter)
{
    const uint32_t hart = ahwa_hart();
    if (hart == LAYER_CONTROL_HART) {
        open_runs(most, buffers, adapter);
        for (const struct layer_run *run = runs; run; run = run->next) {
            set_integration(run);
            bring_adapter(run, adapter);
        }
        layer_result.harts = ahwa_harts();
        layer_result.chunks = runs->chunks;
        layer_result.down_parts = runs->split.down_tokens << 16 | runs->split.down_ranks;
        layer_result.up_parts = runs->split.up_tokens << 16 | runs->split.up_outputs;
    }
    ahwa_barrier();
    uint32_t layers = 0;
    for (struct layer_run *run = runs; run; run = run->next, layers++) {
        harts[layers] = (struct layer_hart){.hart = hart, .run = run};
        harts[layers].full = share_of(run, run->layer->chunk, hart);
        harts[layers].last = share_of(run, layer_tokens_of(run, run->chunks - 1), hart);
    }
    ahwa_barrier();
    if (hart == LAYER_CONTROL_HART) layer_result.start_cycle = ahwa_cluster_cycle();
    return layers;
}

void layer_open(struct layer_hart *hart, uint32_t buffers, enum layer_adapter adapter)
{
    layer_open_chain(hart, 1, buffers, adapter);
}
