// Two harts that share words of RAM: CASE says what orders them.
typedef unsigned word;

#define CLINT_MSIP1 (*(volatile word *)0x02000004)
#define CLINT_TIMECMP1 ((volatile word *)0x02004008)

extern volatile word tohost;
static word data;
static volatile word flag, lock, counter;
static volatile unsigned char bytes[4];
static volatile unsigned short halves[2];
static word arrived, generation;

static word hart(void)
{
    word id;
    __asm__ volatile("csrr %0, mhartid" : "=r"(id));
    return id;
}

static void end(void)
{
    (void)*(volatile word *)0x10200000;
    if (hart() == 0) tohost = 1;
    for (;;) __asm__ volatile("wfi");
}

// A lock that is looked at before it is taken; it is freed by a store.
static void take(void)
{
    while (lock || __atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) {
    }
}

static void meet(void)
{
    const word now = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == 2) {
        arrived = 0;
        __atomic_store_n(&generation, now + 1, __ATOMIC_RELEASE);
    } else {
        while (__atomic_load_n(&generation, __ATOMIC_ACQUIRE) == now) {
        }
    }
}

// LR and SC alone.
static void add_reserved(volatile word *at)
{
    word old, fails;
    __asm__ volatile("1: lr.w.aqrl %0, (%2)\n addi %0, %0, 1\n sc.w.rl %1, %0, (%2)\n bnez %1, 1b" : "=&r"(old), "=&r"(fails) : "r"(at) : "memory");
}

int main(void)
{
    const word id = hart();
#if CASE == 0 // a flag between fences
    if (id == 0) { data = 1; __atomic_store_n(&flag, 1, __ATOMIC_RELEASE); }
    else { while (!__atomic_load_n(&flag, __ATOMIC_ACQUIRE)) {} data++; }
#elif CASE == 1 // a flag without fences
    if (id == 0) { data = 1; flag = 1; }
    else { while (!flag) {} *(volatile word *)&data += 1; }
#elif CASE == 2 // neighbours in a word
    for (int i = 0; i < 8; i++) { bytes[id]++; halves[id]++; }
#elif CASE == 3 // nothing
    *(volatile word *)&data = id;
#elif CASE == 4 // an update between fences
    __sync_synchronize(); counter++; __sync_synchronize();
    __sync_synchronize(); counter++; __sync_synchronize();
#elif CASE == 5 // a lock
    for (int i = 0; i < 20; i++) { take(); data++; __atomic_store_n(&lock, 0, __ATOMIC_RELEASE); }
#elif CASE == 6 // LR and SC, then a flag of them
    if (id == 0) { data = 1; add_reserved(&flag); }
    else { while (!__atomic_load_n(&flag, __ATOMIC_ACQUIRE)) {} data++; }
#elif CASE == 7 // a software interrupt that is polled
    if (id == 0) { data = 1; __sync_synchronize(); CLINT_MSIP1 = 1; }
    else { while (!CLINT_MSIP1) {} data++; }
#elif CASE == 8 // a barrier of the program's own
    for (int i = 0; i < 4; i++) { if ((i & 1) == id) data++; meet(); }
#elif CASE == 9 // a flag between fences beside data that it does not order
    if (id == 0) { __atomic_store_n(&flag, 1, __ATOMIC_RELEASE); *(volatile word *)&data = 1; }
    else { while (!__atomic_load_n(&flag, __ATOMIC_ACQUIRE)) {} *(volatile word *)&data += 1; }
#elif CASE == 10 // a timer that the other hart sets
    if (id == 0) { data = 1; __sync_synchronize(); CLINT_TIMECMP1[1] = 0; CLINT_TIMECMP1[0] = 0; }
    else { word pending; do __asm__ volatile("csrr %0, mip" : "=r"(pending)); while (!(pending & 0x80)); data++; }
#elif CASE == 11 // a byte of a word that another hart writes whole
    if (id == 0) *(volatile word *)&data = 1; else *((volatile unsigned char *)&data + 3) = 1;
#elif CASE == 12 // both end the run
    tohost = 1;
#endif
    end();
}
