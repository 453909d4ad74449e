/**
 * @file
 * The contract between the host and apps/service.c, which keeps a model's layers running: the host fills in
 * `service`, and `layer` if it asks for one, raises hart 0's event, and finds everything done when all harts wait
 * again.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_SERVICE_H
#define AHWA_SERVICE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/** Mark of the record. */
#define AHWA_SERVICE_MAGIC 0x56524553u /* "SERV" in memory */

/** What the host asks for. */
enum ahwa_service_command {
    AHWA_SERVICE_STOP = 0, /**< end the run */
    AHWA_SERVICE_RUN  = 1, /**< run `layer`; without adapter if its rank is 0 */
    AHWA_SERVICE_SWAP = 2, /**< copy the blocks: another task's A and B over this one's */
};

/** One copy; addresses and bytes are multiples of 4. */
struct ahwa_service_block {
    uint32_t dst;   /**< address to write to */
    uint32_t src;   /**< address to read from */
    uint32_t bytes; /**< how many */
};

static_assert(offsetof(struct ahwa_service_block, dst) == 0x00, "published offset");
static_assert(offsetof(struct ahwa_service_block, src) == 0x04, "published offset");
static_assert(offsetof(struct ahwa_service_block, bytes) == 0x08, "published offset");
static_assert(sizeof(struct ahwa_service_block) == 0x0C, "published size");

/** What the host asks for, and what the app says of it. */
struct ahwa_service {
    uint32_t magic;       /**< AHWA_SERVICE_MAGIC */
    uint32_t command;     /**< enum ahwa_service_command */
    uint32_t blocks;      /**< SWAP: address of struct ahwa_service_block [block_count] */
    uint32_t block_count; /**< SWAP: how many */
    uint32_t served;      /**< commands done, counted by the app */
    uint32_t cycles;      /**< cycles the last SWAP took, from the first copy's launch to the end of the last */
};

static_assert(offsetof(struct ahwa_service, magic) == 0x00, "published offset");
static_assert(offsetof(struct ahwa_service, command) == 0x04, "published offset");
static_assert(offsetof(struct ahwa_service, blocks) == 0x08, "published offset");
static_assert(offsetof(struct ahwa_service, block_count) == 0x0C, "published offset");
static_assert(offsetof(struct ahwa_service, served) == 0x10, "published offset");
static_assert(offsetof(struct ahwa_service, cycles) == 0x14, "published offset");
static_assert(sizeof(struct ahwa_service) == 0x18, "published size");

extern struct ahwa_service service;

#endif
