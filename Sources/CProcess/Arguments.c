#include "CProcess.h"

#include <stddef.h>
#include <stdint.h>
#ifdef __linux__
#include <features.h>
#endif

static int count = -1;
static char **values = NULL;

#if defined(__GLIBC__)

// glibc gives the arguments of main to constructors too.
__attribute__((constructor)) static void take(int argc, char **argv) {
    count = argc;
    values = argv;
}

#elif defined(__linux__)

// musl does not, but they lie before the environment, as the kernel put them there: their number, the
// arguments, a null pointer.
extern char **environ;

__attribute__((constructor)) static void take(void) {
    char **end = environ ? environ - 1 : NULL;
    if (!end || *end) { return; }
    for (int back = 0; back < 1 << 22; back++) {
        // The number is how far back it is itself.
        if ((intptr_t)end[-1 - back] == back) {
            count = back;
            values = end - back;
            return;
        }
    }
}

#endif

int zoo_argument_count(void) { return count; }

const char *zoo_argument(int index) { return values[index]; }
