/**
 * Keeps a model running: its weights are on the tiles, its adapters in RAM, and the harts run one layer after the other as
 * the host asks. Between two commands, hart 0 waits for its event and the others wait at the barrier.
 */
#include "double_buffered.h"
#include "run.h"
#include "service.h"

struct ahwa_service service __attribute__((section(".data"))) = {.magic = AHWA_SERVICE_MAGIC};

/** Brings another task: only A and B are written, and no tile is touched. */
static void swap(void)
{
    const struct ahwa_service_block *const blocks = (const struct ahwa_service_block *)service.blocks;
    const uint32_t begin = ahwa_cluster_cycle();
    for (uint32_t i = 0; i < service.block_count; i++) layer_copy(blocks[i].dst, 0, blocks[i].src, 0, 1, blocks[i].bytes / sizeof(float));
    ahwa_dma_wait();
    service.cycles = ahwa_cluster_cycle() - begin;
}

int main(void)
{
    const uint32_t control = ahwa_hart() == LAYER_CONTROL_HART;
    for (;;) {
        if (control) ahwa_wait_event();
        ahwa_barrier();
        if (service.command == AHWA_SERVICE_STOP) return AHWA_EXIT_OK;
        if (service.command == AHWA_SERVICE_SWAP) {
            if (control) swap();
        } else if (layer.rank) {
            layer_double_buffered(LAYER_ADAPTER_FUSED);
        } else {
            layer_double_buffered(LAYER_ADAPTER_NONE);
        }
        if (control) service.served++;
    }
}
