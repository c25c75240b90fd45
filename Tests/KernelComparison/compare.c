// Compares every kernel path that this processor can run with the naive kernels, over odd shapes, all
// precisions, activations and ways to combine. A program of its own, so that it can run under an
// emulator of another processor: see scripts/test-neon.
//
// The program prints a line for each path and kernel, and ends with 1 if one differs by more than
// 3e-6 of the largest magnitude, by Winograd's algorithm than 6e-6.
#include "compare.h"

static int failures;

float noise(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)(int32_t)(state >> 32) / 2147483648.0f;
}

void *bytes(size_t count) {
  void *memory;
  if (posix_memalign(&memory, 64, count) != 0) abort();
  return memory;
}

float *floats(size_t count) {
  float *x = bytes(count * sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = noise();
  return x;
}

double difference(
    const float *found, const float *expected, size_t rows, size_t columns, size_t stride) {
  double worst = 0, largest = 1e-30;
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) {
      double distance = fabs((double)found[i * stride + j] - expected[i * stride + j]);
      if (!(distance <= worst)) worst = distance;
      largest = fmax(largest, fabs(expected[i * stride + j]));
    }
  return worst / largest;
}

void report(const zk_path *path, const char *kernel, double worst) {
  report_within(path, kernel, worst, 3e-6);
}

void report_within(const zk_path *path, const char *kernel, double worst, double tolerance) {
  int fails = !(worst < tolerance);
  printf("%-12s %-10s %.1e%s\n", zk_path_name(path), kernel, worst, fails ? "  DIFFERS" : "");
  failures += fails;
}

static double compare_product(
    const zk_path *path, zk_pool *pool, zk_precision precision, size_t m, size_t n, size_t k) {
  size_t a_stride = k + 5, c_stride = n + 3;
  float *a = floats(m * a_stride), *w = floats(n * k + 1);
  float *bias = floats(n + ZK_PADDING), *scale = floats(n + ZK_PADDING);
  float *start = floats(m * c_stride), *found = floats(m * c_stride);
  float *expected = floats(m * c_stride);
  if (precision == ZK_BF16 && zk_path_is_native(path, precision))
    for (size_t i = 0; i < m * a_stride; i++) {
      uint32_t bits;  // of a bfloat16, so that the inputs need no rounding
      memcpy(&bits, a + i, sizeof bits);
      bits &= 0xFFFF0000;
      memcpy(a + i, &bits, sizeof bits);
    }
  // Weights at an odd address.
  char *shifted = bytes(n * k * sizeof *w + 1);
  memcpy(shifted + 1, w, n * k * sizeof *w);
  void *packed = bytes(zk_packed_size(path, precision, n, k));
  zk_pack(path, pool, precision, shifted + 1, n, k, NULL, packed);
  void *scratch = bytes(zk_gemm_scratch(path, precision, m, k));
  double worst = 0;
  for (int activation = ZK_IDENTITY; activation < ZK_ACTIVATIONS; activation++)
    for (int combine = ZK_STORE; combine < ZK_COMBINES; combine++) {
      zk_gemm_task task = {
          .precision = precision, .a = a, .a_stride = a_stride, .packed = packed,
          .scratch = scratch, .c = found, .c_stride = c_stride, .m = m, .n = n, .k = k,
          .bias = activation % 2 ? NULL : bias, .scale = combine == ZK_ADD ? scale : NULL,
          .activation = (zk_activation)activation, .combine = (zk_combine)combine};
      memcpy(found, start, m * c_stride * sizeof *start);
      memcpy(expected, start, m * c_stride * sizeof *start);
      zk_gemm(path, pool, &task);
      task.c = expected;
      zk_gemm_naive(path, &task, w);
      // What lies between the rows stays as it was.
      worst = fmax(worst, difference(found, expected, m, c_stride, c_stride));
    }
  void *all[] = {a, w, bias, scale, start, found, expected, shifted, packed, scratch};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_attention(
    const zk_path *path, zk_pool *pool, size_t images, size_t heads, size_t rows, size_t width,
    bool mixes) {
  size_t row = 3 * heads * width + 7, out_row = heads * width + 1;
  float *qkv = floats(images * rows * row);
  float *found = floats(images * rows * out_row), *expected = floats(images * rows * out_row);
  zk_operand q = {qkv, rows * row, row, width}, k = q, v = q;
  k.p += heads * width;
  v.p += 2 * heads * width;
  zk_attention_task task = {
      .q = q, .k = k, .v = v, .out = found, .out_row = out_row, .images = images, .heads = heads,
      .queries = rows, .keys = rows, .head_dim = width, .value_dim = width,
      .scale = 1 / sqrtf((float)width)};
  float *matrices = floats(2 * heads * (heads + 1));
  float *second = matrices + heads * (heads + 1);
  zk_mixing mixing = {matrices, matrices + heads * heads, second, second + heads * heads};
  if (mixes) task.mixing = &mixing;
  task.scratch = floats(
      (zk_attention_scratch(path, &task) + 2 * heads * rows) * (size_t)zk_pool_threads(pool));
  zk_attention(path, pool, &task);
  task.out = expected;
  zk_attention_naive(&task);
  double worst = difference(found, expected, images * rows, heads * width, out_row);
  void *all[] = {qkv, found, expected, task.scratch, matrices};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_rotary(const zk_path *path, zk_pool *pool, size_t size, bool interleaved) {
  size_t rows = 21, heads = 2, places = 7, stride = heads * size + 3;
  float *found = floats(rows * stride), *expected = floats(rows * stride);
  float *cosine = floats(places * size), *sine = floats(places * size);
  memcpy(expected, found, rows * stride * sizeof *found);
  zk_rotary_task task = {
      .x = found, .stride = stride, .rows = rows, .heads = heads, .size = size, .cosine = cosine,
      .sine = sine, .places = places, .interleaved = interleaved};
  zk_rotary(path, pool, &task);
  task.x = expected;
  zk_rotary_naive(&task);
  double worst = difference(found, expected, rows, heads * size, stride);
  void *all[] = {found, expected, cosine, sine};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

static double compare_norm(const zk_path *path, zk_pool *pool, size_t rows, size_t size, bool rms) {
  size_t stride = 2 * size + 3;
  float *x = floats(rows * stride), *found = floats(rows * stride), *expected = floats(rows * stride);
  float *weight = floats(size), *bias = floats(size);
  zk_norm_task task = {
      .x = x, .x_stride = stride, .y = found, .y_stride = stride, .rows = rows, .groups = 2,
      .size = size, .weight = weight, .bias = rms ? NULL : bias, .eps = 1e-6f, .rms = rms,
      .activation = rms ? ZK_GELU : ZK_IDENTITY};
  zk_norm(path, pool, &task);
  task.y = expected;
  zk_norm_naive(&task);
  double worst = difference(found, expected, rows, 2 * size, stride);
  void *all[] = {x, found, expected, weight, bias};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return worst;
}

int main(void) {
  static const size_t products[][3] = {
      {1, 1, 1},    {1, 48, 7},  {2, 47, 33},    {7, 16, 64},  {8, 49, 8},
      {9, 97, 31},  {10, 3, 100}, {197, 50, 36}, {401, 65, 7}};
  static const char *const names[] = {"f32", "bf16", "int8"};
  zk_pool *pool = zk_pool_create(2);
  if (!pool) return 1;
  for (size_t index = 0; zk_path_at(index); index++) {
    const zk_path *path = zk_path_at(index);
    if (!zk_path_runs_here(path)) {
      printf("%-12s not on this processor\n", zk_path_name(path));
      continue;
    }
    for (int precision = 0; precision < ZK_PRECISIONS; precision++) {
      double worst = 0;
      for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        worst = fmax(
            worst, compare_product(
                       path, pool, (zk_precision)precision, products[i][0], products[i][1],
                       products[i][2]));
      // Every width of a last panel, in every number of vectors.
      for (size_t n = 1; n <= 70; n++)
        worst = fmax(
            worst, compare_product(path, pool, (zk_precision)precision, n % 11 + 1, n, n % 9 + 1));
      report(path, names[precision], worst);
    }
    double worst = 0;
    for (size_t rows = 1; rows < 250; rows = rows * 3 + 1)
      for (size_t width = 1; width < 70; width = width * 4 + 3)
        worst = fmax(
            worst, fmax(
                       compare_attention(path, pool, 2, 3, rows, width, false),
                       compare_attention(path, pool, 2, 3, rows, width, true)));
    report(path, "attention", worst);
    worst = 0;
    for (size_t size = 2; size < 80; size = size * 2 + 2)
      worst = fmax(
          worst, fmax(
                     compare_rotary(path, pool, size, false),
                     compare_rotary(path, pool, size, true)));
    report(path, "rotary", worst);
    worst = 0;
    for (size_t size = 1; size < 800; size = size * 3 + 2)
      worst = fmax(
          worst, fmax(
                     compare_norm(path, pool, 33, size, false),
                     compare_norm(path, pool, 33, size, true)));
    report(path, "norm", worst);
    compare_maps(path, pool);
  }
  zk_pool_destroy(pool);
  return failures ? 1 : 0;
}
