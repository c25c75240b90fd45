// Shares the results of pools and the rows of maps out to the threads.
#include "path.h"

// Rows that a thread takes at once, and the channels of a pool that has few results.
enum { CHUNK_ROWS = 16, CHUNK_CHANNELS = 64 };

typedef struct {
  const zk_path *path;
  const void *task;
  size_t per_chunk;
} map_context;

static void pool_row(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const map_context *context = opaque;
  const zk_pooling_task *task = context->task;
  size_t parts = zk_ceil_div(task->channels, context->per_chunk);
  size_t row = chunk / parts, first = chunk % parts * context->per_chunk;
  for (size_t column = 0; column < task->out_width; column++)
    context->path->pool_result(
        task, row / task->out_height, row % task->out_height, column, first,
        zk_min(context->per_chunk, task->channels - first));
}

void zk_pool_map(const zk_path *path, zk_pool *pool, const zk_pooling_task *task) {
  size_t rows = task->images * task->out_height;
  map_context context = {path, task, task->channels};
  if (task->out_width == 1) context.per_chunk = zk_min(CHUNK_CHANNELS, task->channels);
  zk_parallel(
      pool, rows * zk_ceil_div(task->channels, context.per_chunk), pool_row, &context);
}

static void affine_rows(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const map_context *context = opaque;
  const zk_affine_task *task = context->task;
  size_t end = zk_min((chunk + 1) * CHUNK_ROWS, task->rows);
  for (size_t row = chunk * CHUNK_ROWS; row < end; row++) context->path->affine_row(task, row);
}

void zk_affine(const zk_path *path, zk_pool *pool, const zk_affine_task *task) {
  map_context context = {path, task, 0};
  zk_parallel(pool, zk_ceil_div(task->rows, CHUNK_ROWS), affine_rows, &context);
}
