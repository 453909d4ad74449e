#include "ahwa.h"

#include <string.h>

void ahwa_tile_configure(uint32_t tile, const struct ahwa_tile_job *job)
{
    ahwa_tile_write(tile, AHWA_TILE_SRC_OFFSET, job->src);
    ahwa_tile_write(tile, AHWA_TILE_DST_OFFSET, job->dst);
    ahwa_tile_write(tile, AHWA_TILE_SRC_STRIDE_OFFSET, job->src_stride);
    ahwa_tile_write(tile, AHWA_TILE_DST_STRIDE_OFFSET, job->dst_stride);
    ahwa_tile_write(tile, AHWA_TILE_VECTORS_OFFSET, job->vectors);
    ahwa_tile_write(tile, AHWA_TILE_FIRST_ROW_OFFSET, job->first_row);
    ahwa_tile_write(tile, AHWA_TILE_ROWS_OFFSET, job->rows);
    ahwa_tile_write(tile, AHWA_TILE_FIRST_COLUMN_OFFSET, job->first_column);
    ahwa_tile_write(tile, AHWA_TILE_COLUMNS_OFFSET, job->columns);
    ahwa_tile_write(tile, AHWA_TILE_FLAGS_OFFSET, job->flags);
    ahwa_tile_write(tile, AHWA_TILE_SCALE_OFFSET, job->scale);
    ahwa_tile_write(tile, AHWA_TILE_BIAS_OFFSET, job->bias);
    ahwa_tile_write(tile, AHWA_TILE_TAG_OFFSET, job->tag);
}

/** A range of lines, encoded for PROGRAM_ROWS and PROGRAM_COLUMNS. */
static uint32_t lines(uint32_t first, uint32_t count)
{
    return first << AHWA_TILE_PROGRAM_ROWS_FIRST_SHIFT | count << AHWA_TILE_PROGRAM_ROWS_COUNT_SHIFT;
}

uint32_t ahwa_tile_program(uint32_t tile, uint32_t weights, uint32_t stride, uint32_t first_row, uint32_t rows, uint32_t first_column, uint32_t columns)
{
    ahwa_fence();
    ahwa_tile_write(tile, AHWA_TILE_PROGRAM_WEIGHTS_OFFSET, weights);
    ahwa_tile_write(tile, AHWA_TILE_PROGRAM_STRIDE_OFFSET, stride);
    ahwa_tile_write(tile, AHWA_TILE_PROGRAM_ROWS_OFFSET, lines(first_row, rows));
    ahwa_tile_write(tile, AHWA_TILE_PROGRAM_COLUMNS_OFFSET, lines(first_column, columns));
    ahwa_tile_write(tile, AHWA_TILE_PROGRAM_START_OFFSET, 1);
    ahwa_tile_wait_idle(tile);
    return ahwa_tile_error(tile);
}

uint32_t ahwa_tile_calibrate(uint32_t tile, uint32_t command)
{
    ahwa_tile_write(tile, AHWA_TILE_CALIBRATE_START_OFFSET, command);
    ahwa_tile_wait_idle(tile);
    return ahwa_tile_error(tile);
}

uint32_t ahwa_tile_advance_age(uint32_t tile, float seconds)
{
    uint32_t bits;
    memcpy(&bits, &seconds, sizeof bits);
    ahwa_tile_write(tile, AHWA_TILE_AGE_ADVANCE_OFFSET, bits);
    return ahwa_tile_error(tile);
}

float ahwa_tile_age(uint32_t tile)
{
    const uint32_t bits = ahwa_tile_read(tile, AHWA_TILE_AGE_OFFSET);
    float seconds;
    memcpy(&seconds, &bits, sizeof seconds);
    return seconds;
}
