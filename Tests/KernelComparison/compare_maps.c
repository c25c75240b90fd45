// Compares convolutions, pools and what is done channel by channel with the naive kernels.
#include "compare.h"

typedef struct {
  size_t inputs, outputs, groups, height, width, kernel_height, kernel_width, stride, dilation;
  size_t top, left, bottom, right;
} shape;

static size_t output_length(
    size_t length, size_t kernel, size_t stride, size_t dilation, size_t padding) {
  return (length + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

// Numbers that every precision has: weights of -1, 0 and 1, each output with one that is not 0, and
// integers as inputs, of -127...127 in one image and of 0...254 in the next.
static void make_exact(float *x, size_t image_size, size_t images, float *w, size_t k, size_t n) {
  for (size_t image = 0; image < images; image++, x += image_size) {
    float shift = image % 2 ? 127 : 0;
    for (size_t i = 0; i < image_size; i++) x[i] = rintf(fminf(fmaxf(x[i] * 100, -127), 127)) + shift;
    x[0] = -127 + shift;
    x[1] = 127 + shift;
  }
  for (size_t i = 0; i < n * k; i++) w[i] = i % k == 0 ? 1 : (float)((w[i] > 0.2f) - (w[i] < -0.2f));
}

static double compare_convolution(
    const zk_path *path, zk_pool *pool, zk_precision precision, shape s, size_t gap) {
  enum { IMAGES = 2 };
  static const zk_activation stored[] = {
      ZK_IDENTITY, ZK_RELU, ZK_RELU6, ZK_SILU, ZK_HARD_SWISH, ZK_SIGMOID, ZK_GELU};
  zk_window window = {
      .height = s.height, .width = s.width,
      .out_height = output_length(
          s.height, s.kernel_height, s.stride, s.dilation, s.top + s.bottom),
      .out_width = output_length(s.width, s.kernel_width, s.stride, s.dilation, s.left + s.right),
      .kernel_height = s.kernel_height, .kernel_width = s.kernel_width, .stride_y = s.stride,
      .stride_x = s.stride, .dilation_y = s.dilation, .dilation_x = s.dilation, .top = s.top,
      .left = s.left};
  size_t rows = IMAGES * window.out_height * window.out_width;
  size_t x_stride = s.inputs + gap, y_stride = s.outputs + 3;
  size_t taps = s.kernel_height * s.kernel_width;
  float *x = floats(IMAGES * s.height * s.width * x_stride);
  float *w = floats(s.outputs * taps * s.inputs / s.groups);
  float *bias = floats(s.outputs + ZK_PADDING), *scale = floats(s.outputs + ZK_PADDING);
  if (precision != ZK_F32)
    make_exact(
        x, s.height * s.width * x_stride, IMAGES, w, taps * s.inputs / s.groups, s.outputs);
  float *zeros = bytes(s.inputs * sizeof *zeros);
  memset(zeros, 0, s.inputs * sizeof *zeros);
  float *start = floats(rows * y_stride), *found = floats(rows * y_stride);
  float *expected = floats(rows * y_stride);
  zk_convolution_task task = {
      .precision = precision, .window = window, .images = IMAGES, .inputs = s.inputs,
      .outputs = s.outputs, .groups = s.groups, .x = x, .x_stride = x_stride,
      .y_stride = y_stride, .zeros = zeros};
  size_t packed_size = zk_convolution_packed_size(path, &task);
  void *packed = bytes(packed_size);
  memset(packed, 0, packed_size);
  zk_convolution_pack(path, pool, &task, w, packed);
  void *scratch = bytes(zk_convolution_scratch(path, pool, &task));
  task.packed = packed;
  task.scratch = scratch;
  double worst = 0;
  for (int combine = ZK_STORE; combine < ZK_COMBINES; combine++) {
    task.bias = combine == ZK_MULTIPLY ? NULL : bias;
    task.scale = combine == ZK_ADD ? scale : NULL;
    task.activation = combine == ZK_STORE ? stored[s.inputs % 7] : ZK_SILU;
    task.combine = (zk_combine)combine;
    memcpy(found, start, rows * y_stride * sizeof *start);
    memcpy(expected, start, rows * y_stride * sizeof *start);
    task.y = found;
    zk_convolve(path, pool, &task);
    task.y = expected;
    zk_convolve_naive(&task, w);
    worst = fmax(worst, difference(found, expected, rows, y_stride, y_stride));
  }
  void *all[] = {x, w, bias, scale, zeros, start, found, expected, packed, scratch};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_pool(
    const zk_path *path, zk_pool *pool, zk_pooling pooling, size_t channels, size_t out_height,
    size_t out_width) {
  enum { IMAGES = 2, HEIGHT = 9, WIDTH = 7 };
  size_t x_stride = channels + 2, y_stride = channels + 3;
  size_t rows = IMAGES * out_height * out_width;
  float *x = floats(IMAGES * HEIGHT * WIDTH * x_stride);
  float *found = floats(rows * y_stride), *expected = floats(rows * y_stride);
  memcpy(expected, found, rows * y_stride * sizeof *found);
  zk_bin bins[HEIGHT + WIDTH];
  for (size_t i = 0; i < out_height + out_width; i++) {
    size_t index = i < out_height ? i : i - out_height;
    size_t count = i < out_height ? out_height : out_width, length = i < out_height ? HEIGHT : WIDTH;
    size_t first = index * length / count, end = ((index + 1) * length + count - 1) / count;
    bins[i] = (zk_bin){(uint32_t)first, (uint32_t)(end - first), (float)(1 + i)};
  }
  zk_pooling_task task = {
      .pooling = pooling, .x = x, .x_stride = x_stride, .y = found, .y_stride = y_stride,
      .images = IMAGES, .height = HEIGHT, .width = WIDTH, .channels = channels, .rows = bins,
      .out_height = out_height, .columns = bins + out_height, .out_width = out_width};
  zk_pool_map(path, pool, &task);
  task.y = expected;
  zk_pool_map_naive(&task);
  double worst = difference(found, expected, rows, y_stride, y_stride);
  void *all[] = {x, found, expected};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_affine(
    const zk_path *path, zk_pool *pool, size_t columns, zk_activation activation,
    zk_combine combine) {
  enum { IMAGES = 3, AREA = 11 };
  size_t rows = IMAGES * AREA, x_stride = columns + 1, y_stride = columns + 3;
  float *x = floats(rows * x_stride), *values = floats(2 * IMAGES * columns);
  float *found = floats(rows * y_stride), *expected = floats(rows * y_stride);
  memcpy(expected, found, rows * y_stride * sizeof *found);
  zk_affine_task task = {
      .x = x, .x_stride = x_stride, .y = found, .y_stride = y_stride, .rows = rows,
      .columns = columns, .rows_per_image = AREA, .scale = values,
      .scale_image = activation % 2 ? 0 : columns,
      .shift = combine == ZK_MULTIPLY ? NULL : values + IMAGES * columns,
      .shift_image = combine == ZK_ADD ? 0 : columns, .activation = activation,
      .combine = combine};
  zk_affine(path, pool, &task);
  task.y = expected;
  zk_affine_naive(&task);
  double worst = difference(found, expected, rows, y_stride, y_stride);
  void *all[] = {x, values, found, expected};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_weighted_sum(
    const zk_path *path, zk_pool *pool, size_t maps, size_t columns) {
  enum { IMAGES = 2, AREA = 13 };
  size_t rows = IMAGES * AREA, x_stride = maps * columns + 3, y_stride = columns + 2;
  float *x = floats(rows * x_stride), *weights = floats(rows * (maps + 2));
  float *constants = floats(IMAGES * (columns + 1));
  float *found = floats(rows * y_stride), *expected = floats(rows * y_stride);
  memcpy(expected, found, rows * y_stride * sizeof *found);
  zk_weighted_sum_task task = {
      .x = x, .x_stride = x_stride, .weights = weights, .weights_stride = maps + 2,
      .constants = constants, .constants_stride = columns + 1, .y = found, .y_stride = y_stride,
      .rows = rows, .columns = columns, .maps = maps, .rows_per_image = AREA};
  zk_weighted_sum(path, pool, &task);
  task.y = expected;
  zk_weighted_sum_naive(&task);
  double worst = difference(found, expected, rows, y_stride, y_stride);
  void *all[] = {x, weights, constants, found, expected};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

void compare_maps(const zk_path *path, zk_pool *pool) {
  // Inputs, outputs, groups, height, width, kernel, stride, dilation, padding.
  static const shape dense[] = {
      {3, 5, 1, 9, 7, 3, 3, 2, 1, 1, 1, 1, 1},    {16, 50, 1, 7, 8, 1, 1, 2, 1, 0, 0, 0, 0},
      {7, 33, 1, 8, 11, 3, 5, 1, 2, 2, 4, 2, 4},  {3, 17, 1, 13, 9, 7, 7, 2, 1, 3, 3, 3, 3},
      {20, 8, 1, 5, 5, 2, 2, 1, 1, 0, 0, 1, 1},   {5, 100, 1, 30, 29, 3, 3, 1, 1, 1, 1, 1, 1},
      {3, 4, 1, 8, 8, 4, 4, 4, 1, 0, 0, 0, 0},    {4, 3, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1},
      {64, 20, 1, 6, 7, 3, 3, 1, 1, 1, 1, 1, 1},
      // The first row and column are left out.
      {21, 30, 1, 9, 11, 1, 1, 2, 1, (size_t)-1, (size_t)-1, 1, 1}};
  // Tiles of 4 x 4 results, some of them in part, and of 2 x 2.
  static const shape winograd[] = {
      {24, 24, 1, 16, 12, 3, 3, 1, 1, 1, 1, 1, 1}, {37, 100, 1, 15, 22, 3, 3, 1, 1, 1, 1, 1, 1},
      {30, 49, 1, 27, 17, 3, 3, 1, 1, 2, 0, 0, 2}, {129, 26, 1, 33, 30, 3, 3, 1, 1, 0, 0, 0, 0},
      {24, 24, 1, 8, 6, 3, 3, 1, 1, 1, 1, 1, 1},   {50, 33, 1, 7, 9, 3, 3, 1, 1, 1, 1, 1, 1},
      {25, 70, 1, 10, 9, 3, 3, 1, 1, 0, 0, 0, 0}};
  static const shape grouped[] = {
      {8, 8, 2, 9, 7, 3, 3, 1, 1, 1, 1, 1, 1},      {48, 48, 2, 8, 9, 3, 3, 2, 1, 1, 1, 1, 1},
      {6, 12, 6, 7, 7, 3, 3, 2, 1, 1, 1, 1, 1},     {112, 112, 2, 5, 9, 3, 3, 1, 1, 1, 1, 1, 1},
      {30, 18, 3, 6, 6, 5, 1, 1, 1, 2, 0, 2, 0},    {64, 64, 4, 12, 13, 3, 3, 1, 2, 2, 2, 2, 2},
      {9, 6, 3, 40, 11, 1, 1, 1, 1, 0, 0, 0, 0},    {48, 80, 2, 6, 7, 3, 3, 1, 1, 1, 1, 1, 1},
      {16, 100, 4, 7, 6, 3, 3, 1, 1, 1, 1, 1, 1}};
  static const shape depthwise[] = {
      {1, 1, 1, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1},      {7, 7, 7, 9, 8, 3, 3, 1, 1, 1, 1, 1, 1},
      {16, 16, 16, 12, 40, 5, 5, 2, 1, 2, 2, 2, 2}, {72, 72, 72, 14, 14, 7, 7, 1, 3, 9, 9, 9, 9},
      {50, 50, 50, 3, 31, 1, 5, 1, 1, 0, 2, 0, 2},  {24, 24, 24, 20, 33, 3, 3, 2, 1, 0, 0, 1, 1},
      {100, 100, 100, 7, 7, 5, 5, 1, 1, 2, 2, 2, 2}, {45, 45, 45, 9, 19, 7, 7, 1, 1, 3, 3, 3, 3},
      {20, 20, 20, 15, 34, 7, 7, 2, 1, 3, 3, 3, 3},  {32, 32, 32, 9, 21, 5, 3, 1, 1, 2, 1, 2, 1},
      {33, 33, 33, 10, 9, 9, 9, 1, 1, 4, 4, 4, 4},   {18, 18, 18, 6, 25, 1, 11, 1, 1, 0, 5, 0, 5},
      {18, 18, 18, 17, 9, 11, 1, 1, 1, 5, 0, 5, 0},  {35, 35, 35, 6, 29, 3, 7, 1, 3, 3, 9, 3, 9},
      {16, 16, 16, 9, 40, 3, 5, 2, 2, 2, 4, 2, 4},   {22, 22, 22, 12, 7, 5, 5, 1, 2, 4, 4, 4, 4}};
  double worst = 0;
  for (size_t i = 0; i < sizeof dense / sizeof *dense; i++)
    for (size_t gap = 0; gap < 6; gap += 5)
      worst = fmax(worst, compare_convolution(path, pool, ZK_F32, dense[i], gap));
  report(path, "dense", worst);
  worst = 0;
  for (size_t i = 0; i < sizeof dense / sizeof *dense; i++)
    for (size_t gap = 0; gap < 6; gap += 5)
      for (int precision = ZK_BF16; precision < ZK_PRECISIONS; precision++)
        worst = fmax(
            worst, compare_convolution(path, pool, (zk_precision)precision, dense[i], gap));
  report(path, "rounded", worst);
  worst = 0;
  for (size_t i = 0; i < sizeof winograd / sizeof *winograd; i++)
    for (size_t gap = 0; gap < 6; gap += 5)
      worst = fmax(worst, compare_convolution(path, pool, ZK_F32, winograd[i], gap));
  report_within(path, "winograd", worst, 6e-6);
  worst = 0;
  for (size_t i = 0; i < sizeof grouped / sizeof *grouped; i++)
    worst = fmax(worst, compare_convolution(path, pool, ZK_F32, grouped[i], 5));
  report(path, "grouped", worst);
  worst = 0;
  for (size_t i = 0; i < sizeof depthwise / sizeof *depthwise; i++)
    for (size_t gap = 0; gap < 6; gap += 5)
      worst = fmax(worst, compare_convolution(path, pool, ZK_F32, depthwise[i], gap));
  report(path, "depthwise", worst);
  worst = 0;
  for (int pooling = ZK_POOL_MAX; pooling <= ZK_POOL_MEAN_SQUARE; pooling++)
    for (size_t channels = 1; channels < 200; channels = channels * 3 + 2)
      for (size_t size = 1; size < 6; size++)
        worst = fmax(
            worst, compare_pool(path, pool, (zk_pooling)pooling, channels, size + 2, size));
  report(path, "pool", worst);
  worst = 0;
  for (int activation = 0; activation < ZK_ACTIVATIONS; activation++)
    for (int combine = 0; combine < ZK_COMBINES; combine++)
      for (size_t columns = 1; columns < 70; columns = columns * 4 + 3)
        worst = fmax(
            worst, compare_affine(
                       path, pool, columns, (zk_activation)activation, (zk_combine)combine));
  report(path, "affine", worst);
  worst = 0;
  for (size_t maps = 0; maps < 4; maps++)
    for (size_t columns = 1; columns < 70; columns = columns * 4 + 3)
      worst = fmax(worst, compare_weighted_sum(path, pool, maps, columns));
  report(path, "weighted", worst);
}
