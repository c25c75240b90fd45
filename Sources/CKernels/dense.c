// Convolutions with one group: products over a table of pointers to what each result sees.
#include <string.h>

#include "convolutions.h"

enum {
  BLOCK_ROWS = 192,
  FEWEST_ROWS = 36,
  // Places of fewer inputs are read with their neighbours as one run.
  JOINED_INPUTS = 16,
  UNITS_PER_THREAD = 4,
  // Places that a thread converts at once.
  CONVERTED_ROWS = 32,
};

// ---- Packed weights ----------------------------------------------------------------------------

// The runs that a row of the product has in the weights, and the inputs of each: the taps, where
// several inputs share a word; else all are one run.
static size_t packed_runs(const zk_path *path, const zk_convolution_task *task) {
  return path->products[task->precision].step == 1 ? 1 : zk_taps_of(&task->window);
}
static size_t packed_inputs(const zk_path *path, const zk_convolution_task *task) {
  return zk_taps_of(&task->window) * task->inputs / packed_runs(path, task);
}

static size_t packed_size(const zk_path *path, const zk_convolution_task *task) {
  return zk_packed_runs_size(
      path, task->precision, task->outputs, packed_runs(path, task), packed_inputs(path, task));
}

static void pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  zk_pack_runs(
      path, pool, task->precision, w, task->outputs, packed_runs(path, task),
      packed_inputs(path, task), packed);
}

// ---- Plan --------------------------------------------------------------------------------------

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  const zk_product *product;
  zk_gemm_task store;
  zk_seen seen;
  size_t rows_per_unit, row_units, panels, panels_per_unit, parts;
  // The runs of a row, and the bytes of each thread's scratch.
  size_t runs, scratch;
  // A converted map: from place to place, and chunks of an image's places.
  size_t converted_stride, chunks;
  char *converted;
  zk_input_row *int8;
  zk_range *ranges;
} dense_context;

// The neighbouring taps that are one run of numbers, where places follow each other without a gap: a
// kernel row, if it is short. Else each tap is a run.
static size_t taps_per_run(const zk_convolution_task *task) {
  bool is_joined = task->precision == ZK_F32 && task->x_stride == task->inputs &&
                   task->window.dilation_x == 1 && task->inputs < JOINED_INPUTS;
  return is_joined ? task->window.kernel_width : 1;
}

// Fills in what is no memory; gives the bytes of scratch.
static size_t plan(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task,
    dense_context *context) {
  const zk_window *window = &task->window;
  const zk_product *product = &path->products[task->precision];
  size_t threads = (size_t)zk_pool_threads(pool), run = taps_per_run(task);
  *context = (dense_context){
      .path = path, .task = task, .product = product, .store = zk_store_of(task),
      .runs = zk_taps_of(window) / run, .panels = zk_ceil_div(task->outputs, path->tile_columns)};
  context->store.k = run * task->inputs;
  context->seen = zk_seen_map(task);
  context->seen.run = run;

  size_t m = context->store.m, rows = zk_min(BLOCK_ROWS, zk_ceil_div(m, threads));
  if (rows < FEWEST_ROWS) rows = zk_min(FEWEST_ROWS, m);
  context->row_units = zk_ceil_div(m, rows);
  context->rows_per_unit = zk_ceil_div(m, context->row_units);
  size_t wanted = UNITS_PER_THREAD * threads;
  size_t parts = zk_min(context->panels, zk_ceil_div(wanted, context->row_units));
  context->panels_per_unit = zk_ceil_div(context->panels, parts);
  context->parts = zk_ceil_div(context->panels, context->panels_per_unit);

  size_t per_row = context->runs * sizeof(const char *) + sizeof(zk_input_row);
  if (run > 1) per_row += context->runs * context->store.k * sizeof(float);
  context->scratch = zk_round_up(context->rows_per_unit * per_row, 64);
  size_t bytes = threads * context->scratch;
  if (!product->convert_row) return bytes;
  size_t area = window->height * window->width;
  size_t rows_to_convert = task->images * (area + 1);
  context->converted_stride = zk_round_up(zk_ceil_div(task->inputs, product->step) * 4, 64);
  context->chunks = zk_ceil_div(area, CONVERTED_ROWS);
  return bytes + rows_to_convert * (context->converted_stride + sizeof(zk_input_row)) +
         task->images * context->chunks * sizeof(zk_range);
}

static size_t scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  dense_context context;
  return plan(path, pool, task, &context);
}

// ---- A converted map ---------------------------------------------------------------------------

typedef struct {
  size_t image, first, count;
} chunk;

static chunk chunk_at(const dense_context *context, size_t unit) {
  const zk_window *window = &context->task->window;
  size_t area = window->height * window->width;
  size_t first = unit % context->chunks * CONVERTED_ROWS, image = unit / context->chunks;
  return (chunk){image, image * area + first, zk_min(CONVERTED_ROWS, area - first)};
}

static void measure_chunk(void *opaque, size_t unit, int thread) {
  (void)thread;
  const dense_context *context = opaque;
  const zk_convolution_task *task = context->task;
  chunk own = chunk_at(context, unit);
  zk_range range = {0};
  for (size_t row = own.first; row < own.first + own.count; row++)
    context->product->measure_row(task->x + row * task->x_stride, task->inputs, &range);
  context->ranges[unit] = range;
}

static void convert_place(
    const dense_context *context, size_t image, const float *x, size_t place) {
  context->product->convert_row(
      x, context->task->inputs, context->ranges + image * context->chunks,
      context->converted + place * context->converted_stride, context->int8 + place);
}

static void convert_chunk(void *opaque, size_t unit, int thread) {
  (void)thread;
  const dense_context *context = opaque;
  const zk_convolution_task *task = context->task;
  chunk own = chunk_at(context, unit);
  for (size_t row = own.first; row < own.first + own.count; row++)
    convert_place(context, own.image, task->x + row * task->x_stride, row);
}

// Converts each image with the range of all its inputs, into what follows the threads' scratch.
static void convert_map(dense_context *context, zk_pool *pool) {
  const zk_convolution_task *task = context->task;
  size_t area = task->window.height * task->window.width, places = task->images * area;
  size_t units = task->images * context->chunks;
  context->converted =
      (char *)task->scratch + (size_t)zk_pool_threads(pool) * context->scratch;
  context->int8 = (zk_input_row *)(context->converted +
                                   (places + task->images) * context->converted_stride);
  context->ranges = (zk_range *)(context->int8 + places + task->images);
  if (context->product->measure_row) {
    zk_parallel(pool, units, measure_chunk, context);
    for (size_t unit = 0; unit < units; unit++)
      zk_widen_range(context->ranges + unit / context->chunks * context->chunks,
                     context->ranges + unit);
  }
  for (size_t image = 0; image < task->images; image++)
    convert_place(context, image, task->zeros, places + image);
  zk_parallel(pool, units, convert_chunk, context);
  context->seen.places = context->converted;
  context->seen.stride = context->converted_stride;
  context->seen.zeros = context->converted + places * context->converted_stride;
  context->seen.zeros_stride = context->converted_stride;
  context->seen.int8 = context->product->measure_row ? context->int8 : NULL;
}

// ---- Units of work -----------------------------------------------------------------------------

static void convolve_unit(void *opaque, size_t unit, int thread) {
  const dense_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  size_t first = unit / context->parts * context->rows_per_unit;
  size_t count = zk_min(context->rows_per_unit, context->store.m - first);
  const char **pointers =
      (const char **)((char *)task->scratch + (size_t)thread * context->scratch);
  zk_input_row *int8 = (zk_input_row *)(pointers + context->rows_per_unit * context->runs);
  float *copies = (float *)(int8 + context->rows_per_unit);
  zk_point(
      &context->seen, first, count, count, copies, pointers, context->seen.int8 ? int8 : NULL);
  zk_inputs inputs = {
      .rows = (const char *)pointers, .stride = sizeof *pointers, .int8 = int8,
      .runs = context->runs, .run_stride = count * sizeof *pointers};
  size_t column_words = zk_column_words(
      path, task->precision, packed_runs(path, task), packed_inputs(path, task));
  size_t tiles = zk_ceil_div(count, path->tile_rows);
  size_t panel = unit % context->parts * context->panels_per_unit;
  size_t end = zk_min(panel + context->panels_per_unit, context->panels);
  for (; panel < end; panel++) {
    size_t column = panel * path->tile_columns;
    size_t columns = zk_min(path->tile_columns, task->outputs - column);
    const zk_tile *tile_of = context->product->tile[zk_panel_vectors(path, columns) - 1];
    const uint32_t *packed = (const uint32_t *)task->packed + column * column_words;
    for (size_t tile = 0; tile < tiles; tile++) {
      size_t row = count * tile / tiles, rows = count * (tile + 1) / tiles - row;
      tile_of[rows - 1](
          &context->store, &inputs, inputs.rows + row * inputs.stride, packed,
          task->y + (first + row) * task->y_stride + column, column, columns);
    }
  }
}

static void convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  dense_context context;
  plan(path, pool, task, &context);
  if (context.product->convert_row) convert_map(&context, pool);
  zk_parallel(pool, context.row_units * context.parts, convolve_unit, &context);
}

const zk_convolver zk_by_products = {packed_size, pack, scratch, convolve};
