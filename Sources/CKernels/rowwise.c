// Shares attention heads and the rows of norms and rotations out to the threads.
#include "path.h"

typedef struct {
  const zk_path *path;
  const zk_attention_task *task;
  size_t scratch, parts;
} attention_context;

size_t zk_attention_scratch(const zk_path *path, const zk_attention_task *task) {
  size_t packed = zk_whole_columns(path, task->keys) * task->head_dim +
                  zk_whole_columns(path, task->value_dim) * task->keys;
  size_t scores = zk_score_row(task->keys) * path->tile_rows;
  return task->mixing ? task->heads * (packed + 2 * scores) : packed + scores;
}

static void attend(void *opaque, size_t unit, int thread) {
  const attention_context *context = opaque;
  const zk_attention_task *task = context->task;
  size_t part = unit % context->parts;
  size_t head = unit / context->parts % task->heads;
  size_t image = unit / context->parts / task->heads;
  size_t first = task->queries * part / context->parts;
  size_t last = task->queries * (part + 1) / context->parts;
  context->path->attention_head(
      context->path, task, image, head, first, last - first,
      task->scratch + (size_t)thread * context->scratch);
}

static void attend_mixed(void *opaque, size_t unit, int thread) {
  const attention_context *context = opaque;
  const zk_attention_task *task = context->task;
  size_t part = unit % context->parts, image = unit / context->parts;
  size_t first = task->queries * part / context->parts;
  size_t last = task->queries * (part + 1) / context->parts;
  context->path->attention_mixed(
      context->path, task, image, first, last - first,
      task->scratch + (size_t)thread * context->scratch);
}

void zk_attention(const zk_path *path, zk_pool *pool, const zk_attention_task *task) {
  attention_context context = {path, task, zk_attention_scratch(path, task), 1};
  // Heads, or images whose heads are mixed, are divided only where there are too few to keep the
  // threads busy: each part packs the keys and values anew.
  size_t units = task->mixing ? task->images : task->images * task->heads;
  size_t wanted = 2 * (size_t)zk_pool_threads(pool);
  if (units == 0 || task->queries == 0) return;
  if (units < wanted)
    context.parts = zk_min(
        zk_ceil_div(wanted, units), zk_ceil_div(task->queries, 2 * path->tile_rows));
  zk_parallel(pool, units * context.parts, task->mixing ? attend_mixed : attend, &context);
}

// Rows that a thread takes at once.
enum { CHUNK_ROWS = 16 };

typedef struct {
  const zk_path *path;
  const zk_norm_task *task;
} norm_context;

static void normalize(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const norm_context *context = opaque;
  size_t end = zk_min((chunk + 1) * CHUNK_ROWS, context->task->rows);
  for (size_t row = chunk * CHUNK_ROWS; row < end; row++)
    context->path->norm_row(context->task, row);
}

void zk_norm(const zk_path *path, zk_pool *pool, const zk_norm_task *task) {
  norm_context context = {path, task};
  zk_parallel(pool, zk_ceil_div(task->rows, CHUNK_ROWS), normalize, &context);
}

typedef struct {
  const zk_path *path;
  const zk_rotary_task *task;
} rotary_context;

static void rotate(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const rotary_context *context = opaque;
  size_t end = zk_min((chunk + 1) * CHUNK_ROWS, context->task->rows);
  for (size_t row = chunk * CHUNK_ROWS; row < end; row++)
    context->path->rotate_row(context->task, row);
}

void zk_rotary(const zk_path *path, zk_pool *pool, const zk_rotary_task *task) {
  rotary_context context = {path, task};
  zk_parallel(pool, zk_ceil_div(task->rows, CHUNK_ROWS), rotate, &context);
}
