/** Compares the LoRA kernels with their definition, on hart 0. Ends with 0, or with the number of the first failing case. */
#include "ahwa.h"
#include "verify.h"

int main(void)
{
    if (ahwa_hart() != 0) return AHWA_EXIT_OK;
    const uint32_t failed = lora_verify();
    ahwa_puts(failed ? "kernels: case failed: " : "kernels: all cases passed: ");
    ahwa_put_dec(failed);
    ahwa_putc('\n');
    return (int)failed;
}
