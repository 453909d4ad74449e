// What picolibc makes of semihosting: standard streams, files, time, arguments and the exit code.
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static int copy(const char *from, const char *to)
{
    char line[80];
    FILE *in = fopen(from, "r");
    FILE *out = fopen(to, "w");
    if (!in || !out) return 1;
    while (fgets(line, sizeof line, in)) fprintf(out, "> %s", line);
    return fclose(in) | fclose(out);
}

int main(int argc, char **argv)
{
    struct timeval now;
    char word[16];
    printf("%d arguments, last '%s'\n", argc, argv[argc - 1]);
    if (scanf("%15s", word) == 1) printf("read '%s'\n", word);
    if (copy("in.txt", "out.txt")) return 2;
    if (fopen("../secret", "r")) return 3;
    if (gettimeofday(&now, NULL)) return 4;
    printf("second %ld\n", (long)now.tv_sec);
    fprintf(stderr, "%d terminals\n", isatty(0) + isatty(1) + isatty(2));
    if (remove("in.txt")) return 5;
    return 42;
}
