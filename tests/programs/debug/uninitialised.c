// Reads a word of the TCDM twice, before and after the first write.
extern volatile unsigned tohost;

volatile unsigned sum;

__attribute__((noinline)) void written(void)
{
    __asm__ volatile("");
}

int main(void)
{
    volatile unsigned *const word = (volatile unsigned *)0x10002040;
    sum = *word; // planted: nobody has written there
    *word = 5;
    sum += *word;
    written();
    tohost = 1;
    for (;;) __asm__ volatile("wfi");
}
