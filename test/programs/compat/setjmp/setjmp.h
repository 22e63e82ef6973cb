// setjmp and longjmp, which Debian 12's wasi-libc lacks. Compile with -mllvm -wasm-enable-sjlj, and link setjmp.c.
#ifndef COMPAT_SETJMP_H
#define COMPAT_SETJMP_H

typedef struct { unsigned id; } jmp_buf[1];

int setjmp(jmp_buf place) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf place, int value);

#endif
