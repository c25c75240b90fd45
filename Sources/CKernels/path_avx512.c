#if defined(__x86_64__)
#include "path.h"

static bool runs_here(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma");
}

#define PATH_NAME zk_path_avx512
#define PATH_TITLE "avx512"
#define PATH_RUNS_HERE runs_here
#define LANES 16
#define TILE_ROWS 9
#define TILE_VECTORS 3

#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#include "path_kernels.h"
#pragma clang attribute pop
#endif
