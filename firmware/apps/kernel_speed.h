/**
 * @file
 * What kernel_speed.c measures, so that the host can say what its cycles are for.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_KERNEL_SPEED_H
#define AHWA_KERNEL_SPEED_H

/** The layer whose kernels are measured. */
enum kernel_speed {
    KERNEL_SPEED_WIDTH  = 128, /**< inputs, and outputs */
    KERNEL_SPEED_RANK   = 8,   /**< of the adapter */
    KERNEL_SPEED_TOKENS = 16,  /**< tokens of a chunk */
};

#endif
