// Stores to one word, one instruction after the other, and loads of it: for watchpoints.
extern volatile unsigned tohost;

volatile int word;

__attribute__((naked)) static void stores(void)
{
    __asm__ volatile("la a0, word\n li a1, 1\n li a2, 2\n li a3, 3\n"
                     "st1: sw a1, 0(a0)\n"
                     "st2: sw a2, 0(a0)\n"
                     "st3: sw a3, 0(a0)\n"
                     "ld1: lw a4, 0(a0)\n"
                     "ld2: flw ft0, 0(a0)\n"
                     "sb1: sb a2, 1(a0)\n"
                     "st4: sw zero, 0(a0)\n"
                     "last: ret");
}

int main(void)
{
    stores();
    tohost = 1;
    for (;;)
        ;
}
