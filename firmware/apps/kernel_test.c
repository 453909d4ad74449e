/** The LoRA kernels against their definition; ends with 0, or the number of the first failing case. Hart 0 alone. */
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
