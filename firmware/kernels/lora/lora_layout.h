/**
 * @file
 * How the LoRA kernels want their matrices, which the host has to know to find room for them.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_LORA_LAYOUT_H
#define AHWA_LORA_LAYOUT_H

/** How the kernels want their matrices. */
#define LORA_PANEL   4u /* Columns of a panel: what a register block is wide, and the unit in which ranks and outputs are shared out. */
#define LORA_ROW_PAD 1u /* Elements after the panels of a row: strides are odd, so harts that walk different tokens meet different banks. */

#endif
