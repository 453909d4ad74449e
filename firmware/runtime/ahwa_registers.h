/* Generated from the emulator's register maps (RegisterHeader.cs); do not edit. */
#ifndef AHWA_REGISTERS_H
#define AHWA_REGISTERS_H

/* CLINT. Core-local interruptor: software interrupts and timers. Word accesses. */
#define AHWA_CLINT_BASE            0x02000000
#define AHWA_CLINT_MSIP_OFFSET     0x00       /* Bit 0 is hart h's software interrupt (mip.MSIP). */
#define AHWA_CLINT_MSIP_STRIDE     0x04
#define AHWA_CLINT_MSIP_COUNT      64
#define AHWA_CLINT_MTIMECMP_OFFSET 0x4000     /* Hart h's timer interrupt is pending while MTIME >= this; all ones at reset. */
#define AHWA_CLINT_MTIMECMP_STRIDE 0x08
#define AHWA_CLINT_MTIMECMP_COUNT  64
#define AHWA_CLINT_MTIME_OFFSET    0xBFF8     /* Ticks since reset, also the time CSR; one tick a cycle unless the platform says otherwise. */

/* PLIC. Platform-level interrupt controller; context h is hart h's machine mode. Word accesses. */
#define AHWA_PLIC_BASE             0x0C000000
#define AHWA_PLIC_PRIORITY_OFFSET  0x00       /* Priority of source s, 0 (never interrupts) to 7; source 0 does not exist. */
#define AHWA_PLIC_PRIORITY_STRIDE  0x04
#define AHWA_PLIC_PRIORITY_COUNT   64
#define AHWA_PLIC_PENDING_OFFSET   0x1000     /* Bit s is set while source s waits to be claimed. */
#define AHWA_PLIC_ENABLE_OFFSET    0x2000     /* Bit s lets source s interrupt context h. */
#define AHWA_PLIC_ENABLE_STRIDE    0x80
#define AHWA_PLIC_ENABLE_COUNT     64
#define AHWA_PLIC_THRESHOLD_OFFSET 0x200000   /* Context h is interrupted by priorities above this, 0 to 7. */
#define AHWA_PLIC_THRESHOLD_STRIDE 0x1000
#define AHWA_PLIC_THRESHOLD_COUNT  64
#define AHWA_PLIC_CLAIM_OFFSET     0x200004   /* A read takes context h's pending source of highest priority, 0 where there is none; writing that number completes it. */
#define AHWA_PLIC_CLAIM_STRIDE     0x1000
#define AHWA_PLIC_CLAIM_COUNT      64
#define AHWA_PLIC_SOURCE_UART      0x01       /* UART. */
#define AHWA_PLIC_SOURCE_DMA       0x02       /* DMA: done or error. */
#define AHWA_PLIC_SOURCE_TILE0     0x08       /* AIMC tile 0; tile n is this plus n. */

/* CLUSTER. Barrier, events, hardware mutexes and performance counters. Word accesses; of a 64-bit counter read the high word before and after the low one. */
#define AHWA_CLUSTER_BASE                  0x10200000
#define AHWA_CLUSTER_BARRIER_OFFSET        0x00       /* A read waits until every hart that has not ended reads it too, and returns 0. */
#define AHWA_CLUSTER_HARTS_OFFSET          0x04       /* Number of harts. */
#define AHWA_CLUSTER_WAKE_LO_OFFSET        0x08       /* Bit h raises the event of hart h. */
#define AHWA_CLUSTER_WAKE_HI_OFFSET        0x0C       /* Bit h raises the event of hart 32 + h. */
#define AHWA_CLUSTER_WAIT_EVENT_OFFSET     0x10       /* A read waits until this hart's event is raised, clears it and returns 1. */
#define AHWA_CLUSTER_CYCLE_OFFSET          0x20       /* Cycles since reset. */
#define AHWA_CLUSTER_TCDM_ACCESSED_OFFSET  0x28       /* Accesses the TCDM's banks have granted. */
#define AHWA_CLUSTER_TCDM_CONGESTED_OFFSET 0x30       /* Cycles masters have waited for a bank, summed over masters; 0 without exact contention. */
#define AHWA_CLUSTER_MUTEX_OFFSET          0x100      /* A read waits until mutex n is free, takes it and returns 1; first come, first served. Any write by its holder frees it. */
#define AHWA_CLUSTER_MUTEX_STRIDE          0x04
#define AHWA_CLUSTER_MUTEX_COUNT           16
#define AHWA_CLUSTER_TRY_MUTEX_OFFSET      0x140      /* A read takes mutex n and returns 1, or returns 0 where it is held. */
#define AHWA_CLUSTER_TRY_MUTEX_STRIDE      0x04
#define AHWA_CLUSTER_TRY_MUTEX_COUNT       16

/* DMA. 1-D and 2-D copies between memories, served in order. Each hart has its own SRC to ROWS, so no lock is needed. Word accesses. */
#define AHWA_DMA_BASE                       0x10210000
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
#define AHWA_DMA_ERROR_MISALIGNED           0x01       /* SRC, DST, BYTES or a used stride is no multiple of 4. */
#define AHWA_DMA_ERROR_SIZE                 0x02       /* BYTES or ROWS is 0 or too large. */
#define AHWA_DMA_ERROR_UNMAPPED             0x03       /* The rows of SRC, or of DST, are not all in one memory. */
#define AHWA_DMA_ERROR_DEVICE               0x04       /* A row lies in a device's registers. */

/* UART. 16550 serial port, registers a byte apart; an access of any width reaches the register at its address. */
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
#define AHWA_UART_IER_MS_MASK        0x08       /* Modem status; never pending. */
#define AHWA_UART_DLM_OFFSET         0x01       /* Divisor, high byte, while LCR.DLAB is 1; without effect. */
#define AHWA_UART_IIR_OFFSET         0x02       /* Pending interrupt of highest priority; a read that shows THRE clears it. */
#define AHWA_UART_IIR_NONE_SHIFT     0
#define AHWA_UART_IIR_NONE_MASK      0x01       /* No interrupt is pending. */
#define AHWA_UART_IIR_ID_SHIFT       1
#define AHWA_UART_IIR_ID_MASK        0x0E       /* 3 overrun, 2 received data at the trigger level, 6 below it, 1 transmitter empty. */
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
#define AHWA_UART_MCR_LOOP_SHIFT     4
#define AHWA_UART_MCR_LOOP_MASK      0x10       /* What is sent is received. */
#define AHWA_UART_LSR_OFFSET         0x05       /* Line status; a read clears OE. */
#define AHWA_UART_LSR_DR_SHIFT       0
#define AHWA_UART_LSR_DR_MASK        0x01       /* A byte has been received. */
#define AHWA_UART_LSR_OE_SHIFT       1
#define AHWA_UART_LSR_OE_MASK        0x02       /* A byte was lost. */
#define AHWA_UART_LSR_THRE_SHIFT     5
#define AHWA_UART_LSR_THRE_MASK      0x20       /* THR takes a byte; always 1. */
#define AHWA_UART_LSR_TEMT_SHIFT     6
#define AHWA_UART_LSR_TEMT_MASK      0x40       /* Everything is sent; always 1. */
#define AHWA_UART_MSR_OFFSET         0x06       /* Modem status: CTS, DSR and DCD asserted. */
#define AHWA_UART_SCR_OFFSET         0x07       /* Scratch. */

#endif
