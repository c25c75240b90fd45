// Convolutions with groups of several channels.
#include "convolutions.h"

enum { ROWS_OF_UNIT = 96, UNITS_PER_THREAD = 4 };

// The floats of one group: for each chunk of columns those of one input after the other.
static size_t group_floats(const zk_path *path, const zk_convolution_task *task) {
  return zk_round_up(task->outputs / task->groups, path->lanes / 2) *
         zk_taps_of(&task->window) * (task->inputs / task->groups);
}

static size_t packed_size(const zk_path *path, const zk_convolution_task *task) {
  return task->groups * group_floats(path, task) * sizeof(float);
}

static void pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  (void)pool;
  size_t outputs = task->outputs / task->groups;
  size_t k = zk_taps_of(&task->window) * (task->inputs / task->groups);
  float *out = packed;
  for (size_t group = 0; group < task->groups; group++, w += outputs * k)
    for (size_t first = 0; first < outputs; first += path->tile_columns) {
      size_t columns = zk_min(outputs - first, path->tile_columns);
      size_t width = zk_round_up(columns, path->lanes / 2);
      for (size_t i = 0; i < k; i++, out += width)
        for (size_t column = 0; column < columns; column++)
          out[column] = w[(first + column) * k + i];
    }
}

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  zk_gemm_task store;
  size_t rows_per_unit, scratch;
} grouped_context;

static grouped_context plan(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  zk_gemm_task store = zk_store_of(task);
  size_t most = 2 * path->tile_rows, wanted = UNITS_PER_THREAD * (size_t)zk_pool_threads(pool);
  return (grouped_context){
      .path = path, .task = task, .store = store,
      .rows_per_unit = zk_min(ROWS_OF_UNIT, zk_round_up(zk_ceil_div(store.m, wanted), most)),
      .scratch = zk_round_up(zk_taps_of(&task->window) * most * sizeof(char *), 64)};
}

static size_t scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  return (size_t)zk_pool_threads(pool) * plan(path, pool, task).scratch;
}

static void convolve_unit(void *opaque, size_t unit, int thread) {
  const grouped_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  const char **pointers =
      (const char **)((char *)task->scratch + (size_t)thread * context->scratch);
  zk_seen seen = zk_seen_map(task);
  size_t inputs = task->inputs / task->groups, outputs = task->outputs / task->groups;
  size_t first = unit * context->rows_per_unit, taps = zk_taps_of(&task->window);
  size_t last = zk_min(first + context->rows_per_unit, context->store.m);
  // Chunks of all groups that have the same width, and so the same block of rows, in turn.
  for (size_t start = 0; start < outputs; start += path->tile_columns) {
    size_t columns = zk_min(outputs - start, path->tile_columns);
    size_t halves = zk_ceil_div(columns, path->lanes / 2), block = path->grouped_rows[halves - 1];
    for (size_t row = first; row < last; row += block) {
      zk_taps seen_by = {
          .taps = taps, .rows = zk_min(block, last - row), .pointers = pointers};
      zk_point(&seen, row, seen_by.rows, block, NULL, pointers, NULL);
      for (size_t group = 0; group < task->groups; group++) {
        size_t column = group * outputs + start;
        path->grouped[halves - 1](
            &context->store, &seen_by, group * inputs, inputs,
            (const float *)task->packed + group * group_floats(path, task) +
                start * taps * inputs,
            task->y + row * task->y_stride + column, column, columns);
      }
    }
  }
}

static void convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  grouped_context context = plan(path, pool, task);
  zk_parallel(
      pool, zk_ceil_div(context.store.m, context.rows_per_unit), convolve_unit, &context);
}

const zk_convolver zk_by_groups = {packed_size, pack, scratch, convolve};
