// Convolutions over maps: divides the results into blocks, finds what each sees, and shares them out.
#include <string.h>

#include "path.h"
#include "winograd.h"

enum {
  // Floats of what a block of a dense convolution sees, and rows of it.
  BLOCK_FLOATS = 1 << 18,
  BLOCK_ROWS = 192,
  FEWEST_ROWS = 36,
  // Pixels of fewer inputs are read with their neighbours as one run.
  JOINED_INPUTS = 16,
  // Results of other convolutions that a thread takes at once.
  NARROW_ROWS = 96,
  UNITS_PER_THREAD = 4,
};

typedef enum { DENSE, GROUPED, DEPTHWISE } kind;

static kind kind_of(const zk_convolution_task *task) {
  if (task->groups == 1) return DENSE;
  return task->groups == task->inputs && task->groups == task->outputs ? DEPTHWISE : GROUPED;
}

static size_t result_count(const zk_convolution_task *task) {
  return task->images * task->window.out_height * task->window.out_width;
}

static size_t tap_count(const zk_window *window) {
  return window->kernel_height * window->kernel_width;
}

// What a result of a dense convolution sees.
static size_t window_inputs(const zk_convolution_task *task) {
  return tap_count(&task->window) * task->inputs;
}

// ---- Packed weights ----------------------------------------------------------------------------

static size_t rounded_up(size_t count, size_t step) { return zk_ceil_div(count, step) * step; }

// The floats of one group: for each chunk of columns those of one input after the other.
static size_t group_floats(const zk_path *path, const zk_convolution_task *task) {
  return rounded_up(task->outputs / task->groups, path->lanes) * tap_count(&task->window) *
         (task->inputs / task->groups);
}

size_t zk_convolution_packed_size(const zk_path *path, const zk_convolution_task *task) {
  if (zk_winograd_tile(task)) return zk_winograd_packed_size(path, task);
  size_t taps = tap_count(&task->window);
  switch (kind_of(task)) {
    case DENSE: return zk_packed_size(path, task->precision, task->outputs, taps * task->inputs);
    case GROUPED: return task->groups * group_floats(path, task) * sizeof(float);
    case DEPTHWISE: return taps * rounded_up(task->outputs, path->lanes) * sizeof(float);
  }
  return 0;
}

static void pack_group(
    const zk_path *path, const zk_convolution_task *task, size_t group, const float *w,
    float *packed) {
  size_t outputs = task->outputs / task->groups;
  size_t k = tap_count(&task->window) * (task->inputs / task->groups);
  w += group * outputs * k;
  packed += group * group_floats(path, task);
  for (size_t first = 0; first < outputs; first += path->tile_columns) {
    size_t columns = zk_min(outputs - first, path->tile_columns);
    size_t width = rounded_up(columns, path->lanes);
    for (size_t i = 0; i < k; i++, packed += width)
      for (size_t column = 0; column < columns; column++)
        packed[column] = w[(first + column) * k + i];
  }
}

void zk_convolution_pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  if (zk_winograd_tile(task)) return zk_winograd_pack(path, pool, task, w, packed);
  size_t taps = tap_count(&task->window), width = rounded_up(task->outputs, path->lanes);
  switch (kind_of(task)) {
    case DENSE:
      zk_pack(path, pool, task->precision, w, task->outputs, taps * task->inputs, packed);
      break;
    case GROUPED:
      for (size_t group = 0; group < task->groups; group++)
        pack_group(path, task, group, w, packed);
      break;
    case DEPTHWISE:
      for (size_t tap = 0; tap < taps; tap++)
        for (size_t channel = 0; channel < task->outputs; channel++)
          ((float *)packed)[tap * width + channel] = w[channel * taps + tap];
      break;
  }
}

// ---- What the results see ----------------------------------------------------------------------

typedef struct {
  size_t image, y, x;
} place;

static place place_of(const zk_window *window, size_t result) {
  size_t area = window->out_height * window->out_width;
  return (place){
      result / area, result % area / window->out_width, result % window->out_width};
}

static place after(const zk_window *window, place at) {
  if (++at.x < window->out_width) return at;
  at.x = 0;
  if (++at.y < window->out_height) return at;
  return (place){at.image + 1, 0, 0};
}

// Row `y` and column `x` of the map as seen through a tap: beyond the edge where they are not below
// the height and the width.
static size_t tap_row(const zk_window *window, size_t y, size_t tap) {
  return y * window->stride_y + tap * window->dilation_y - window->top;
}
static size_t tap_column(const zk_window *window, size_t x, size_t tap) {
  return x * window->stride_x + tap * window->dilation_x - window->left;
}

// Copies what a kernel row sees of row `row` from column `left` on, [kernel_width, inputs].
static void copy_run(
    const zk_convolution_task *task, size_t image, size_t row, size_t left, float *out) {
  const zk_window *window = &task->window;
  size_t inputs = task->inputs, width = window->width;
  const float *x = task->x + (image * window->height + row) * width * task->x_stride;
  for (size_t j = 0; j < window->kernel_width; j++, out += inputs) {
    size_t column = left + j * window->dilation_x;
    if (row < window->height && column < width)
      memcpy(out, x + column * task->x_stride, inputs * sizeof *out);
    else memset(out, 0, inputs * sizeof *out);
  }
}

// Copies what one result sees, [kernel_height, kernel_width, inputs].
static void gather(const zk_convolution_task *task, size_t result, float *out) {
  const zk_window *window = &task->window;
  place at = place_of(window, result);
  for (size_t i = 0; i < window->kernel_height; i++, out += window->kernel_width * task->inputs)
    copy_run(task, at.image, tap_row(window, at.y, i), tap_column(window, at.x, 0), out);
}

// The neighbouring taps that are one run of numbers, where pixels follow each other without a gap: a
// kernel row, if it is short. Else each tap is a run.
static size_t taps_per_run(const zk_convolution_task *task) {
  bool is_joined = task->x_stride == task->inputs && task->window.dilation_x == 1 &&
                   task->inputs < JOINED_INPUTS;
  return is_joined ? task->window.kernel_width : 1;
}

// Fills pointers[run * rows + i] for `count` results from `first` on, repeating the last. Longer runs
// that reach beyond an edge are copied to `copies`.
static void point(
    const zk_convolution_task *task, size_t run, size_t first, size_t count, size_t rows,
    float *copies, const float **pointers) {
  const zk_window *window = &task->window;
  place at = place_of(window, first);
  for (size_t i = 0; i < rows; i++) {
    const float **pointer = pointers + i;
    for (size_t tap_y = 0; tap_y < window->kernel_height; tap_y++) {
      size_t row = tap_row(window, at.y, tap_y);
      size_t line = (at.image * window->height + row) * window->width;
      for (size_t tap_x = 0; tap_x < window->kernel_width; tap_x += run, pointer += rows) {
        size_t column = tap_column(window, at.x, tap_x);
        if (row < window->height && column < window->width && column + run <= window->width) {
          *pointer = task->x + (line + column) * task->x_stride;
        } else if (run == 1) {
          *pointer = task->zeros;
        } else {
          copy_run(task, at.image, row, column, copies);
          *pointer = copies;
          copies += run * task->inputs;
        }
      }
    }
    if (i + 1 < count) at = after(window, at);
  }
}

// Where the windows of `rows` results begin if they are neighbours that see nothing beyond an edge,
// else NULL.
static const float *inside(const zk_convolution_task *task, size_t first, size_t rows) {
  const zk_window *window = &task->window;
  place at = place_of(window, first);
  size_t top = tap_row(window, at.y, 0), left = tap_column(window, at.x, 0);
  bool is_inside = at.x + rows <= window->out_width && top < window->height &&
                   left < window->width &&
                   tap_row(window, at.y, window->kernel_height - 1) < window->height &&
                   tap_column(window, at.x + rows - 1, window->kernel_width - 1) < window->width;
  return is_inside ? task->x + ((at.image * window->height + top) * window->width + left) *
                                   task->x_stride
                   : NULL;
}

// ---- Units of work -----------------------------------------------------------------------------

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  zk_gemm_task store;
  size_t rows_per_unit, row_units, panels_per_unit, lines_per_unit;
  // Of each thread's scratch.
  size_t scratch;
  // Of a dense convolution: how many runs the tiles find a result's inputs in; where it is 0, what a
  // copied row of inputs takes.
  size_t runs, row_floats, converted_stride;
  const ptrdiff_t *offsets;
} convolution_context;

static void *own_scratch(const convolution_context *context, int thread) {
  return (char *)context->task->scratch + (size_t)thread * context->scratch;
}

// Points at what `count` results see.
static zk_inputs pointed(
    const convolution_context *context, size_t first, size_t count, char *scratch) {
  size_t runs = context->runs;
  const float **pointers = (const float **)scratch;
  float *copies = (float *)(scratch + context->rows_per_unit * runs * sizeof *pointers);
  point(
      context->task, tap_count(&context->task->window) / runs, first, count, count, copies,
      pointers);
  return (zk_inputs){.rows = scratch, .stride = count * sizeof *pointers, .runs = runs};
}

// Copies what `count` results see, and converts it.
static zk_inputs gathered(
    const convolution_context *context, size_t first, size_t count, char *scratch) {
  const zk_convolution_task *task = context->task;
  const zk_product *product = &context->path->products[task->precision];
  float *seen = (float *)scratch;
  char *converted = (char *)(seen + context->rows_per_unit * context->row_floats);
  zk_input_row *known =
      (zk_input_row *)(converted + context->rows_per_unit * context->converted_stride);
  for (size_t row = 0; row < count; row++) {
    float *own = seen + row * context->row_floats;
    gather(task, first + row, own);
    if (product->convert_row)
      product->convert_row(
          own, context->store.k, converted + row * context->converted_stride, known + row);
  }
  if (product->convert_row)
    return (zk_inputs){.rows = converted, .stride = context->converted_stride, .int8 = known};
  return (zk_inputs){.rows = scratch, .stride = context->row_floats * sizeof *seen};
}

static void convolve_dense(void *opaque, size_t unit, int thread) {
  const convolution_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  size_t first = unit % context->row_units * context->rows_per_unit;
  size_t count = zk_min(context->rows_per_unit, context->store.m - first);
  char *scratch = own_scratch(context, thread);
  zk_inputs inputs = context->runs ? pointed(context, first, count, scratch)
                                   : gathered(context, first, count, scratch);
  // From row to row of what the tiles take: in a table it is from pointer to pointer.
  size_t step = context->runs ? sizeof(const float *) : inputs.stride;
  size_t column_words = zk_column_words(path, task->precision, window_inputs(task));
  size_t tiles = zk_ceil_div(count, path->tile_rows);
  size_t panel = unit / context->row_units * context->panels_per_unit;
  size_t end =
      zk_min(panel + context->panels_per_unit, zk_ceil_div(task->outputs, path->tile_columns));
  for (; panel < end; panel++) {
    size_t column = panel * path->tile_columns;
    size_t columns = zk_min(path->tile_columns, task->outputs - column);
    const zk_tile *tile_of =
        path->products[task->precision].tile[zk_panel_vectors(path, columns) - 1];
    const uint32_t *packed = (const uint32_t *)task->packed + column * column_words;
    for (size_t tile = 0; tile < tiles; tile++) {
      size_t row = count * tile / tiles, rows = count * (tile + 1) / tiles - row;
      tile_of[rows - 1](
          &context->store, &inputs, inputs.rows + row * step, packed,
          task->y + (first + row) * task->y_stride + column, column, columns);
    }
  }
}

// What computes lines of a depthwise convolution; NULL where nothing does.
static zk_depthwise_block line_of(const zk_path *path, const zk_window *window) {
  size_t width = window->kernel_width, stride = window->stride_x;
  bool is_there = width % 2 == 1 && width >= 3 && (width - 3) / 2 < ZK_LINE_WIDTHS &&
                  stride <= ZK_LINE_STRIDES && window->dilation_x == 1;
  return is_there ? path->line[(width - 3) / 2][stride - 1] : NULL;
}

static size_t seen_by_line(const zk_window *window) {
  return (ZK_LINE - 1) * window->stride_x + window->kernel_width;
}

// Fills pointers[kernel row * seen_by_line() + i] for the results from `at` on.
static void point_line(const zk_convolution_task *task, place at, const float **pointers) {
  const zk_window *window = &task->window;
  size_t left = tap_column(window, at.x, 0), count = seen_by_line(window);
  for (size_t tap = 0; tap < window->kernel_height; tap++, pointers += count) {
    size_t row = tap_row(window, at.y, tap);
    const float *line =
        task->x + (at.image * window->height + row) * window->width * task->x_stride;
    size_t width = row < window->height ? window->width : 0;
    for (size_t i = 0; i < count; i++)
      pointers[i] = left + i < width ? line + (left + i) * task->x_stride : task->zeros;
  }
}

static void convolve_lines(void *opaque, size_t unit, int thread) {
  const convolution_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  const zk_window *window = &task->window;
  const float **pointers = own_scratch(context, thread);
  zk_depthwise_block function = line_of(path, window);
  size_t channels = task->outputs, w_stride = rounded_up(channels, path->lanes);
  size_t lines = window->out_width * context->lines_per_unit, first = unit * lines;
  size_t last = zk_min(first + lines, context->store.m);
  for (size_t row = first; row < last;) {
    place at = place_of(window, row);
    zk_taps taps = {
        .taps = window->kernel_height, .rows = zk_min(ZK_LINE, window->out_width - at.x),
        .pointers = pointers};
    point_line(task, at, pointers);
    float *y = task->y + row * task->y_stride;
    for (size_t column = 0; column < channels; column += path->lanes)
      function(
          &context->store, &taps, (const float *)task->packed + column, w_stride, y + column,
          column, zk_min(channels - column, path->lanes));
    row += taps.rows;
  }
}

static void convolve_depthwise(void *opaque, size_t unit, int thread) {
  const convolution_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  const float **pointers = own_scratch(context, thread);
  size_t lanes = path->lanes, block = path->tile_rows, channels = task->outputs;
  size_t last = zk_min((unit + 1) * context->rows_per_unit, context->store.m);
  for (size_t row = unit * context->rows_per_unit; row < last; row += block) {
    zk_taps taps = {
        .taps = tap_count(&task->window), .rows = zk_min(block, last - row),
        .pointers = pointers, .step = task->window.stride_x * task->x_stride,
        .offsets = context->offsets};
    if (taps.rows == block) taps.base = inside(task, row, block);
    if (!taps.base) point(task, 1, row, taps.rows, block, NULL, pointers);
    float *y = task->y + row * task->y_stride;
    for (size_t column = 0; column < channels;) {
      size_t columns = zk_min(channels - column, path->tile_columns);
      if (columns >= lanes) columns -= columns % lanes;
      zk_depthwise_block function =
          columns < lanes ? path->depthwise_part : path->depthwise[columns / lanes - 1];
      function(
          &context->store, &taps, (const float *)task->packed + column,
          rounded_up(channels, lanes), y + column, column, columns);
      column += columns;
    }
  }
}

static void convolve_grouped(void *opaque, size_t unit, int thread) {
  const convolution_context *context = opaque;
  const zk_convolution_task *task = context->task;
  const zk_path *path = context->path;
  const float **pointers = own_scratch(context, thread);
  size_t inputs = task->inputs / task->groups, outputs = task->outputs / task->groups;
  size_t first = unit * context->rows_per_unit;
  size_t last = zk_min(first + context->rows_per_unit, context->store.m);
  // Chunks of all groups that have the same width, and so the same block of rows, in turn.
  for (size_t start = 0; start < outputs; start += path->tile_columns) {
    size_t columns = zk_min(outputs - start, path->tile_columns);
    size_t vectors = zk_ceil_div(columns, path->lanes), block = path->grouped_rows[vectors - 1];
    for (size_t row = first; row < last; row += block) {
      zk_taps taps = {
          .taps = tap_count(&task->window), .rows = zk_min(block, last - row),
          .pointers = pointers};
      point(task, 1, row, taps.rows, block, NULL, pointers);
      for (size_t group = 0; group < task->groups; group++) {
        size_t column = group * outputs + start;
        path->grouped[vectors - 1](
            &context->store, &taps, group * inputs, inputs,
            (const float *)task->packed + group * group_floats(path, task) +
                start * taps.taps * inputs,
            task->y + row * task->y_stride + column, column, columns);
      }
    }
  }
}

// Sets how the work is divided; gives the bytes of scratch that all threads need.
static size_t plan(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task,
    convolution_context *context) {
  size_t m = result_count(task), taps = tap_count(&task->window);
  size_t threads = (size_t)zk_pool_threads(pool);
  size_t wanted = UNITS_PER_THREAD * threads;
  *context = (convolution_context){.path = path, .task = task};
  context->store = (zk_gemm_task){
      .precision = task->precision, .c_stride = task->y_stride, .m = m, .n = task->outputs,
      .bias = task->bias, .scale = task->scale, .activation = task->activation,
      .combine = task->combine};
  const zk_window *window = &task->window;
  if (kind_of(task) == DEPTHWISE && line_of(path, window)) {
    size_t lines = task->images * window->out_height;
    context->lines_per_unit = zk_min(
        zk_ceil_div(lines, wanted), zk_ceil_div(NARROW_ROWS, window->out_width));
    context->row_units = zk_ceil_div(lines, context->lines_per_unit);
    context->scratch =
        rounded_up(window->kernel_height * seen_by_line(window) * sizeof(float *), 64);
    return threads * context->scratch;
  }
  if (kind_of(task) != DENSE) {
    context->store.k = taps;
    // What follows the offsets of the taps: pointers for the largest block.
    size_t rows = zk_min(NARROW_ROWS, rounded_up(zk_ceil_div(m, wanted), 2 * path->tile_rows));
    context->rows_per_unit = rows;
    context->row_units = zk_ceil_div(m, rows);
    context->scratch = rounded_up(taps * 2 * path->tile_rows * sizeof(float *), 64);
    return threads * context->scratch + taps * sizeof(ptrdiff_t);
  }
  size_t k = window_inputs(task);
  // Other precisions than float32 convert what they see.
  context->runs = task->precision == ZK_F32 ? taps / taps_per_run(task) : 0;
  context->store.k = context->runs ? k / context->runs : k;
  context->row_floats = rounded_up(k, 16) + 16;
  size_t rows = zk_min(BLOCK_ROWS, zk_ceil_div(m, threads));
  if (!context->runs) rows = zk_min(rows, BLOCK_FLOATS / k);
  if (rows < FEWEST_ROWS) rows = zk_min(FEWEST_ROWS, m);
  context->row_units = zk_ceil_div(m, rows);
  context->rows_per_unit = zk_ceil_div(m, context->row_units);
  size_t panels = zk_ceil_div(task->outputs, path->tile_columns);
  size_t parts = zk_min(panels, zk_ceil_div(wanted, context->row_units));
  context->panels_per_unit = zk_ceil_div(panels, parts);
  const zk_product *product = &path->products[task->precision];
  if (product->convert_row)
    context->converted_stride = rounded_up(zk_ceil_div(k, product->step) * 4, 64) + 64;
  size_t per_row = context->row_floats * sizeof(float) + context->converted_stride +
                   (product->convert_row ? sizeof(zk_input_row) : 0);
  if (context->runs)
    per_row = context->runs * sizeof(const float *) +
              (context->runs < taps ? k * sizeof(float) : 0);
  context->scratch = rounded_up(context->rows_per_unit * per_row, 64);
  return threads * context->scratch;
}

size_t zk_convolution_scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  if (zk_winograd_tile(task)) return zk_winograd_scratch(path, pool, task);
  convolution_context context;
  return plan(path, pool, task, &context);
}

void zk_convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  if (zk_winograd_tile(task)) return zk_winograd_convolve(path, pool, task);
  convolution_context context;
  plan(path, pool, task, &context);
  if (context.store.m == 0) return;
  switch (kind_of(task)) {
    case DENSE: {
      size_t panels = zk_ceil_div(task->outputs, path->tile_columns);
      size_t parts = zk_ceil_div(panels, context.panels_per_unit);
      zk_parallel(pool, context.row_units * parts, convolve_dense, &context);
      break;
    }
    case GROUPED: zk_parallel(pool, context.row_units, convolve_grouped, &context); break;
    case DEPTHWISE: {
      if (context.lines_per_unit) {
        zk_parallel(pool, context.row_units, convolve_lines, &context);
        break;
      }
      ptrdiff_t *offsets =
          (ptrdiff_t *)((char *)task->scratch + (size_t)zk_pool_threads(pool) * context.scratch);
      context.offsets = offsets;
      const zk_window *window = &task->window;
      for (size_t y = 0; y < window->kernel_height; y++)
        for (size_t x = 0; x < window->kernel_width; x++)
          *offsets++ = (ptrdiff_t)((y * window->dilation_y * window->width +
                                    x * window->dilation_x) *
                                   task->x_stride);
      zk_parallel(pool, context.row_units, convolve_depthwise, &context);
      break;
    }
  }
}
