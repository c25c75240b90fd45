// What one path consists of; each path_*.c fills one in through path_kernels.h.
#pragma once

#include "CKernels.h"

// A block of the result c: `rows` rows from `a` and `columns` columns of one packed panel.
typedef void (*zk_tile)(
    const zk_gemm_task *task, const float *a, const float *panel, float *c, size_t column,
    size_t columns);

enum { ZK_MAX_TILE_ROWS = 16, ZK_MAX_TILE_COLUMNS = 64 };

struct zk_path {
  const char *name;
  bool (*runs_here)(void);
  // The register tile: rows of a, and columns (the width of a packed panel).
  size_t tile_rows, tile_columns;
  // gemm[r - 1] computes a tile of r rows, r in 1...tile_rows.
  zk_tile gemm[ZK_MAX_TILE_ROWS];
  // One head of one image, queries first..<first + count.
  void (*attention_head)(
      const struct zk_path *path, const zk_attention_task *task, size_t image, size_t head,
      size_t first, size_t count, float *scratch);
  void (*norm_row)(const zk_norm_task *task, size_t row);
  // Does multiply-adds in registers; gives the number of floating-point operations.
  double (*peak_operations)(size_t rounds);
};

extern const zk_path zk_path_avx512, zk_path_avx2, zk_path_neon, zk_path_portable, zk_path_wide;

static inline size_t zk_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t zk_ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }
