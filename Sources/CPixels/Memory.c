#include <stdlib.h>

#include "CPixels.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void pixels_return_large_blocks(void) {
#if defined(__GLIBC__)
  // By itself glibc raises this with the blocks that are freed, up to 32 MiB, and keeps what is
  // below it for the thread that had it.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_ARENA_MAX, 2);
#endif
}

bool pixels_has_memory(size_t count) {
  // Volatile, or the compiler would leave both calls out.
  void *volatile memory = malloc(count);
  const bool has = memory != NULL;
  free(memory);
  return has;
}
