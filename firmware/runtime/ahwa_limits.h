/**
 * @file
 * Sizes of what the firmware keeps per hart and per tile.
 *
 * Generated from emulator/AhwaLora.Experiments/Contract; do not edit.
 */
#ifndef AHWA_LIMITS_H
#define AHWA_LIMITS_H

/** What the firmware has room for: the harts that a platform can have, and the tiles of a matrix. */
enum ahwa_max {
    AHWA_MAX_HARTS = 64, /**< harts */
    AHWA_MAX_TILES = 56, /**< tiles of one matrix */
};

#endif
