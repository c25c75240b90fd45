#if defined(__x86_64__)
#include <immintrin.h>

#include "path.h"

static bool runs_here(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");
}

#define PATH_NAME zk_path_avx512_vnni
#define PATH_TITLE "avx512_vnni"
#define PATH_RUNS_HERE runs_here
#define LANES 16
#define TILE_ROWS 9
#define TILE_VECTORS 3
#define PATH_MASKS "masks_avx512.h"
#define BF16_DOT 0
#define HAS_INT8 1
#define INPUT_OFFSET 128
#define WEIGHT_OFFSET 0
#define LARGEST_WEIGHT 127

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni,avx2,fma"))), apply_to = function)
#include "path_vectors.h"
#include "dots_avx512.h"
#include "path_kernels.h"
#pragma clang attribute pop
#endif
