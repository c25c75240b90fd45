// Divides a matrix product into units of work, and units into register tiles.
#include <string.h>

#include "path.h"

enum { BLOCK_ROWS = 200, COLUMN_PARTS = 8, UNITS_PER_THREAD = 4 };

typedef struct {
  const zk_path *path;
  const zk_gemm_task *task;
  size_t row_blocks, panels, panels_per_unit;
} gemm_context;

static void multiply_unit(void *opaque, size_t unit, int thread) {
  (void)thread;
  const gemm_context *context = opaque;
  const zk_gemm_task *task = context->task;
  const zk_path *path = context->path;
  // Rows are split evenly over blocks, and a block's rows evenly over tiles: 197 rows in tiles of
  // at most 9 are nines and eights, not 21 nines and one of 8.
  size_t block = unit % context->row_blocks;
  size_t first = task->m * block / context->row_blocks;
  size_t last = task->m * (block + 1) / context->row_blocks;
  size_t tiles = zk_ceil_div(last - first, path->tile_rows);
  size_t panel = unit / context->row_blocks * context->panels_per_unit;
  size_t panel_end = zk_min(panel + context->panels_per_unit, context->panels);
  for (; panel < panel_end; panel++) {
    size_t column = panel * path->tile_columns;
    size_t columns = zk_min(path->tile_columns, task->n - column);
    const float *packed = task->packed + column * task->k;
    for (size_t tile = 0; tile < tiles; tile++) {
      size_t row = first + (last - first) * tile / tiles;
      size_t rows = first + (last - first) * (tile + 1) / tiles - row;
      path->gemm[rows - 1](
          task, task->a + row * task->a_stride, packed, task->c + row * task->c_stride + column,
          column, columns);
    }
  }
}

void zk_gemm(const zk_path *path, zk_pool *pool, const zk_gemm_task *task) {
  if (task->m == 0 || task->n == 0) return;
  gemm_context context = {.path = path, .task = task};
  context.row_blocks = zk_ceil_div(task->m, BLOCK_ROWS);
  context.panels = zk_ceil_div(task->n, path->tile_columns);
  size_t wanted = UNITS_PER_THREAD * (size_t)zk_pool_threads(pool);
  size_t parts = zk_ceil_div(wanted, context.row_blocks);
  if (parts < COLUMN_PARTS) parts = COLUMN_PARTS;
  context.panels_per_unit = zk_ceil_div(context.panels, zk_min(parts, context.panels));
  size_t units =
      context.row_blocks * zk_ceil_div(context.panels, context.panels_per_unit);
  zk_parallel(pool, units, multiply_unit, &context);
}

size_t zk_packed_count(const zk_path *path, size_t n, size_t k) {
  return zk_ceil_div(n, path->tile_columns) * path->tile_columns * k;
}

typedef struct {
  const zk_path *path;
  const char *w;
  size_t n, k;
  float *packed;
} pack_context;

// Eight columns of w at a time: each cache line of the panel is written once.
static void pack_panel(void *opaque, size_t panel, int thread) {
  (void)thread;
  const pack_context *context = opaque;
  size_t width = context->path->tile_columns, k = context->k;
  size_t rows = zk_min(width, context->n - panel * width);
  float *packed = context->packed + panel * width * k;
  const char *w = context->w + panel * width * k * sizeof(float);
  for (size_t step = 0; step < k; step += 8) {
    size_t steps = zk_min(8, k - step);
    float block[8][ZK_MAX_TILE_COLUMNS] = {0};
    for (size_t row = 0; row < rows; row++) {
      float values[8];
      memcpy(values, w + (row * k + step) * sizeof(float), steps * sizeof(float));
      for (size_t i = 0; i < steps; i++) block[i][row] = values[i];
    }
    for (size_t i = 0; i < steps; i++)
      memcpy(packed + (step + i) * width, block[i], width * sizeof(float));
  }
}

void zk_pack(
    const zk_path *path, zk_pool *pool, const void *w, size_t n, size_t k, float *packed) {
  pack_context context = {path, w, n, k, packed};
  zk_parallel(pool, zk_ceil_div(n, path->tile_columns), pack_panel, &context);
}
