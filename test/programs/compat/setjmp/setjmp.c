// What clang 14 calls for setjmp and longjmp with -mllvm -wasm-enable-sjlj. A function that calls setjmp keeps a table of its
// calls, which ends with id 0. longjmp throws an exception, and each such function on the way looks whether the id is in its
// table; if it is not, it throws again.
#include <setjmp.h>
#include <stdlib.h>

struct entry { unsigned id, label; };

static unsigned last_id, second_result;

// A function returns two values: the second by these.
void setTempRet0(unsigned value) { second_result = value; }
unsigned getTempRet0(void) { return second_result; }

struct entry *saveSetjmp(jmp_buf place, unsigned label, struct entry *table, unsigned size) {
    unsigned i = 0;
    while (i < size && table[i].id != 0) i++;
    if (i + 1 >= size) {
        size *= 2;
        table = realloc(table, size * sizeof *table);
        if (!table) abort();
    }
    place[0].id = table[i].id = ++last_id;
    table[i].label = label;
    table[i + 1].id = 0;
    setTempRet0(size);
    return table;
}

unsigned testSetjmp(unsigned id, struct entry *table, unsigned size) {
    for (unsigned i = 0; i < size && table[i].id != 0; i++)
        if (table[i].id == id) return table[i].label;
    return 0;
}

static struct { void *place; int value; } jump;

_Noreturn void __wasm_longjmp(void *place, int value) {
    jump.place = place;
    jump.value = value ? value : 1;
    __builtin_wasm_throw(1, &jump);
}
