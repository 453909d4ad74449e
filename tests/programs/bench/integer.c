/* Integer mix: linked list, integer matrix, state machine over text, CRC: what an embedded benchmark does. */
#include <stdint.h>

struct node { struct node *next; int32_t value; };

static struct node nodes[512];
static int32_t left[32][32], right[32][32], product[32][32];
static char text[1024];
static uint32_t seed = 12345;

static uint32_t next_random(void) { return seed = seed * 1664525u + 1013904223u; }

static struct node *build(void)
{
    struct node *head = 0;
    for (int i = 0; i < 512; i++) {
        nodes[i].value = (int32_t)(next_random() >> 8);
        nodes[i].next = head;
        head = &nodes[i];
    }
    return head;
}

static struct node *reverse(struct node *head)
{
    struct node *result = 0;
    while (head) {
        struct node *next = head->next;
        head->next = result;
        result = head;
        head = next;
    }
    return result;
}

static int32_t find_max(const struct node *head)
{
    int32_t max = 0;
    for (; head; head = head->next)
        if (head->value > max) max = head->value;
    return max;
}

static void multiply(void)
{
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 32; j++) {
            int32_t sum = 0;
            for (int k = 0; k < 32; k++) sum += left[i][k] * right[k][j];
            product[i][j] = sum;
        }
}

enum state { START, SIGN, DIGITS, POINT, FRACTION, EXPONENT, INVALID, STATES };

static enum state step(enum state state, char c)
{
    int digit = c >= '0' && c <= '9';
    switch (state) {
    case START: return digit ? DIGITS : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
    case SIGN: return digit ? DIGITS : c == '.' ? POINT : INVALID;
    case DIGITS: return digit ? DIGITS : c == '.' ? FRACTION : c == 'e' ? EXPONENT : c == ',' ? START : INVALID;
    case POINT: return digit ? FRACTION : INVALID;
    case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : c == ',' ? START : INVALID;
    case EXPONENT: return digit ? EXPONENT : c == ',' ? START : INVALID;
    default: return c == ',' ? START : INVALID;
    }
}

static uint32_t scan(void)
{
    uint32_t visits[STATES] = {0};
    enum state state = START;
    for (int i = 0; i < 1024; i++) {
        state = step(state, text[i]);
        visits[state]++;
    }
    return visits[DIGITS] * 3 + visits[FRACTION] * 5 + visits[INVALID] * 7;
}

static uint16_t crc_byte(uint16_t crc, uint8_t byte)
{
    for (int bit = 0; bit < 8; bit++) {
        uint16_t mix = (crc ^ byte) & 1;
        crc >>= 1;
        if (mix) crc ^= 0xa001;
        byte >>= 1;
    }
    return crc;
}

static uint16_t crc_block(uint16_t crc, const void *data, int bytes)
{
    const uint8_t *at = data;
    while (bytes--) crc = crc_byte(crc, *at++);
    return crc;
}

int main(void)
{
    static const char alphabet[] = "0123456789+-.e,,,x";
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 32; j++) {
            left[i][j] = (int32_t)(next_random() >> 24);
            right[i][j] = (int32_t)(next_random() >> 24);
        }
    for (int i = 0; i < 1024; i++) text[i] = alphabet[(next_random() >> 16) % (sizeof alphabet - 1)];
    struct node *head = build();
    uint16_t crc = 0;
    for (int round = 0; round < ROUNDS; round++) {
        head = reverse(head);
        uint32_t results[2] = { (uint32_t)find_max(head), 0 };
        left[round & 31][round >> 5 & 31] ^= round;
        multiply();
        results[1] = scan();
        crc = crc_block(crc, results, sizeof results);
        crc = crc_block(crc, product[round & 31], sizeof product[0]);
    }
    return crc & 0x3f;
}
