/* Generated from the emulator's table of events (HardwareEvent.cs); do not edit. */
#ifndef AHWA_EVENTS_H
#define AHWA_EVENTS_H

#define AHWA_EVENT_CYCLES                  0x00001 /* cycles */
#define AHWA_EVENT_INSTR                   0x00002 /* instructions retired */
#define AHWA_EVENT_LD_STALL                0x00004 /* cycles waiting for a load's result */
#define AHWA_EVENT_JMP_STALL               0x00008 /* cycles lost to jumps and taken branches */
#define AHWA_EVENT_IMISS                   0x00010 /* cycles waiting for instructions */
#define AHWA_EVENT_LD                      0x00020 /* loads */
#define AHWA_EVENT_ST                      0x00040 /* stores */
#define AHWA_EVENT_JUMP                    0x00080 /* jumps */
#define AHWA_EVENT_BRANCH                  0x00100 /* conditional branches */
#define AHWA_EVENT_BRANCH_TAKEN            0x00200 /* conditional branches taken */
#define AHWA_EVENT_COMP_INSTR              0x00400 /* compressed instructions */
#define AHWA_EVENT_APU_CONT                0x02000 /* cycles in which the FPU or its write port was busy */
#define AHWA_EVENT_APU_DEP                 0x04000 /* cycles waiting for an FPU result */
#define AHWA_EVENT_TCDM_ACCESSED           0x10001 /* loads, stores and atomics of banked memory */
#define AHWA_EVENT_TCDM_CONGESTED          0x10002 /* cycles in which another master had the bank */
#define AHWA_EVENT_ISSUE_FPU               0x10003 /* floating-point operations, without loads and stores */
#define AHWA_EVENT_ISSUE_CORE_TO_FPU       0x10004 /* floating-point instructions, loads and stores included */
#define AHWA_EVENT_RETIRED_INSTR           0x10005 /* instructions retired */
#define AHWA_EVENT_RETIRED_LOAD            0x10006 /* loads */
#define AHWA_EVENT_RETIRED_ACC             0x10007 /* instructions for the FPU, the multiplier and the divider */
#define AHWA_EVENT_CAUSE_ISSUE             0x20000 /* cycles of cause issue */
#define AHWA_EVENT_CAUSE_LOAD_USE          0x20001 /* cycles of cause load_use */
#define AHWA_EVENT_CAUSE_FPU_DEPENDENCY    0x20002 /* cycles of cause fpu_dependency */
#define AHWA_EVENT_CAUSE_FPU_STRUCTURAL    0x20003 /* cycles of cause fpu_structural */
#define AHWA_EVENT_CAUSE_DIVISION          0x20004 /* cycles of cause division */
#define AHWA_EVENT_CAUSE_JUMP_BRANCH       0x20005 /* cycles of cause jump_branch */
#define AHWA_EVENT_CAUSE_CSR               0x20006 /* cycles of cause csr */
#define AHWA_EVENT_CAUSE_BANK_CONFLICT     0x20007 /* cycles of cause bank_conflict */
#define AHWA_EVENT_CAUSE_MEMORY_LATENCY    0x20008 /* cycles of cause memory_latency */
#define AHWA_EVENT_CAUSE_INSTRUCTION_FETCH 0x20009 /* cycles of cause instruction_fetch */
#define AHWA_EVENT_CAUSE_BARRIER           0x2000A /* cycles of cause barrier */
#define AHWA_EVENT_CAUSE_WFI               0x2000B /* cycles of cause wfi */
#define AHWA_EVENT_CAUSE_DMA_WAIT          0x2000C /* cycles of cause dma_wait */
#define AHWA_EVENT_CAUSE_TILE_WAIT         0x2000D /* cycles of cause tile_wait */
#define AHWA_EVENT_CAUSE_TRAP              0x2000E /* cycles of cause trap */

#endif
