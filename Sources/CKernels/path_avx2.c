#if defined(__x86_64__)
#include "path.h"

static bool runs_here(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#define PATH_NAME zk_path_avx2
#define PATH_TITLE "avx2"
#define PATH_RUNS_HERE runs_here
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "path_kernels.h"
#pragma clang attribute pop
#endif
