// Throws exceptions of two types out of a function with something to destroy, passes each on, and catches it by its type.
#include <cstdio>
#include <initializer_list>
#include <stdexcept>

static int alive;

struct Guard {
    Guard() { alive++; }
    ~Guard() {
        alive--;
        printf("destroyed\n");
    }
};

struct Odd : std::runtime_error {
    int n;
    explicit Odd(int n) : std::runtime_error("odd"), n(n) {}
};

__attribute__((noinline)) int half(int n) {
    Guard guard;
    if (n % 2) throw Odd(n);
    if (n > 10) throw 42;
    return n / 2;
}

__attribute__((noinline)) int again(int n) {
    try {
        return half(n);
    } catch (const Odd &o) {
        printf("passed on %d\n", o.n);
        throw;
    }
}

int main() {
    for (int n : {4, 5, 12}) {
        try {
            printf("%d\n", again(n));
        } catch (const std::exception &e) {
            printf("caught %s, alive %d\n", e.what(), alive);
        } catch (int i) {
            printf("caught %d, alive %d\n", i, alive);
        }
    }
}
