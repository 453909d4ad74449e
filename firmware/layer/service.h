/**
 * @file
 * The contract between the host and apps/service.c, which keeps a model's layers running: the host fills in `service`,
 * and `layer` where it asks for one, raises hart 0's event, and finds everything done when all harts wait again.
 */
#ifndef AHWA_SERVICE_H
#define AHWA_SERVICE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define AHWA_SERVICE_MAGIC 0x56524553u /* "SERV" in memory */

/** What the host asks for. */
enum ahwa_service_command {
    AHWA_SERVICE_STOP = 0, /**< end the run */
    AHWA_SERVICE_RUN = 1,  /**< run `layer`; without adapter where its rank is 0 */
    AHWA_SERVICE_SWAP = 2, /**< copy the blocks: another task's A and B over this one's */
};

/** One copy; addresses and bytes are multiples of 4. */
struct ahwa_service_block {
    uint32_t dst, src, bytes;
};

struct ahwa_service {
    uint32_t magic;       /**< AHWA_SERVICE_MAGIC */
    uint32_t command;     /**< enum ahwa_service_command */
    uint32_t blocks;      /**< SWAP: address of struct ahwa_service_block [block_count] */
    uint32_t block_count; /**< SWAP */
    uint32_t served;      /**< commands done, counted by the app */
    uint32_t cycles;      /**< cycles the last SWAP took, from the first copy's launch to the end of the last */
};

static_assert(sizeof(struct ahwa_service) == 0x18, "published size");

extern struct ahwa_service service;

#endif
