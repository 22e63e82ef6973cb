// The bytes of the file named by the first argument, summed up.
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: hello FILE\n");
        return 2;
    }
    FILE *in = fopen(argv[1], "rb");
    if (in == NULL) {
        perror(argv[1]);
        return 3;
    }
    unsigned long sum = 0;
    for (int c; (c = fgetc(in)) != EOF;) sum += c;
    FILE *out = fopen("/out/sum.txt", "w");
    if (out == NULL || fprintf(out, "%lu\n", sum) < 0 || fclose(out) != 0) {
        perror("/out/sum.txt");
        return 4;
    }
    return 0;
}
