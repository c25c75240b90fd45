#if defined(__aarch64__)
#include <arm_neon.h>

#include "path.h"

static bool runs_here(void) {
  return zk_arm_has_dot() && zk_arm_has_bf16();
}

#define PATH_NAME zk_path_neon_bf16
#define PATH_TITLE "neon_bf16"
#define PATH_RUNS_HERE runs_here
#define LANES 4
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define BF16_DOT 1
#define HAS_INT8 1
#define INPUT_OFFSET 0
#define WEIGHT_OFFSET 0
#define LARGEST_WEIGHT 127

#pragma clang attribute push(__attribute__((target("dotprod,bf16"))), apply_to = function)
#include "path_vectors.h"
#include "dots_neon.h"
#include "path_kernels.h"
#pragma clang attribute pop
#endif
