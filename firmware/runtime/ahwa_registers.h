/* Generated from the emulator's register maps (RegisterHeader.cs); do not edit. */
#ifndef AHWA_REGISTERS_H
#define AHWA_REGISTERS_H

/* Clusters. Hart h belongs to cluster h / AHWA_HARTS_PER_CLUSTER. */
#define AHWA_CLUSTERS          1
#define AHWA_HARTS_PER_CLUSTER 64

/* CLINT. Core-local interruptor: software interrupts and timers. Word accesses. */
#define AHWA_CLINT_BASE            0x02000000
#define AHWA_CLINT_MSIP_OFFSET     0x00       /* Bit 0 is hart h's software interrupt (mip.MSIP). */
#define AHWA_CLINT_MSIP_STRIDE     0x04
#define AHWA_CLINT_MSIP_COUNT      64
#define AHWA_CLINT_MTIMECMP_OFFSET 0x4000     /* Hart h's timer interrupt is pending while MTIME >= this; all ones at reset. */
#define AHWA_CLINT_MTIMECMP_STRIDE 0x08
#define AHWA_CLINT_MTIMECMP_COUNT  64
#define AHWA_CLINT_MTIME_OFFSET    0xBFF8     /* Ticks since reset, also the time CSR; one tick per cycle unless the platform says otherwise. */

/* PLIC. Platform-level interrupt controller; context h is hart h's machine mode. Word accesses. */
#define AHWA_PLIC_BASE             0x0C000000
#define AHWA_PLIC_PRIORITY_OFFSET  0x00       /* Priority of source s, 0 (never interrupts) to 7; source 0 does not exist. */
#define AHWA_PLIC_PRIORITY_STRIDE  0x04
#define AHWA_PLIC_PRIORITY_COUNT   1024
#define AHWA_PLIC_PENDING_OFFSET   0x1000     /* Bit s mod 32 of word s / 32 is set while source s waits to be claimed. */
#define AHWA_PLIC_PENDING_STRIDE   0x04
#define AHWA_PLIC_PENDING_COUNT    32
#define AHWA_PLIC_ENABLE_OFFSET    0x2000     /* Bit s mod 32 of word s / 32 lets source s interrupt context h; each context has words of its own. */
#define AHWA_PLIC_ENABLE_STRIDE    0x80
#define AHWA_PLIC_ENABLE_COUNT     64
#define AHWA_PLIC_THRESHOLD_OFFSET 0x200000   /* Context h is interrupted by priorities above this, 0 to 7. */
#define AHWA_PLIC_THRESHOLD_STRIDE 0x1000
#define AHWA_PLIC_THRESHOLD_COUNT  64
#define AHWA_PLIC_CLAIM_OFFSET     0x200004   /* A read takes context h's pending source of highest priority, 0 if there is none; writing that number completes it. */
#define AHWA_PLIC_CLAIM_STRIDE     0x1000
#define AHWA_PLIC_CLAIM_COUNT      64
#define AHWA_PLIC_SOURCE_UART      0x01       /* UART. */
#define AHWA_PLIC_SOURCE_DMA       0x02       /* DMA: done or error. */
#define AHWA_PLIC_SOURCE_TILE0     0x08       /* AIMC tile 0; tile n has this plus n, while there are sources left. */

/* CLUSTER. Barrier, events, hardware mutexes and performance counters. Word accesses; of a 64-bit counter read the high word before and after the low one. */
#define AHWA_CLUSTER_BASE                  0x10200000
#define AHWA_CLUSTER_CLUSTER_STRIDE        0x00       /* From the block of one cluster to that of the next; 0 with one cluster. */
#define AHWA_CLUSTER_BARRIER_OFFSET        0x00       /* A read waits until every hart that has not ended reads it too, and returns 0. */
#define AHWA_CLUSTER_HARTS_OFFSET          0x04       /* Number of harts of the cluster. */
#define AHWA_CLUSTER_WAKE_LO_OFFSET        0x08       /* Bit h raises the event of hart h. */
#define AHWA_CLUSTER_WAKE_HI_OFFSET        0x0C       /* Bit h raises the event of hart 32 + h. */
#define AHWA_CLUSTER_WAIT_EVENT_OFFSET     0x10       /* A read waits until this hart's event is raised, clears it and returns 1. */
#define AHWA_CLUSTER_CYCLE_OFFSET          0x20       /* Cycles since reset. */
#define AHWA_CLUSTER_TCDM_ACCESSED_OFFSET  0x28       /* Accesses that the TCDM's banks have granted. */
#define AHWA_CLUSTER_TCDM_CONGESTED_OFFSET 0x30       /* Cycles that masters have waited for a bank, summed over masters; 0 without exact contention. */
#define AHWA_CLUSTER_MUTEX_OFFSET          0x100      /* A read waits until mutex n is free, takes it and returns 1; first come, first served. Any write by its holder frees it. */
#define AHWA_CLUSTER_MUTEX_STRIDE          0x04
#define AHWA_CLUSTER_MUTEX_COUNT           16
#define AHWA_CLUSTER_TRY_MUTEX_OFFSET      0x140      /* A read takes mutex n and returns 1, or returns 0 if it is held. */
#define AHWA_CLUSTER_TRY_MUTEX_STRIDE      0x04
#define AHWA_CLUSTER_TRY_MUTEX_COUNT       16

/* DMA. 1-D and 2-D copies between memories, served in order. Each hart has its own SRC to ROWS, so no lock is needed. Word accesses. */
#define AHWA_DMA_BASE                       0x10210000
#define AHWA_DMA_CLUSTER_STRIDE             0x00       /* From the block of one cluster to that of the next; 0 with one cluster. */
#define AHWA_DMA_SRC_OFFSET                 0x00       /* Address of the first row's source; a multiple of 4. */
#define AHWA_DMA_DST_OFFSET                 0x04       /* Address of the first row's destination; a multiple of 4. Source and destination must not overlap. */
#define AHWA_DMA_BYTES_OFFSET               0x08       /* Bytes of a row; a multiple of 4, above 0. */
#define AHWA_DMA_SRC_STRIDE_OFFSET          0x0C       /* Bytes from one row's source to the next's; a multiple of 4, may be negative. */
#define AHWA_DMA_DST_STRIDE_OFFSET          0x10       /* Bytes from one row's destination to the next's; a multiple of 4, may be negative. */
#define AHWA_DMA_ROWS_OFFSET                0x14       /* Rows, 1 to 65535, with ROWS x BYTES below 2^31; 1 at reset, which makes a 1-D copy. */
#define AHWA_DMA_LAUNCH_OFFSET              0x18       /* A read queues the transfer and returns its id, 1 or more, or a negative code. */
#define AHWA_DMA_STATUS_OFFSET              0x1C       /* Transfers in flight: queued or moving, of all harts. */
#define AHWA_DMA_COMPLETED_OFFSET           0x20       /* Id of the last completed transfer, 0 before the first; they complete in the order of their ids. */
#define AHWA_DMA_WAIT_OFFSET                0x24       /* A read waits until no transfer of this hart is in flight, and returns COMPLETED. */
#define AHWA_DMA_IRQ_ENABLE_OFFSET          0x28       /* Events that interrupt. */
#define AHWA_DMA_IRQ_ENABLE_DONE_SHIFT      0
#define AHWA_DMA_IRQ_ENABLE_DONE_MASK       0x01       /* A transfer has completed. */
#define AHWA_DMA_IRQ_ENABLE_ERROR_SHIFT     1
#define AHWA_DMA_IRQ_ENABLE_ERROR_MASK      0x02       /* A request was bad: see ERROR_CAUSE. */
#define AHWA_DMA_IRQ_STATUS_OFFSET          0x2C       /* Events that have happened. */
#define AHWA_DMA_IRQ_STATUS_DONE_SHIFT      0
#define AHWA_DMA_IRQ_STATUS_DONE_MASK       0x01       /* A transfer has completed. */
#define AHWA_DMA_IRQ_STATUS_ERROR_SHIFT     1
#define AHWA_DMA_IRQ_STATUS_ERROR_MASK      0x02       /* A request was bad: see ERROR_CAUSE. */
#define AHWA_DMA_ERROR_CAUSE_OFFSET         0x30       /* Why the last bad request was refused; cleared with IRQ_STATUS.ERROR. */
#define AHWA_DMA_ERROR_ARGUMENT_OFFSET      0x34       /* The offending address or number. */
#define AHWA_DMA_CAPS_OFFSET                0x38       /* What this DMA can do. */
#define AHWA_DMA_CAPS_BYTES_PER_CYCLE_SHIFT 0
#define AHWA_DMA_CAPS_BYTES_PER_CYCLE_MASK  0xFFFF     /* Width. */
#define AHWA_DMA_CAPS_QUEUE_DEPTH_SHIFT     16
#define AHWA_DMA_CAPS_QUEUE_DEPTH_MASK      0xFFFF0000 /* Transfers that may be in flight. */
#define AHWA_DMA_BYTES_MOVED_OFFSET         0x40       /* Bytes of completed transfers. */
#define AHWA_DMA_BUSY_CYCLES_OFFSET         0x48       /* Cycles with a transfer under way, start-up included. */
#define AHWA_DMA_QUEUE_FULL                 0xFFFFFFFF /* LAUNCH: as many transfers are in flight as CAPS allows; try again. */
#define AHWA_DMA_BAD_REQUEST                0xFFFFFFFE /* LAUNCH: refused, see ERROR_CAUSE. */
#define AHWA_DMA_ERROR_NONE                 0x00       /* No bad request. */
#define AHWA_DMA_ERROR_MISALIGNED           0x01       /* SRC, DST, BYTES or a used stride is not a multiple of 4. */
#define AHWA_DMA_ERROR_SIZE                 0x02       /* BYTES or ROWS is 0 or too large. */
#define AHWA_DMA_ERROR_UNMAPPED             0x03       /* The rows of SRC, or of DST, are not all in one memory. */
#define AHWA_DMA_ERROR_DEVICE               0x04       /* A row lies in a device's registers. */

/* TILE. Analog in-memory-computing tile: y = W x for jobs of vectors. A row is an input line, a column an output line. Word accesses. */
#define AHWA_TILE_BASE                              0x30000000
#define AHWA_TILE_CLUSTER_STRIDE                    0x00       /* From the block of one cluster to that of the next; 0 with one cluster. */
#define AHWA_TILE_STRIDE                            0x1000     /* From one block to the next. */
#define AHWA_TILE_TRIGGER_OFFSET                    0x00       /* Write: queues the job in the hart's context. Read: number of the hart's latest job; 1 is the first since the last clear, 0 means none. */
#define AHWA_TILE_ACQUIRE_OFFSET                    0x04       /* A read locks a free job context for its hart and returns the context's id, or a negative code. A hart that holds a context gets the same one again. Its registers keep the values of its last job. */
#define AHWA_TILE_FINISHED_OFFSET                   0x08       /* Jobs finished since the last clear; jobs finish in the order of their numbers. */
#define AHWA_TILE_STATUS_OFFSET                     0x0C       /* What the tile is doing. */
#define AHWA_TILE_STATUS_BUSY_SHIFT                 0
#define AHWA_TILE_STATUS_BUSY_MASK                  0x01       /* A job runs. */
#define AHWA_TILE_STATUS_PROGRAMMING_SHIFT          1
#define AHWA_TILE_STATUS_PROGRAMMING_MASK           0x02       /* Weights are being written: the tile is locked. */
#define AHWA_TILE_STATUS_CALIBRATING_SHIFT          2
#define AHWA_TILE_STATUS_CALIBRATING_MASK           0x04       /* The response is being measured: the tile is locked. */
#define AHWA_TILE_STATUS_ERROR_SHIFT                3
#define AHWA_TILE_STATUS_ERROR_MASK                 0x08       /* ERROR_CAUSE is not 0. */
#define AHWA_TILE_STATUS_PENDING_SHIFT              4
#define AHWA_TILE_STATUS_PENDING_MASK               0xF0       /* Jobs triggered and not finished. */
#define AHWA_TILE_STATUS_FREE_SHIFT                 8
#define AHWA_TILE_STATUS_FREE_MASK                  0xF00      /* Contexts that ACQUIRE could lock. */
#define AHWA_TILE_RUNNING_JOB_OFFSET                0x10       /* Number of the oldest unfinished job; 0 = none. */
#define AHWA_TILE_SOFT_CLEAR_OFFSET                 0x14       /* Any value: aborts all jobs, frees and zeroes the contexts, zeroes job numbers, FINISHED, IRQ_ENABLE, IRQ_STATUS, errors and saturation bits; weights, age, alpha, T_INT_NS and counters stay; a programming or calibration that has begun goes on. */
#define AHWA_TILE_IRQ_ENABLE_OFFSET                 0x18       /* Interrupt line = any bit of IRQ_ENABLE and IRQ_STATUS. */
#define AHWA_TILE_IRQ_ENABLE_DONE_SHIFT             0
#define AHWA_TILE_IRQ_ENABLE_DONE_MASK              0x01       /* A job has finished. */
#define AHWA_TILE_IRQ_ENABLE_QUEUE_EMPTY_SHIFT      1
#define AHWA_TILE_IRQ_ENABLE_QUEUE_EMPTY_MASK       0x02       /* The last triggered job has finished. */
#define AHWA_TILE_IRQ_ENABLE_ADC_SATURATED_SHIFT    2
#define AHWA_TILE_IRQ_ENABLE_ADC_SATURATED_MASK     0x04       /* An output lay beyond the ADC's bound, in any pass. */
#define AHWA_TILE_IRQ_ENABLE_BOUND_LIMIT_SHIFT      3
#define AHWA_TILE_IRQ_ENABLE_BOUND_LIMIT_MASK       0x08       /* An output left the tile clipped: bound management is off or gave up. */
#define AHWA_TILE_IRQ_ENABLE_PROGRAM_DONE_SHIFT     4
#define AHWA_TILE_IRQ_ENABLE_PROGRAM_DONE_MASK      0x10       /* Programming has ended. */
#define AHWA_TILE_IRQ_ENABLE_CALIBRATION_DONE_SHIFT 5
#define AHWA_TILE_IRQ_ENABLE_CALIBRATION_DONE_MASK  0x20       /* Calibration has ended. */
#define AHWA_TILE_IRQ_ENABLE_ERROR_SHIFT            6
#define AHWA_TILE_IRQ_ENABLE_ERROR_MASK             0x40       /* ERROR_CAUSE was set. */
#define AHWA_TILE_IRQ_STATUS_OFFSET                 0x1C       /* What has happened. */
#define AHWA_TILE_IRQ_STATUS_DONE_SHIFT             0
#define AHWA_TILE_IRQ_STATUS_DONE_MASK              0x01       /* A job has finished. */
#define AHWA_TILE_IRQ_STATUS_QUEUE_EMPTY_SHIFT      1
#define AHWA_TILE_IRQ_STATUS_QUEUE_EMPTY_MASK       0x02       /* The last triggered job has finished. */
#define AHWA_TILE_IRQ_STATUS_ADC_SATURATED_SHIFT    2
#define AHWA_TILE_IRQ_STATUS_ADC_SATURATED_MASK     0x04       /* An output lay beyond the ADC's bound, in any pass. */
#define AHWA_TILE_IRQ_STATUS_BOUND_LIMIT_SHIFT      3
#define AHWA_TILE_IRQ_STATUS_BOUND_LIMIT_MASK       0x08       /* An output left the tile clipped: bound management is off or gave up. */
#define AHWA_TILE_IRQ_STATUS_PROGRAM_DONE_SHIFT     4
#define AHWA_TILE_IRQ_STATUS_PROGRAM_DONE_MASK      0x10       /* Programming has ended. */
#define AHWA_TILE_IRQ_STATUS_CALIBRATION_DONE_SHIFT 5
#define AHWA_TILE_IRQ_STATUS_CALIBRATION_DONE_MASK  0x20       /* Calibration has ended. */
#define AHWA_TILE_IRQ_STATUS_ERROR_SHIFT            6
#define AHWA_TILE_IRQ_STATUS_ERROR_MASK             0x40       /* ERROR_CAUSE was set. */
#define AHWA_TILE_CAPS_OFFSET                       0x20       /* What this tile offers: read it before assuming a size. */
#define AHWA_TILE_CAPS_ROWS_SHIFT                   0
#define AHWA_TILE_CAPS_ROWS_MASK                    0x7FF      /* Input lines; 2047 if there are more: see SIZE. */
#define AHWA_TILE_CAPS_COLUMNS_SHIFT                11
#define AHWA_TILE_CAPS_COLUMNS_MASK                 0x3FF800   /* Output lines; 2047 if there are more: see SIZE. */
#define AHWA_TILE_CAPS_DAC_BITS_SHIFT               22
#define AHWA_TILE_CAPS_DAC_BITS_MASK                0x3C00000  /* 0 = ideal. */
#define AHWA_TILE_CAPS_ADC_BITS_SHIFT               26
#define AHWA_TILE_CAPS_ADC_BITS_MASK                0x3C000000 /* 0 = ideal. */
#define AHWA_TILE_CAPS_CONTEXTS_SHIFT               30
#define AHWA_TILE_CAPS_CONTEXTS_MASK                0xC0000000 /* Job contexts, less one. */
#define AHWA_TILE_VERSION_OFFSET                    0x24       /* Of this interface. */
#define AHWA_TILE_VERSION_MAJOR_SHIFT               16
#define AHWA_TILE_VERSION_MAJOR_MASK                0xFFFF0000 /* Changes that break firmware. */
#define AHWA_TILE_VERSION_MINOR_SHIFT               0
#define AHWA_TILE_VERSION_MINOR_MASK                0xFFFF     /* Additions. */
#define AHWA_TILE_MODE_OFFSET                       0x28       /* How the tile computes, as the platform set it. */
#define AHWA_TILE_MODE_ABS_MAX_SHIFT                0
#define AHWA_TILE_MODE_ABS_MAX_MASK                 0x01       /* Inputs are scaled by their largest magnitude; else by a constant. */
#define AHWA_TILE_MODE_BOUND_MANAGEMENT_SHIFT       1
#define AHWA_TILE_MODE_BOUND_MANAGEMENT_MASK        0x02       /* A saturating vector is repeated with halved inputs. */
#define AHWA_TILE_MODE_DEVICE_NOISE_SHIFT           2
#define AHWA_TILE_MODE_DEVICE_NOISE_MASK            0x04       /* Conductances are noisy and drift. */
#define AHWA_TILE_MODE_TIMING_ONLY_SHIFT            3
#define AHWA_TILE_MODE_TIMING_ONLY_MASK             0x08       /* The tile holds no weights: outputs are zeros, in the time of real ones. */
#define AHWA_TILE_T_INT_NS_OFFSET                   0x2C       /* Integration time of one pass, 1 to 65535 ns; a job uses the value at its trigger. */
#define AHWA_TILE_WAIT_OFFSET                       0x30       /* A read waits until the tile is idle - no job, programming or calibration - and returns FINISHED. */
#define AHWA_TILE_WAIT_JOB_OFFSET                   0x34       /* Write: the number of a job, kept for each hart. Read: waits until FINISHED has reached it, or the tile is idle, and returns FINISHED. */
#define AHWA_TILE_SIZE_OFFSET                       0x38       /* How large the tile is. */
#define AHWA_TILE_SIZE_ROWS_SHIFT                   0
#define AHWA_TILE_SIZE_ROWS_MASK                    0xFFFF     /* Input lines. */
#define AHWA_TILE_SIZE_COLUMNS_SHIFT                16
#define AHWA_TILE_SIZE_COLUMNS_MASK                 0xFFFF0000 /* Output lines. */
#define AHWA_TILE_SRC_OFFSET                        0x40       /* Context: address of the first input vector; word aligned, as all addresses and strides. */
#define AHWA_TILE_DST_OFFSET                        0x44       /* Context: address of the first output vector. */
#define AHWA_TILE_SRC_STRIDE_OFFSET                 0x48       /* Context: bytes from one input vector to the next; 0 repeats the same. */
#define AHWA_TILE_DST_STRIDE_OFFSET                 0x4C       /* Context: bytes from one output vector to the next. */
#define AHWA_TILE_VECTORS_OFFSET                    0x50       /* Context: number of vectors, 1 to 65535. */
#define AHWA_TILE_FIRST_ROW_OFFSET                  0x54       /* Context: first input line of the region. */
#define AHWA_TILE_ROWS_OFFSET                       0x58       /* Context: input lines; elements of an input vector. */
#define AHWA_TILE_FIRST_COLUMN_OFFSET               0x5C       /* Context: first output line of the region. */
#define AHWA_TILE_COLUMNS_OFFSET                    0x60       /* Context: output lines; elements of an output vector. */
#define AHWA_TILE_FLAGS_OFFSET                      0x64       /* Context: options of the job; other bits must be 0. */
#define AHWA_TILE_FLAGS_ACCUMULATE_SHIFT            0
#define AHWA_TILE_FLAGS_ACCUMULATE_MASK             0x01       /* DST = DST + y, one addition per element in the format of DST; reading DST doubles the stream-out time. */
#define AHWA_TILE_FLAGS_RAW_SHIFT                   1
#define AHWA_TILE_FLAGS_RAW_MASK                    0x02       /* SRC holds int8 DAC codes and DST takes int8 ADC codes, four per word: one pass, no scaling, no SCALE, alpha or BIAS; not with ACCUMULATE or HALF. */
#define AHWA_TILE_FLAGS_HALF_SHIFT                  2
#define AHWA_TILE_FLAGS_HALF_MASK                   0x04       /* SRC and DST hold binary16, two per word. Each element of y is rounded once, to nearest even, before ACCUMULATE adds it; SCALE and BIAS stay float32. */
#define AHWA_TILE_SCALE_OFFSET                      0x68       /* Context: address of float32 factors, one per column, in addition to the scales that the weights were mapped with; 0 = none; read once per job. */
#define AHWA_TILE_BIAS_OFFSET                       0x6C       /* Context: address of float32 addends, one per column; 0 = none; read once per job. */
#define AHWA_TILE_TAG_OFFSET                        0x70       /* Context: any number by which the firmware recognizes the job. */
#define AHWA_TILE_RUNNING_TAG_OFFSET                0x74       /* TAG of the oldest unfinished job; 0 = none. */
#define AHWA_TILE_FINISHED_TAG_OFFSET               0x78       /* TAG of the job finished last. */
#define AHWA_TILE_BUSY_CYCLES_OFFSET                0x80       /* Cycles in which a job, programming or calibration ran; read high, low, high. */
#define AHWA_TILE_MVMS_OFFSET                       0x88       /* Vectors multiplied, each counted once. */
#define AHWA_TILE_BOUND_PASSES_OFFSET               0x90       /* Further passes of bound management. */
#define AHWA_TILE_DAC_CLIPS_OFFSET                  0x98       /* Inputs beyond the DAC's bound, over all passes. */
#define AHWA_TILE_ADC_SATURATIONS_OFFSET            0xA0       /* Outputs beyond the ADC's bound, over all passes. */
#define AHWA_TILE_ENERGY_FJ_OFFSET                  0xA8       /* Femtojoules spent in passes and programming. */
#define AHWA_TILE_PROGRAM_WEIGHTS_OFFSET            0xB0       /* Address of float32 weights [out, in]: PROGRAM_COLUMNS.COUNT lines of PROGRAM_ROWS.COUNT values. */
#define AHWA_TILE_PROGRAM_STRIDE_OFFSET             0xB4       /* Bytes from the weights of one column to those of the next. */
#define AHWA_TILE_PROGRAM_ROWS_OFFSET               0xB8       /* Input lines of the region; at reset the region that the host programmed, or the whole tile. */
#define AHWA_TILE_PROGRAM_ROWS_FIRST_SHIFT          16
#define AHWA_TILE_PROGRAM_ROWS_FIRST_MASK           0xFFFF0000 /* First line. */
#define AHWA_TILE_PROGRAM_ROWS_COUNT_SHIFT          0
#define AHWA_TILE_PROGRAM_ROWS_COUNT_MASK           0xFFFF     /* Number of lines. */
#define AHWA_TILE_PROGRAM_COLUMNS_OFFSET            0xBC       /* Output lines of the region. */
#define AHWA_TILE_PROGRAM_COLUMNS_FIRST_SHIFT       16
#define AHWA_TILE_PROGRAM_COLUMNS_FIRST_MASK        0xFFFF0000 /* First line. */
#define AHWA_TILE_PROGRAM_COLUMNS_COUNT_SHIFT       0
#define AHWA_TILE_PROGRAM_COLUMNS_COUNT_MASK        0xFFFF     /* Number of lines. */
#define AHWA_TILE_PROGRAM_START_OFFSET              0xC0       /* Any value: reads the weights and programs the region. The tile is locked until that is done; then its age is 0. */
#define AHWA_TILE_PROGRAM_STATUS_OFFSET             0xC4       /* The programming started last. */
#define AHWA_TILE_PROGRAM_STATUS_BUSY_SHIFT         0
#define AHWA_TILE_PROGRAM_STATUS_BUSY_MASK          0x01       /* Under way. */
#define AHWA_TILE_PROGRAM_STATUS_DONE_SHIFT         1
#define AHWA_TILE_PROGRAM_STATUS_DONE_MASK          0x02       /* Ended. */
#define AHWA_TILE_PROGRAM_RMS_ERROR_OFFSET          0xC8       /* Float32: root mean square of programmed less intended conductance, microsiemens. */
#define AHWA_TILE_PROGRAM_PULSES_OFFSET             0xCC       /* Pulses that the last programming took. */
#define AHWA_TILE_CALIBRATE_START_OFFSET            0xD0       /* Measures the region in PROGRAM_ROWS and PROGRAM_COLUMNS: 1 = take the response as reference R0, alpha = 1; 2 = alpha = R0/R; takes one MVM per input line. */
#define AHWA_TILE_CALIBRATE_START_COMMAND_SHIFT     0
#define AHWA_TILE_CALIBRATE_START_COMMAND_MASK      0x03       /* 1 or 2. */
#define AHWA_TILE_CALIBRATE_STATUS_OFFSET           0xD4       /* The calibration started last. */
#define AHWA_TILE_CALIBRATE_STATUS_BUSY_SHIFT       0
#define AHWA_TILE_CALIBRATE_STATUS_BUSY_MASK        0x01       /* Under way. */
#define AHWA_TILE_CALIBRATE_STATUS_DONE_SHIFT       1
#define AHWA_TILE_CALIBRATE_STATUS_DONE_MASK        0x02       /* Ended. */
#define AHWA_TILE_CALIBRATE_REFERENCE_OFFSET        0xD8       /* Float32: R0, the mean magnitude of the response after programming; 0 = not measured. */
#define AHWA_TILE_CALIBRATE_RESPONSE_OFFSET         0xDC       /* Float32: the mean magnitude measured last. */
#define AHWA_TILE_CALIBRATE_ALPHA_OFFSET            0xE0       /* Float32: factor on every output; finite. */
#define AHWA_TILE_AGE_OFFSET                        0xE8       /* Float32: seconds since programming: simulated time and advances. */
#define AHWA_TILE_AGE_ADVANCE_OFFSET                0xEC       /* Float32: lets that many seconds pass for the devices, then reads them again; not while the tile computes. */
#define AHWA_TILE_ERROR_CAUSE_OFFSET                0xF0       /* What was wrong last; cleared, with ERROR_ARGUMENT, by IRQ_STATUS.ERROR. */
#define AHWA_TILE_ERROR_ARGUMENT_OFFSET             0xF4       /* The value that was wrong. */
#define AHWA_TILE_SATURATION_OFFSET                 0x100      /* A bit for each column that has saturated in any pass; columns beyond 511 share bits modulo 512. */
#define AHWA_TILE_SATURATION_STRIDE                 0x04
#define AHWA_TILE_SATURATION_COUNT                  16
#define AHWA_TILE_ACQUIRE_FULL                      0xFFFFFFFF /* ACQUIRE: no context is free. */
#define AHWA_TILE_ACQUIRE_LOCKED                    0xFFFFFFFE /* ACQUIRE: the tile is programmed or calibrated. */
#define AHWA_TILE_CALIBRATE_COMMAND_REFERENCE       0x01       /* CALIBRATE_START. */
#define AHWA_TILE_CALIBRATE_COMMAND_COMPENSATE      0x02       /* CALIBRATE_START. */
#define AHWA_TILE_ERROR_NONE                        0x00       /* No error. */
#define AHWA_TILE_ERROR_NOT_ACQUIRED                0x01       /* TRIGGER or a context register written without ACQUIRE; argument: the register's offset. */
#define AHWA_TILE_ERROR_ROWS                        0x02       /* No rows, or rows outside the tile; argument: first << 16 | count. */
#define AHWA_TILE_ERROR_COLUMNS                     0x03       /* No columns, or columns outside the tile; argument: first << 16 | count. */
#define AHWA_TILE_ERROR_VECTORS                     0x04       /* No vectors, or more than 65535; argument: VECTORS. */
#define AHWA_TILE_ERROR_FLAGS                       0x05       /* Unknown flags, RAW with ACCUMULATE or HALF, or RAW with converters that are off or wider than 8 bits; argument: FLAGS. */
#define AHWA_TILE_ERROR_MISALIGNED                  0x06       /* An address or stride that is not a multiple of 4; argument: it. */
#define AHWA_TILE_ERROR_UNMAPPED                    0x07       /* Not all of an operand lies in one memory; argument: its address. */
#define AHWA_TILE_ERROR_INPUT                       0x08       /* An input vector with a NaN or infinite element: its output is not written; argument: the element's address. */
#define AHWA_TILE_ERROR_WEIGHT                      0x09       /* A NaN or infinite weight; argument: its address. */
#define AHWA_TILE_ERROR_BUSY                        0x0A       /* Programming, calibration or ageing was requested while the tile computes; argument: the register's offset. */
#define AHWA_TILE_ERROR_NO_REFERENCE                0x0B       /* Alpha was requested before the reference was measured; argument: 0. */
#define AHWA_TILE_ERROR_VALUE                       0x0C       /* T_INT_NS, CALIBRATE_START, CALIBRATE_ALPHA or AGE_ADVANCE out of range; argument: the value written. */

/* UART. 16550 serial port, registers one byte apart; an access of any width reaches the register at its address. */
#define AHWA_UART_BASE               0x40000000
#define AHWA_UART_RBR_OFFSET         0x00       /* Takes the oldest received byte. */
#define AHWA_UART_THR_OFFSET         0x00       /* Sends a byte at once. */
#define AHWA_UART_DLL_OFFSET         0x00       /* Divisor, low byte, while LCR.DLAB is 1; without effect. */
#define AHWA_UART_IER_OFFSET         0x01       /* Interrupt enable. */
#define AHWA_UART_IER_RDA_SHIFT      0
#define AHWA_UART_IER_RDA_MASK       0x01       /* Received data available. */
#define AHWA_UART_IER_THRE_SHIFT     1
#define AHWA_UART_IER_THRE_MASK      0x02       /* Transmitter empty. */
#define AHWA_UART_IER_RLS_SHIFT      2
#define AHWA_UART_IER_RLS_MASK       0x04       /* Overrun. */
#define AHWA_UART_IER_MS_SHIFT       3
#define AHWA_UART_IER_MS_MASK        0x08       /* Modem status. */
#define AHWA_UART_DLM_OFFSET         0x01       /* Divisor, high byte, while LCR.DLAB is 1; without effect. */
#define AHWA_UART_IIR_OFFSET         0x02       /* Pending interrupt of highest priority; a read that shows THRE clears it. */
#define AHWA_UART_IIR_NONE_SHIFT     0
#define AHWA_UART_IIR_NONE_MASK      0x01       /* No interrupt is pending. */
#define AHWA_UART_IIR_ID_SHIFT       1
#define AHWA_UART_IIR_ID_MASK        0x0E       /* 3 overrun, 2 received data at the trigger level, 6 below it, 1 transmitter empty, 0 modem status. */
#define AHWA_UART_IIR_FIFOS_SHIFT    6
#define AHWA_UART_IIR_FIFOS_MASK     0xC0       /* 3 while the FIFOs are on. */
#define AHWA_UART_FCR_OFFSET         0x02       /* FIFO control. */
#define AHWA_UART_FCR_ENABLE_SHIFT   0
#define AHWA_UART_FCR_ENABLE_MASK    0x01       /* Turns the 16-byte FIFOs on. */
#define AHWA_UART_FCR_CLEAR_RX_SHIFT 1
#define AHWA_UART_FCR_CLEAR_RX_MASK  0x02       /* Empties the receive FIFO. */
#define AHWA_UART_FCR_CLEAR_TX_SHIFT 2
#define AHWA_UART_FCR_CLEAR_TX_MASK  0x04       /* Without effect. */
#define AHWA_UART_FCR_TRIGGER_SHIFT  6
#define AHWA_UART_FCR_TRIGGER_MASK   0xC0       /* Trigger level: 1, 4, 8 or 14 bytes. */
#define AHWA_UART_LCR_OFFSET         0x03       /* Line control: framing without effect. */
#define AHWA_UART_LCR_DLAB_SHIFT     7
#define AHWA_UART_LCR_DLAB_MASK      0x80       /* Puts the divisor at offsets 0 and 1. */
#define AHWA_UART_MCR_OFFSET         0x04       /* Modem control. */
#define AHWA_UART_MCR_DTR_SHIFT      0
#define AHWA_UART_MCR_DTR_MASK       0x01       /* Data terminal ready. */
#define AHWA_UART_MCR_RTS_SHIFT      1
#define AHWA_UART_MCR_RTS_MASK       0x02       /* Request to send. */
#define AHWA_UART_MCR_OUT1_SHIFT     2
#define AHWA_UART_MCR_OUT1_MASK      0x04       /* Output 1. */
#define AHWA_UART_MCR_OUT2_SHIFT     3
#define AHWA_UART_MCR_OUT2_MASK      0x08       /* Output 2. */
#define AHWA_UART_MCR_LOOP_SHIFT     4
#define AHWA_UART_MCR_LOOP_MASK      0x10       /* What is sent is received, and the outputs are the modem status; nothing leaves or enters. */
#define AHWA_UART_LSR_OFFSET         0x05       /* Line status; a read clears OE. */
#define AHWA_UART_LSR_DR_SHIFT       0
#define AHWA_UART_LSR_DR_MASK        0x01       /* A byte has been received. */
#define AHWA_UART_LSR_OE_SHIFT       1
#define AHWA_UART_LSR_OE_MASK        0x02       /* A byte was lost. */
#define AHWA_UART_LSR_THRE_SHIFT     5
#define AHWA_UART_LSR_THRE_MASK      0x20       /* THR takes a byte; always 1. */
#define AHWA_UART_LSR_TEMT_SHIFT     6
#define AHWA_UART_LSR_TEMT_MASK      0x40       /* Everything is sent; always 1. */
#define AHWA_UART_MSR_OFFSET         0x06       /* Modem status: CTS, DSR and DCD asserted; in loopback the outputs of MCR. A read clears bits 3:0. */
#define AHWA_UART_MSR_DCTS_SHIFT     0
#define AHWA_UART_MSR_DCTS_MASK      0x01       /* CTS has changed. */
#define AHWA_UART_MSR_DDSR_SHIFT     1
#define AHWA_UART_MSR_DDSR_MASK      0x02       /* DSR has changed. */
#define AHWA_UART_MSR_TERI_SHIFT     2
#define AHWA_UART_MSR_TERI_MASK      0x04       /* RI has ended. */
#define AHWA_UART_MSR_DDCD_SHIFT     3
#define AHWA_UART_MSR_DDCD_MASK      0x08       /* DCD has changed. */
#define AHWA_UART_MSR_CTS_SHIFT      4
#define AHWA_UART_MSR_CTS_MASK       0x10       /* Clear to send; in loopback RTS. */
#define AHWA_UART_MSR_DSR_SHIFT      5
#define AHWA_UART_MSR_DSR_MASK       0x20       /* Data set ready; in loopback DTR. */
#define AHWA_UART_MSR_RI_SHIFT       6
#define AHWA_UART_MSR_RI_MASK        0x40       /* Ring; in loopback OUT1. */
#define AHWA_UART_MSR_DCD_SHIFT      7
#define AHWA_UART_MSR_DCD_MASK       0x80       /* Carrier; in loopback OUT2. */
#define AHWA_UART_SCR_OFFSET         0x07       /* Scratch. */

#endif
