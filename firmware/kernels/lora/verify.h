/**
 * @file
 * Verifier of the LoRA kernels: compares every shape, split and remainder bit by bit with the definition in lora.h.
 */
#ifndef AHWA_LORA_VERIFY_H
#define AHWA_LORA_VERIFY_H

#include <stdint.h>

/** Runs all cases on this hart. Returns 0, or the number of the first failing case, 1 or more. */
uint32_t lora_verify(void);

#endif
