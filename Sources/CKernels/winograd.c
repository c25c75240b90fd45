// Divides a convolution by Winograd's algorithm into blocks of tiles: for each block the transformed
// inputs, then for each panel of outputs a product for each element of a tile, and the results.
#include "convolutions.h"

enum {
  KERNEL = 3,
  MOST_ELEMENTS = 36,
  // With fewer tiles in an image, or channels, transforms and weights cost more than products save.
  FEWEST_TILES = 12,
  FEWEST_CHANNELS = 24,
  // Tiles of 4 x 4 take four times the memory of the weights: only of at most so many pairs of channels.
  MOST_PAIRS = 400 * 400,
  // Tiles of a block, and floats of its transformed inputs.
  MOST_TILES = 48,
  FEWEST_OF_A_THREAD = 16,
  BLOCK_FLOATS = 1 << 19,
};

static size_t down(const zk_window *window, size_t m) { return zk_ceil_div(window->out_height, m); }
static size_t across(const zk_window *window, size_t m) { return zk_ceil_div(window->out_width, m); }

static size_t element_count(size_t m) { return (m + KERNEL - 1) * (m + KERNEL - 1); }

// Whether tiles take at most three quarters of the products.
static bool pays(const zk_window *window, size_t m) {
  size_t tiles = down(window, m) * across(window, m);
  return tiles >= FEWEST_TILES &&
         4 * tiles * element_count(m) <=
             3 * window->out_height * window->out_width * KERNEL * KERNEL;
}

size_t zk_winograd_tile(const zk_convolution_task *task) {
  const zk_window *window = &task->window;
  if (task->exact || task->precision != ZK_F32 || task->groups != 1 ||
      task->inputs < FEWEST_CHANNELS || task->outputs < FEWEST_CHANNELS ||
      window->kernel_height != KERNEL || window->kernel_width != KERNEL ||
      window->stride_y != 1 || window->stride_x != 1 || window->dilation_y != 1 ||
      window->dilation_x != 1)
    return 0;
  if (task->inputs * task->outputs <= MOST_PAIRS && pays(window, 4)) return 4;
  return pays(window, 2) ? 2 : 0;
}

// ---- Packed weights: for each element those of a product ---------------------------------------

static size_t element_size(const zk_path *path, const zk_convolution_task *task) {
  return zk_packed_size(path, ZK_F32, task->outputs, task->inputs);
}

static size_t packed_size(const zk_path *path, const zk_convolution_task *task) {
  return element_count(zk_winograd_tile(task)) * element_size(path, task);
}

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  const float *w;
  float *packed;
} pack_context;

static void pack_panel(void *opaque, size_t panel, int thread) {
  (void)thread;
  const pack_context *context = opaque;
  const zk_path *path = context->path;
  const zk_convolution_task *task = context->task;
  size_t m = zk_winograd_tile(task), elements = element_count(m), inputs = task->inputs;
  size_t size = element_size(path, task) / sizeof(float);
  size_t first = panel * path->tile_columns;
  size_t columns = zk_min(path->tile_columns, task->outputs - first);
  size_t width = zk_whole_columns(path, columns), lanes = path->lanes;
  float *packed = context->packed + first * inputs;
  float transformed[MOST_ELEMENTS * ZK_MAX_TILE_COLUMNS];
  for (size_t input = 0; input < inputs; input += lanes) {
    size_t count = zk_min(lanes, inputs - input);
    for (size_t column = 0; column < columns; column++) {
      const float *w = context->w + (first + column) * KERNEL * KERNEL * inputs + input;
      path->winograd[m / 2 - 1].weights(w, inputs, count, transformed);
      for (size_t element = 0; element < elements; element++)
        for (size_t i = 0; i < count; i++)
          packed[element * size + (input + i) * width + column] = transformed[element * lanes + i];
    }
  }
}

static void pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  pack_context context = {path, task, w, packed};
  zk_parallel(pool, zk_ceil_div(task->outputs, path->tile_columns), pack_panel, &context);
}

// ---- Blocks ------------------------------------------------------------------------------------

typedef struct {
  const zk_path *path;
  const zk_convolution_task *task;
  const zk_winograd *functions;
  zk_gemm_task product, store;
  size_t m, elements, element_floats, tiles, blocks, tiles_per_block, panels, panels_per_unit;
  // Between the rows and the elements of a block's transformed inputs, and between its sums.
  size_t input_row, input_element, sum_element;
  size_t scratch;  // bytes of a thread
} winograd_context;

// An odd number of cache lines, so that neighbours do not compete for the same ones.
static size_t odd_lines(size_t floats) { return (zk_ceil_div(floats, 16) | 1) * 16; }

static winograd_context plan(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  size_t m = zk_winograd_tile(task), threads = (size_t)zk_pool_threads(pool);
  winograd_context plan = {
      .path = path, .task = task, .functions = &path->winograd[m / 2 - 1], .m = m,
      .elements = element_count(m), .element_floats = element_size(path, task) / sizeof(float),
      .tiles = task->images * down(&task->window, m) * across(&task->window, m),
      .panels = zk_ceil_div(task->outputs, path->tile_columns),
      .input_row = odd_lines(task->inputs)};
  plan.product = (zk_gemm_task){
      .precision = ZK_F32, .c_stride = path->tile_columns, .k = task->inputs,
      .activation = ZK_IDENTITY, .combine = ZK_STORE};
  plan.store = zk_store_of(task);
  size_t room = BLOCK_FLOATS / (plan.elements * plan.input_row);
  size_t most = zk_min(MOST_TILES, room + path->tile_rows);
  plan.blocks = zk_ceil_div(plan.tiles, most);
  if (plan.tiles >= FEWEST_OF_A_THREAD * threads)
    plan.blocks = zk_ceil_div(plan.blocks, threads) * threads;
  plan.tiles_per_block = zk_ceil_div(plan.tiles, plan.blocks + !plan.blocks);
  size_t parts = zk_min(plan.panels, zk_ceil_div(threads, plan.blocks + !plan.blocks));
  plan.panels_per_unit = zk_ceil_div(plan.panels, parts);
  plan.input_element = odd_lines(plan.tiles_per_block * plan.input_row);
  plan.sum_element = odd_lines(plan.tiles_per_block * path->tile_columns);
  plan.scratch =
      plan.elements * (plan.input_element + plan.sum_element) * sizeof(float);
  return plan;
}

// The first result of a tile.
static zk_place place_of(const winograd_context *context, size_t tile) {
  const zk_window *window = &context->task->window;
  size_t columns = across(window, context->m), count = down(window, context->m) * columns;
  return (zk_place){
      tile / count, tile % count / columns * context->m, tile % columns * context->m};
}

static void transform_inputs(const winograd_context *context, size_t tile, float *out) {
  const zk_convolution_task *task = context->task;
  const zk_window *window = &task->window;
  const float *seen[MOST_ELEMENTS], **next = seen;
  zk_place at = place_of(context, tile);
  size_t side = context->m + KERNEL - 1;
  // What is beyond the edge is not below the height and the width.
  for (size_t i = 0, y = at.y - window->top; i < side; i++, y++) {
    size_t line = (at.image * window->height + y) * window->width;
    for (size_t j = 0, x = at.x - window->left; j < side; j++, x++)
      *next++ = y < window->height && x < window->width
                    ? task->x + (line + x) * task->x_stride
                    : task->zeros;
  }
  context->functions->input(seen, task->inputs, out, context->input_element);
}

static void multiply_panel(
    const winograd_context *context, size_t panel, size_t count, const float *transformed,
    float *sums) {
  const zk_path *path = context->path;
  size_t column = panel * path->tile_columns, inputs = context->task->inputs;
  size_t vectors = zk_panel_vectors(path, context->task->outputs - column);
  const zk_tile *tile_of = path->products[ZK_F32].tile[vectors - 1];
  const float *packed = (const float *)context->task->packed + column * inputs;
  size_t blocks = zk_ceil_div(count, path->tile_rows);
  for (size_t element = 0; element < context->elements; element++) {
    const float *a = transformed + element * context->input_element;
    zk_inputs rows = {.rows = (const char *)a, .stride = context->input_row * sizeof(float)};
    for (size_t block = 0; block < blocks; block++) {
      size_t first = count * block / blocks, end = count * (block + 1) / blocks;
      tile_of[end - first - 1](
          &context->product, &rows, rows.rows + first * rows.stride,
          (const uint32_t *)(packed + element * context->element_floats),
          sums + element * context->sum_element + first * path->tile_columns, column,
          vectors * path->lanes);
    }
  }
}

static void store_panel(
    const winograd_context *context, size_t panel, size_t first, size_t count,
    const float *sums) {
  const zk_path *path = context->path;
  const zk_convolution_task *task = context->task;
  const zk_window *window = &task->window;
  size_t column = panel * path->tile_columns;
  size_t columns = zk_min(path->tile_columns, task->outputs - column);
  zk_winograd_result *result =
      context->functions->result[zk_panel_vectors(path, columns) - 1];
  for (size_t tile = 0; tile < count; tile++) {
    zk_place at = place_of(context, first + tile);
    size_t row = (at.image * window->out_height + at.y) * window->out_width + at.x;
    result(
        &context->store, sums + tile * path->tile_columns, context->sum_element,
        zk_min(context->m, window->out_height - at.y), zk_min(context->m, window->out_width - at.x),
        task->y + row * task->y_stride + column, window->out_width * task->y_stride, column,
        columns);
  }
}

static void convolve_unit(void *opaque, size_t unit, int thread) {
  const winograd_context *context = opaque;
  float *transformed =
      (float *)((char *)context->task->scratch + (size_t)thread * context->scratch);
  float *sums = transformed + context->elements * context->input_element;
  size_t block = unit % context->blocks, panel = unit / context->blocks * context->panels_per_unit;
  size_t first = context->tiles * block / context->blocks;
  size_t count = context->tiles * (block + 1) / context->blocks - first;
  for (size_t tile = 0; tile < count; tile++)
    transform_inputs(context, first + tile, transformed + tile * context->input_row);
  size_t end = zk_min(panel + context->panels_per_unit, context->panels);
  for (; panel < end; panel++) {
    multiply_panel(context, panel, count, transformed, sums);
    store_panel(context, panel, first, count, sums);
  }
}

static size_t scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  return (size_t)zk_pool_threads(pool) * plan(path, pool, task).scratch;
}

static void convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  winograd_context context = plan(path, pool, task);
  size_t parts = zk_ceil_div(context.panels, context.panels_per_unit);
  zk_parallel(pool, context.blocks * parts, convolve_unit, &context);
}

const zk_convolver zk_by_winograd = {packed_size, pack, scratch, convolve};
