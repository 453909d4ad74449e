/**
 * @file
 * The steps of which a layer strategy is made. A strategy is a schedule of these steps over the chunks of a layer;
 * chunk k uses the buffers k modulo their number. Steps of the control hart move data and drive the tile. Steps of
 * all harts compute.
 */
#ifndef AHWA_LAYER_STEPS_H
#define AHWA_LAYER_STEPS_H

#include <stdint.h>

#include "ahwa.h"
#include "layer.h"
#include "lora.h"

enum { LAYER_CONTROL_HART = 0 };

/** What an app does with A and B. */
enum layer_adapter {
    LAYER_ADAPTER_NONE,  /**< the tile alone */
    LAYER_ADAPTER_FUSED, /**< layer_up adds to what the tile has written */
    LAYER_ADAPTER_AHEAD, /**< layer_up_ahead needs no tile output; layer_add follows it */
};

/** One hart's share of the LoRA products of a chunk. */
struct layer_share {
    struct lora_grid down, up;
};

struct layer_run; /* what the harts share: run.h */

/** What a hart knows about a layer. */
struct layer_hart {
    uint32_t hart;
    struct layer_run *run;
    struct layer_share full; /**< its share of a chunk of `chunk` tokens */
    struct layer_share last; /**< its share of the last chunk */
    uint32_t busy;           /**< cycles in the products so far */
};

static inline uint32_t layer_controls(const struct layer_hart *hart)
{
    return hart->hart == LAYER_CONTROL_HART;
}

/**
 * 1 for the hart that moves data if the control hart does not: the second hart, so that the two split the work that no
 * other hart does. If shares differ, the first harts have the smaller ones (lora_part).
 */
static inline uint32_t layer_moves(const struct layer_hart *hart)
{
    return hart->hart == (layer_result.harts > 1);
}

/* ---- All harts ------------------------------------------------------------------------------------------------- */

/**
 * Checks `layer`, lays out TCDM with `buffers` chunks of X and Y (AHWA_LAYER_BUFFERS_*), brings adapter and bias there, and sets the
 * integration time. Ends the run with AHWA_EXIT_LAYER_* if that is not possible.
 */
void layer_open(struct layer_hart *hart, uint32_t buffers, enum layer_adapter adapter);

/** The same for `layer` and the layers that it feeds, at most `most`: harts[0] is the first. Returns how many there are. */
uint32_t layer_open_chain(struct layer_hart *harts, uint32_t most, uint32_t buffers, enum layer_adapter adapter);

/** Chunks to queue on the tiles ahead of the harts: two, or one for each copy of the matrix. */
uint32_t layer_ahead(void);

/** Buffers that this takes, including one chunk at the harts and one that is coming in. */
uint32_t layer_buffers(uint32_t ahead);

/** Chunks of the layer. */
uint32_t layer_chunks(const struct layer_hart *hart);

/** 1 if several tiles share the inputs, so that their outputs have to be added: layer_up and layer_add do this. */
uint32_t layer_has_terms(const struct layer_hart *hart);

/** Y of chunk k = the sum of the tiles' outputs, for use without an adapter. Contains barriers if there are several terms. */
void layer_sum_together(struct layer_hart *hart, uint32_t k);

/** xa = scale X A of chunk k, this hart's share. A barrier must come between this and layer_up. */
void layer_down(struct layer_hart *hart, uint32_t k);

/** Y += xa B of chunk k, this hart's share. */
void layer_up(struct layer_hart *hart, uint32_t k);

/**
 * If the tiles had finished chunk k when the control hart called layer_look: does as layer_up, and returns 1. If not:
 * does as layer_up_ahead, and returns 0; layer_add must then follow.
 */
uint32_t layer_up_either(struct layer_hart *hart, uint32_t k);

/** d = xa B of chunk k, this hart's share, whether or not the tile has finished the chunk. There is only one d. */
void layer_up_ahead(struct layer_hart *hart, uint32_t k);

/** Y += d of chunk k, the share that this hart computed. */
void layer_add(struct layer_hart *hart, uint32_t k);

/** Waits until the results are in RAM and all harts are here, and completes `layer_result`. Returns the value for main. `hart` is the first of a chain. */
int layer_close(const struct layer_hart *hart);

/* ---- The control hart alone ------------------------------------------------------------------------------------ */

/* If another hart moves data (layer_moves), layer_load and layer_store are for that hart. A chunk beyond the last is ignored. */

void layer_load(const struct layer_hart *hart, uint32_t k);      /**< start the transfer of X of chunk k to TCDM */
void layer_trigger(const struct layer_hart *hart, uint32_t k);   /**< queue chunk k on the tiles; X must be there and the Y buffer free */
void layer_wait_tile(const struct layer_hart *hart, uint32_t k); /**< wait until the tiles have finished chunk k */
void layer_look(const struct layer_hart *hart, uint32_t k);      /**< note whether the tiles have finished chunk k; a barrier must follow */
void layer_store(const struct layer_hart *hart, uint32_t k);     /**< start the transfer of Y of chunk k to RAM, and note the chunk's end */
void layer_wait_load(const struct layer_hart *hart, uint32_t k); /**< wait until X of chunk k is in TCDM */
void layer_wait_room(const struct layer_hart *hart, uint32_t k); /**< wait until the Y buffer of chunk k has been stored */
void layer_wait_dma(void);                                       /**< wait until all transfers have ended */

/** Loads the first chunks and queues `ahead` of them on the tiles; it waits for the first of them. One more is left coming in. */
void layer_fill(const struct layer_hart *hart, uint32_t ahead);

/**
 * Queues chunks on the tiles. Waits for X of those up to k, and takes those after k, up to `last`, whose X has come in
 * and for which the tiles have a free context.
 */
void layer_feed(const struct layer_hart *hart, uint32_t k, uint32_t last);

/** For chunk k of layer i of a chain, whose output is complete: queues it on the next layer's tiles, or stores it. */
void layer_pass_on(const struct layer_hart *layers, uint32_t count, uint32_t i, uint32_t k);

/** 1 if waiting for the DMA would delay no hart: the DMA is idle, or the tiles have not finished chunk k. */
uint32_t layer_may_wait(const struct layer_hart *hart, uint32_t k);

#endif
