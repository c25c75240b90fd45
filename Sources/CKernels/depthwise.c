// Convolutions of each channel by itself.
#include "convolutions.h"

enum { ROWS_OF_UNIT = 96, UNITS_PER_THREAD = 8 };

static size_t packed_size(const zk_path *path, const zk_convolution_task *task) {
  return zk_taps_of(&task->window) * zk_round_up(task->outputs, path->lanes) * sizeof(float);
}

static void pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  (void)pool;
  size_t taps = zk_taps_of(&task->window), width = zk_round_up(task->outputs, path->lanes);
  for (size_t tap = 0; tap < taps; tap++)
    for (size_t channel = 0; channel < task->outputs; channel++)
      ((float *)packed)[tap * width + channel] = w[channel * taps + tap];
}

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  zk_gemm_task store;
  // What computes lines; NULL where nothing does.
  zk_depthwise_block line;
  size_t rows_per_unit, scratch, w_stride;
  const ptrdiff_t *offsets;
} depthwise_context;

static zk_depthwise_block line_of(const zk_path *path, const zk_window *window) {
  size_t width = window->kernel_width, stride = window->stride_x;
  bool is_there = width % 2 == 1 && width / 2 < ZK_LINE_WIDTHS && stride <= ZK_LINE_STRIDES;
  // A line so short that most of what a kernel computes would be beyond its end.
  bool is_short = window->dilation_x > 1 && window->out_width < ZK_LINE / 2 * window->dilation_x;
  return is_there && !is_short ? path->line[width / 2][stride - 1] : NULL;
}

// How many places of a line of the map ZK_LINE results see.
static size_t seen_by_line(const zk_window *window) {
  return (ZK_LINE - 1) * window->stride_x + window->kernel_width;
}

static depthwise_context plan(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  const zk_window *window = &task->window;
  depthwise_context context = {
      .path = path, .task = task, .store = zk_store_of(task), .line = line_of(path, window),
      .w_stride = zk_round_up(task->outputs, path->lanes)};
  size_t wanted = UNITS_PER_THREAD * (size_t)zk_pool_threads(pool);
  if (context.line) {
    context.store.c_stride *= window->dilation_x;
    size_t lines = task->images * window->out_height;
    lines = zk_min(zk_ceil_div(lines, wanted), zk_ceil_div(ROWS_OF_UNIT, window->out_width));
    context.rows_per_unit = lines * window->out_width;
    context.scratch =
        zk_round_up(window->kernel_height * seen_by_line(window) * sizeof(char *), 64);
  } else {
    size_t rows = zk_round_up(zk_ceil_div(context.store.m, wanted), path->tile_rows);
    context.rows_per_unit = zk_min(ROWS_OF_UNIT, rows);
    context.scratch = zk_round_up(zk_taps_of(window) * path->tile_rows * sizeof(char *), 64);
  }
  return context;
}

static size_t scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  size_t offsets = zk_taps_of(&task->window) * sizeof(ptrdiff_t);
  return (size_t)zk_pool_threads(pool) * plan(path, pool, task).scratch + offsets;
}

static const char **own_pointers(const depthwise_context *context, int thread) {
  return (const char **)((char *)context->task->scratch + (size_t)thread * context->scratch);
}

// ---- Lines -------------------------------------------------------------------------------------

// Fills pointers[kernel row * seen_by_line() + i] for every dilation_x-th result from `at` on.
static void point_line(const zk_convolution_task *task, zk_place at, const char **pointers) {
  const zk_window *window = &task->window;
  size_t left = zk_column_seen(window, at.x, 0), count = seen_by_line(window);
  for (size_t tap = 0; tap < window->kernel_height; tap++, pointers += count) {
    size_t row = zk_row_seen(window, at.y, tap);
    size_t line = (at.image * window->height + row) * window->width;
    size_t width = row < window->height ? window->width : 0;
    for (size_t i = 0, column = left; i < count; i++, column += window->dilation_x)
      pointers[i] =
          (const char *)(column < width ? task->x + (line + column) * task->x_stride
                                        : task->zeros);
  }
}

// Results that see neighbouring inputs are as far apart as the taps.
static void convolve_lines(void *opaque, size_t unit, int thread) {
  const depthwise_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_window *window = &task->window;
  const char **pointers = own_pointers(context, thread);
  size_t channels = task->outputs, lanes = context->path->lanes, step = window->dilation_x;
  zk_taps taps = {.taps = window->kernel_height, .pointers = pointers};
  size_t first = unit * context->rows_per_unit;
  size_t last = zk_min(first + context->rows_per_unit, context->store.m);
  for (size_t line = first; line < last; line += window->out_width)
    for (size_t phase = 0; phase < zk_min(step, window->out_width); phase++)
      for (size_t x = phase; x < window->out_width; x += ZK_LINE * step) {
        taps.rows = zk_min(ZK_LINE, zk_ceil_div(window->out_width - x, step));
        point_line(task, zk_place_of(window, line + x), pointers);
        float *y = task->y + (line + x) * task->y_stride;
        for (size_t column = 0; column < channels; column += lanes)
          context->line(
              &context->store, &taps, (const float *)task->packed + column, context->w_stride,
              y + column, column, zk_min(channels - column, lanes));
      }
}

// ---- Other kernels -----------------------------------------------------------------------------

// Where the windows of `rows` results begin if they are neighbours that see nothing beyond an edge,
// else NULL.
static const float *inside(const zk_convolution_task *task, size_t first, size_t rows) {
  const zk_window *window = &task->window;
  zk_place at = zk_place_of(window, first);
  size_t top = zk_row_seen(window, at.y, 0), left = zk_column_seen(window, at.x, 0);
  bool is_inside =
      at.x + rows <= window->out_width && top < window->height && left < window->width &&
      zk_row_seen(window, at.y, window->kernel_height - 1) < window->height &&
      zk_column_seen(window, at.x + rows - 1, window->kernel_width - 1) < window->width;
  return is_inside ? task->x + ((at.image * window->height + top) * window->width + left) *
                                   task->x_stride
                   : NULL;
}

static void convolve_blocks(void *opaque, size_t unit, int thread) {
  const depthwise_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  const char **pointers = own_pointers(context, thread);
  zk_seen seen = zk_seen_map(task);
  size_t lanes = path->lanes, block = path->tile_rows, channels = task->outputs;
  size_t last = zk_min((unit + 1) * context->rows_per_unit, context->store.m);
  for (size_t row = unit * context->rows_per_unit; row < last; row += block) {
    zk_taps taps = {
        .taps = zk_taps_of(&task->window), .rows = zk_min(block, last - row),
        .pointers = pointers, .step = task->window.stride_x * task->x_stride,
        .offsets = context->offsets};
    if (taps.rows == block) taps.base = inside(task, row, block);
    if (!taps.base) zk_point(&seen, row, taps.rows, block, NULL, pointers, NULL);
    float *y = task->y + row * task->y_stride;
    for (size_t column = 0; column < channels;) {
      size_t columns = zk_min(channels - column, path->tile_columns);
      if (columns >= lanes) columns -= columns % lanes;
      zk_depthwise_block function =
          columns < lanes ? path->depthwise_part : path->depthwise[columns / lanes - 1];
      function(
          &context->store, &taps, (const float *)task->packed + column, context->w_stride,
          y + column, column, columns);
      column += columns;
    }
  }
}

static void convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  const zk_window *window = &task->window;
  depthwise_context context = plan(path, pool, task);
  size_t units = zk_ceil_div(context.store.m, context.rows_per_unit);
  if (context.line) return zk_parallel(pool, units, convolve_lines, &context);
  ptrdiff_t *offset =
      (ptrdiff_t *)((char *)task->scratch + (size_t)zk_pool_threads(pool) * context.scratch);
  context.offsets = offset;
  for (size_t y = 0; y < window->kernel_height; y++)
    for (size_t x = 0; x < window->kernel_width; x++)
      *offset++ =
          (ptrdiff_t)((y * window->dilation_y * window->width + x * window->dilation_x) *
                      task->x_stride);
  zk_parallel(pool, units, convolve_blocks, &context);
}

const zk_convolver zk_by_channels = {packed_size, pack, scratch, convolve};
