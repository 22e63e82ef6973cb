// A small real program for the goldens: it reads its input, sorts, does floating
// point with a NaN in it, allocates, and writes a binary file. kernel.sh builds it.
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct body { double x, y, vx, vy, mass; };

static int by_value(const void *a, const void *b) {
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void step(struct body *b, int n, double dt) {
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			if (i == j) continue;
			double dx = b[j].x - b[i].x, dy = b[j].y - b[i].y;
			double d2 = dx * dx + dy * dy + 0.01, f = b[j].mass / (d2 * sqrt(d2));
			b[i].vx += dx * f * dt;
			b[i].vy += dy * f * dt;
		}
	for (int i = 0; i < n; i++) {
		b[i].x += b[i].vx * dt;
		b[i].y += b[i].vy * dt;
	}
}

int main(void) {
	char text[64] = {0};
	int in = open("/in/x", O_RDONLY);
	if (in < 0 || read(in, text, sizeof text - 1) <= 0) return 1;

	struct body bodies[5];
	for (int i = 0; i < 5; i++)
		bodies[i] = (struct body){i * 1.5, text[i] / 100.0, 0, i * 0.1, 1.0 / (i + 1)};
	for (int i = 0; i < 200; i++) step(bodies, 5, 0.01);
	volatile double zero = 0;
	bodies[4].mass = copysign(bodies[4].mass, zero / zero);
	bodies[3].mass = zero / zero;

	uint32_t n = 5000, seed = 1, *numbers = malloc(n * sizeof *numbers);
	if (!numbers) return 2;
	for (uint32_t i = 0; i < n; i++) numbers[i] = seed = seed * 1664525 + 1013904223;
	qsort(numbers, n, sizeof *numbers, by_value);

	int out = open("/out/kernel.bin", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0) return 3;
	if (write(out, bodies, sizeof bodies) != (ssize_t)sizeof bodies) return 4;
	if (write(out, numbers, n * sizeof *numbers) != (ssize_t)(n * sizeof *numbers)) return 5;
	return close(out);
}
