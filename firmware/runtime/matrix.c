#include "ahwa.h"

/** The place of a part of the matrix. */
struct place {
    uint32_t input_part;
    struct ahwa_lines rows, columns;
};

/** The place that lies on tile `index` of the matrix, counted from its first. */
static struct place place_of(const struct ahwa_matrix *matrix, uint32_t index)
{
    const uint32_t input_part = index % matrix->inputs.parts, output_part = index / matrix->inputs.parts % matrix->outputs.parts;
    return (struct place){input_part, ahwa_cut_part(matrix->inputs, input_part), ahwa_cut_part(matrix->outputs, output_part)};
}

uint32_t ahwa_matrix_fits(const struct ahwa_matrix *matrix)
{
    /* The first part is the largest, and all tiles have the same size. */
    const uint32_t size = ahwa_tile_read(matrix->tile, AHWA_TILE_SIZE_OFFSET);
    const struct place first = place_of(matrix, 0);
    return first.rows.count <= AHWA_FIELD(AHWA_TILE_SIZE_ROWS, size) && first.columns.count <= AHWA_FIELD(AHWA_TILE_SIZE_COLUMNS, size);
}

/** Writes what is the same for every job into the context just acquired, which keeps it from then on. */
static __attribute__((noinline)) void configure(struct ahwa_matrix *matrix, uint32_t index, uint32_t context)
{
    const struct place at = place_of(matrix, index);
    const struct ahwa_tile_job job = {
        .src_stride = matrix->src_stride,
        .dst_stride = matrix->dst_stride,
        .rows = at.rows.count,
        .columns = at.columns.count,
        .bias = matrix->bias && at.input_part == 0 ? matrix->bias + at.columns.first * sizeof(float) : 0,
    };
    ahwa_tile_configure(matrix->tile + index, &job);
    matrix->configured[index] |= (uint8_t)(1u << context);
}

/** Queues a job on one tile; src and dst are the addresses of its part. */
static inline uint32_t submit(struct ahwa_matrix *matrix, uint32_t index, uint32_t src, uint32_t dst, uint32_t vectors, uint32_t tag)
{
    const uint32_t tile = matrix->tile + index, context = ahwa_tile_acquire(tile);
    if (!(matrix->configured[index] >> context & 1)) configure(matrix, index, context);
    ahwa_tile_write(tile, AHWA_TILE_SRC_OFFSET, src);
    ahwa_tile_write(tile, AHWA_TILE_DST_OFFSET, dst);
    ahwa_tile_write(tile, AHWA_TILE_VECTORS_OFFSET, vectors);
    ahwa_tile_write(tile, AHWA_TILE_TAG_OFFSET, tag);
    return ahwa_tile_trigger(tile);
}

static uint32_t submit_parts(struct ahwa_matrix *matrix, uint32_t index, uint32_t src, uint32_t dst, uint32_t vectors, uint32_t tag)
{
    uint32_t number = 0;
    for (uint32_t j = 0; j < matrix->outputs.parts; j++) {
        for (uint32_t i = 0; i < matrix->inputs.parts; i++, index++) {
            const uint32_t x = src + ahwa_cut_part(matrix->inputs, i).first * sizeof(float);
            const uint32_t y = dst + i * matrix->term_bytes + ahwa_cut_part(matrix->outputs, j).first * sizeof(float);
            number = submit(matrix, index, x, y, vectors, tag);
            if (!number) return 0;
        }
    }
    return number;
}

uint32_t ahwa_matrix_submit(struct ahwa_matrix *matrix, uint32_t copy, uint32_t src, uint32_t dst, uint32_t vectors, uint32_t tag)
{
    /* One tile is the common case, and the control hart calls this for every chunk. */
    const uint32_t tiles = ahwa_matrix_tiles(matrix);
    return tiles == 1 ? submit(matrix, copy, src, dst, vectors, tag) : submit_parts(matrix, copy * tiles, src, dst, vectors, tag);
}

uint32_t ahwa_matrix_has_room(const struct ahwa_matrix *matrix, uint32_t copy)
{
    const uint32_t tiles = ahwa_matrix_tiles(matrix), first = matrix->tile + copy * tiles;
    for (uint32_t i = 0; i < tiles; i++)
        if (!(ahwa_tile_read(first + i, AHWA_TILE_STATUS_OFFSET) & AHWA_TILE_STATUS_FREE_MASK)) return 0;
    return 1;
}

uint32_t ahwa_matrix_done(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t number)
{
    const uint32_t tiles = ahwa_matrix_tiles(matrix), first = matrix->tile + copy * tiles;
    for (uint32_t i = 0; i < tiles; i++)
        if (!ahwa_tile_done(first + i, number)) return 0;
    return 1;
}

void ahwa_matrix_wait(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t number)
{
    const uint32_t tiles = ahwa_matrix_tiles(matrix), first = matrix->tile + copy * tiles;
    for (uint32_t i = 0; i < tiles; i++) ahwa_tile_wait_job(first + i, number);
}

uint32_t ahwa_matrix_program(const struct ahwa_matrix *matrix, uint32_t copy, uint32_t weights, uint32_t stride)
{
    const uint32_t tiles = ahwa_matrix_tiles(matrix);
    for (uint32_t index = copy * tiles; index != (copy + 1) * tiles; index++) {
        const struct place at = place_of(matrix, index);
        const uint32_t part = weights + at.columns.first * stride + at.rows.first * sizeof(float);
        const uint32_t cause = ahwa_tile_program(matrix->tile + index, part, stride, 0, at.rows.count, 0, at.columns.count);
        if (cause) return cause;
    }
    return AHWA_TILE_ERROR_NONE;
}
