/**
 * @file
 * Exit codes of the firmware, as `ahwalora run` returns them. For C and assembler.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_EXIT_H
#define AHWA_EXIT_H

/** What a run of the firmware ends with. */
#define AHWA_EXIT_OK            0  /* success */
#define AHWA_EXIT_LAYER_MAGIC   16 /* `layer` was not filled in, or for another version */
#define AHWA_EXIT_LAYER_SHAPE   17 /* a size is 0, an address or flag is bad, or there are more tokens in a chunk than in all */
#define AHWA_EXIT_LAYER_TCDM    18 /* the buffers do not fit TCDM; argument: bytes they would take */
#define AHWA_EXIT_LAYER_MAPPING 19 /* the layer does not fit its tiles; argument: SIZE, or the splits or copies asked for */
#define AHWA_EXIT_LAYER_TILE    20 /* the tile refused a job; cause and argument: its ERROR_ registers */
#define AHWA_EXIT_LAYER_DMA     21 /* the DMA refused a transfer; cause and argument: its ERROR_ registers */
#define AHWA_EXIT_TRAP          64 /* plus mcause: an exception that nobody handles */
#define AHWA_EXIT_INTERRUPT     96 /* plus mcause: an interrupt that nobody handles */

#endif
