// Divides a matrix product into units of work, and units into register tiles.
#include <string.h>

#include "path.h"

enum {
  BLOCK_ROWS = 200,
  COLUMN_PARTS = 8,
  UNITS_PER_THREAD = 24,
  // Rows are divided more finely where there are few panels.
  FEWEST_UNITS_PER_THREAD = 8,
  CONVERTED_ROWS = 8,
};

typedef struct {
  const zk_path *path;
  const zk_product *product;
  const zk_gemm_task *task;
  zk_inputs inputs;
  size_t tiles, row_blocks, panels, panels_per_unit, parts;
} gemm_context;

static void multiply_unit(void *opaque, size_t unit, int thread) {
  (void)thread;
  const gemm_context *context = opaque;
  const zk_gemm_task *task = context->task;
  const zk_path *path = context->path;
  size_t column_words = zk_column_words(path, task->precision, 1, task->k);
  size_t block = unit / context->parts, tiles = context->tiles;
  size_t first = tiles * block / context->row_blocks;
  size_t last = tiles * (block + 1) / context->row_blocks;
  size_t panel = unit % context->parts * context->panels_per_unit;
  size_t panel_end = zk_min(panel + context->panels_per_unit, context->panels);
  for (; panel < panel_end; panel++) {
    size_t column = panel * path->tile_columns;
    size_t columns = zk_min(path->tile_columns, task->n - column);
    const zk_tile *tile_of = context->product->tile[zk_panel_vectors(path, columns) - 1];
    const uint32_t *packed = (const uint32_t *)task->packed + column * column_words;
    for (size_t tile = first; tile < last; tile++) {
      // Evenly: 197 rows in tiles of at most 9 are nines and eights, not 21 nines and one of 8.
      size_t row = task->m * tile / tiles, rows = task->m * (tile + 1) / tiles - row;
      tile_of[rows - 1](
          task, &context->inputs, context->inputs.rows + row * context->inputs.stride, packed,
          task->c + row * task->c_stride + column, column, columns);
    }
  }
}

// Converted inputs: what is known of each row, then the rows, with 64 bytes of padding like all
// matrices.
static size_t rows_offset(size_t m) { return zk_ceil_div(m * sizeof(zk_input_row), 64) * 64; }

static size_t input_stride(const zk_product *product, size_t k) {
  return zk_ceil_div(zk_ceil_div(k, product->step) * 4, 64) * 64 + 64;
}

size_t zk_gemm_scratch(const zk_path *path, zk_precision precision, size_t m, size_t k) {
  const zk_product *product = &path->products[precision];
  return product->convert_row ? rows_offset(m) + m * input_stride(product, k) : 0;
}

static void convert(void *opaque, size_t chunk, int thread) {
  (void)thread;
  const gemm_context *context = opaque;
  const zk_gemm_task *task = context->task;
  const zk_product *product = context->product;
  size_t end = zk_min((chunk + 1) * CONVERTED_ROWS, task->m);
  for (size_t row = chunk * CONVERTED_ROWS; row < end; row++) {
    const float *a = task->a + row * task->a_stride;
    zk_range range = {0};
    if (product->measure_row) product->measure_row(a, task->k, &range);
    product->convert_row(
        a, task->k, &range,
        (char *)task->scratch + rows_offset(task->m) + row * context->inputs.stride,
        (zk_input_row *)task->scratch + row);
  }
}

static void prepare_inputs(gemm_context *context, zk_pool *pool) {
  const zk_gemm_task *task = context->task;
  if (!context->product->convert_row) {
    context->inputs = (zk_inputs){
        .rows = (const char *)task->a, .stride = task->a_stride * sizeof(float)};
    return;
  }
  context->inputs = (zk_inputs){
      .rows = (const char *)task->scratch + rows_offset(task->m),
      .stride = input_stride(context->product, task->k), .int8 = task->scratch};
  zk_parallel(pool, zk_ceil_div(task->m, CONVERTED_ROWS), convert, context);
}

void zk_gemm(const zk_path *path, zk_pool *pool, const zk_gemm_task *task) {
  if (task->m == 0 || task->n == 0) return;
  gemm_context context = {.path = path, .product = &path->products[task->precision], .task = task};
  prepare_inputs(&context, pool);
  size_t threads = (size_t)zk_pool_threads(pool);
  context.panels = zk_ceil_div(task->n, path->tile_columns);
  context.tiles = zk_ceil_div(task->m, path->tile_rows);
  context.row_blocks = zk_min(
      zk_ceil_div(FEWEST_UNITS_PER_THREAD * threads, context.panels), context.tiles);
  if (context.row_blocks < zk_ceil_div(task->m, BLOCK_ROWS))
    context.row_blocks = zk_ceil_div(task->m, BLOCK_ROWS);
  size_t wanted = UNITS_PER_THREAD * threads;
  size_t parts = zk_ceil_div(wanted, context.row_blocks);
  if (parts < COLUMN_PARTS) parts = COLUMN_PARTS;
  context.panels_per_unit = zk_ceil_div(context.panels, zk_min(parts, context.panels));
  context.parts = zk_ceil_div(context.panels, context.panels_per_unit);
  zk_parallel(pool, context.row_blocks * context.parts, multiply_unit, &context);
}
