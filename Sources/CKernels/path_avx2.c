#if defined(__x86_64__)
#include <immintrin.h>

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
#define PATH_MASKS "masks_avx2.h"
#define BF16_DOT 0
#define HAS_INT8 0
#define INPUT_OFFSET 0
#define WEIGHT_OFFSET 64
#define LARGEST_WEIGHT 63

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "path_vectors.h"
#include "dots_avx2.h"
#include "path_kernels.h"
#pragma clang attribute pop
#endif
