// Shares the results of pools and the rows of maps out to the threads.
#include "path.h"

// Values that a thread takes at once, and the channels of a pool that has few results.
enum { CHUNK_VALUES = 4096, CHUNK_CHANNELS = 64 };

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

static void affine_chunk(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const map_context *context = opaque;
  const zk_affine_task *task = context->task;
  size_t first = chunk * context->per_chunk;
  context->path->affine_rows(task, first, zk_min(context->per_chunk, task->rows - first));
}

void zk_affine(const zk_path *path, zk_pool *pool, const zk_affine_task *task) {
  map_context context = {path, task, zk_ceil_div(CHUNK_VALUES, task->columns)};
  zk_parallel(pool, zk_ceil_div(task->rows, context.per_chunk), affine_chunk, &context);
}

static void weighted_sum_chunk(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const map_context *context = opaque;
  const zk_weighted_sum_task *task = context->task;
  size_t first = chunk * context->per_chunk;
  context->path->weighted_sum_rows(task, first, zk_min(context->per_chunk, task->rows - first));
}

void zk_weighted_sum(const zk_path *path, zk_pool *pool, const zk_weighted_sum_task *task) {
  map_context context = {path, task, zk_ceil_div(CHUNK_VALUES, task->columns)};
  zk_parallel(pool, zk_ceil_div(task->rows, context.per_chunk), weighted_sum_chunk, &context);
}

typedef struct {
  const zk_layout_task *task;
  size_t parts;
} layout_context;

// Three channels, as images have them, go side by side at once.
static void interleave(
    const float *restrict x, size_t area, float *restrict y, size_t y_stride, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i * y_stride] = x[i];
    y[i * y_stride + 1] = x[i + area];
    y[i * y_stride + 2] = x[i + 2 * area];
  }
}

static void channels_last_part(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const layout_context *context = opaque;
  const zk_layout_task *task = context->task;
  size_t image = chunk / context->parts, part = chunk % context->parts, channel = 0;
  size_t first = task->area * part / context->parts;
  size_t count = task->area * (part + 1) / context->parts - first;
  const float *x = task->x + image * task->x_stride + first;
  float *y = task->y + (image * task->area + first) * task->y_stride;
  for (; channel + 3 <= task->channels; channel += 3) {
    const float *from = x + channel * task->area;
    if (task->y_stride == 3) interleave(from, task->area, y, 3, count);
    else interleave(from, task->area, y + channel, task->y_stride, count);
  }
  for (; channel < task->channels; channel++)
    for (size_t i = 0; i < count; i++)
      y[i * task->y_stride + channel] = x[channel * task->area + i];
}

void zk_channels_last(zk_pool *pool, const zk_layout_task *task) {
  layout_context context = {task, zk_ceil_div(task->area * task->channels, CHUNK_VALUES)};
  zk_parallel(pool, task->images * context.parts, channels_last_part, &context);
}
