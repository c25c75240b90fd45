// Counts what a thread takes from the heap, for tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether allocations are counted here: on Linux with glibc, and not under a sanitizer, which has an
// allocator of its own.
bool allocations_are_counted(void);
// How many pieces of memory the calling thread has taken so far.
size_t allocations_of_this_thread(void);
