// The speed of single kernels on this machine, for the shapes of a ViT-B/16: `scripts/bench` builds and
// runs it.
//
//     kernels [THREADS [PATH]]
//
// For each kernel the median time of many runs, the operations a second, and their share of the
// multiply-adds in float32 that the same threads were measured to do in registers at most.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

enum { MOST_RUNS = 200 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// The median of runs that take half a second together, after one that does not count.
static double median_time(void (*run)(void *), void *context) {
  double times[MOST_RUNS], total = 0;
  int count = 0;
  run(context);
  while (count < MOST_RUNS && (count < 5 || total < 0.5)) {
    double start = seconds();
    run(context);
    times[count] = seconds() - start;
    total += times[count++];
  }
  qsort(times, (size_t)count, sizeof *times, by_size);
  return times[count / 2];
}

static float *floats(size_t count) {
  float *x = aligned_alloc(64, (count * sizeof *x + 127) / 64 * 64);
  if (!x) abort();
  for (size_t i = 0; i < count; i++) x[i] = (float)(i * 7919 % 2003) / 1001 - 1;
  return x;
}

typedef struct {
  const zk_path *path;
  zk_pool *pool;
  double peak;  // operations a second
  zk_gemm_task product;
  zk_attention_task attention;
  zk_norm_task norm;
} bench;

static void report(const char *name, double operations, double time, double peak) {
  printf("%-34s %9.3f ms", name, time * 1e3);
  if (operations > 0)
    printf(" %8.1f GFLOP/s %5.0f%%", operations / time / 1e9, 100 * operations / time / peak);
  printf("\n");
}

typedef struct {
  bench *bench;
  size_t rounds;
} peak_run;

static void run_peak_chunk(void *context, size_t chunk, int thread) {
  (void)chunk, (void)thread;
  peak_run *run = context;
  zk_peak_operations(run->bench->path, run->rounds);
}

static double measured_peak(bench *bench) {
  double best = 0;
  int threads = zk_pool_threads(bench->pool);
  peak_run run = {bench, 2000000};
  double operations = zk_peak_operations(bench->path, run.rounds) * threads;
  for (int i = 0; i < 64; i++) {
    double start = seconds();
    zk_parallel(bench->pool, (size_t)threads, run_peak_chunk, &run);
    best = fmax(best, operations / (seconds() - start));
  }
  return best;
}

static void run_product(void *context) {
  bench *bench = context;
  zk_gemm(bench->path, bench->pool, &bench->product);
}
static void run_attention(void *context) {
  bench *bench = context;
  zk_attention(bench->path, bench->pool, &bench->attention);
}
static void run_norm(void *context) {
  bench *bench = context;
  zk_norm(bench->path, bench->pool, &bench->norm);
}

static void measure_product(
    bench *bench, const char *layer, zk_precision precision, size_t m, size_t n, size_t k,
    zk_activation activation, zk_combine combine) {
  static const char *const names[] = {"f32", "bf16", "int8"};
  size_t a_stride = k + 16, c_stride = n + 16;
  float *a = floats(m * a_stride), *w = floats(n * k), *c = floats(m * c_stride);
  float *bias = floats(n + ZK_PADDING);
  void *packed = floats(zk_packed_size(bench->path, precision, n, k) / 4);
  void *scratch = floats(zk_gemm_scratch(bench->path, precision, m, k) / 4 + 1);
  zk_pack(bench->path, bench->pool, precision, w, n, k, NULL, packed);
  bench->product = (zk_gemm_task){
      .precision = precision, .a = a, .a_stride = a_stride, .packed = packed, .scratch = scratch,
      .c = c, .c_stride = c_stride, .m = m, .n = n, .k = k, .bias = bias,
      .activation = activation, .combine = combine};
  char name[64];
  snprintf(name, sizeof name, "%-4s %-5s %4zu x %4zu x %4zu", names[precision], layer, m, n, k);
  report(name, 2.0 * (double)(m * n * k), median_time(run_product, bench), bench->peak);
  free(a), free(w), free(c), free(bias), free(packed), free(scratch);
}

static void measure_attention(bench *bench, size_t images) {
  enum { TOKENS = 197, HEADS = 12, WIDTH = 64, ROW = 3 * HEADS * WIDTH + 16 };
  float *qkv = floats(images * TOKENS * ROW), *out = floats(images * TOKENS * HEADS * WIDTH);
  zk_operand q = {qkv, TOKENS * ROW, ROW, WIDTH}, k = q, v = q;
  k.p += HEADS * WIDTH, v.p += 2 * HEADS * WIDTH;
  bench->attention = (zk_attention_task){
      .q = q, .k = k, .v = v, .out = out, .out_row = HEADS * WIDTH, .images = images,
      .heads = HEADS, .queries = TOKENS, .keys = TOKENS, .head_dim = WIDTH, .value_dim = WIDTH,
      .scale = 0.125f};
  bench->attention.scratch = floats(
      zk_attention_scratch(bench->path, &bench->attention) *
      (size_t)zk_pool_threads(bench->pool));
  char name[64];
  snprintf(name, sizeof name, "f32  attention, %zu x 12 heads", images);
  report(
      name, 4.0 * (double)images * HEADS * TOKENS * TOKENS * WIDTH,
      median_time(run_attention, bench), bench->peak);
  free(qkv), free(out), free(bench->attention.scratch);
}

static void measure_norm(bench *bench, size_t rows) {
  enum { SIZE = 768 };
  float *x = floats(rows * SIZE), *y = floats(rows * SIZE);
  float *weight = floats(SIZE), *bias = floats(SIZE);
  bench->norm = (zk_norm_task){
      .x = x, .x_stride = SIZE, .y = y, .y_stride = SIZE, .rows = rows, .groups = 1, .size = SIZE,
      .weight = weight, .bias = bias, .eps = 1e-6f};
  char name[64];
  snprintf(name, sizeof name, "f32  norm  %4zu x %d", rows, SIZE);
  report(name, 0, median_time(run_norm, bench), bench->peak);
  free(x), free(y), free(weight), free(bias);
}

static const zk_path *path_named(const char *name) {
  for (size_t index = 0; zk_path_at(index); index++)
    if (strcmp(zk_path_name(zk_path_at(index)), name) == 0)
      return zk_path_runs_here(zk_path_at(index)) ? zk_path_at(index) : NULL;
  return NULL;
}

int main(int argc, char **argv) {
  bench bench = {.path = argc > 2 ? path_named(argv[2]) : zk_path_best()};
  if (!bench.path) {
    fprintf(stderr, "there is no path %s for this processor\n", argv[2]);
    return 1;
  }
  bench.pool = zk_pool_create(argc > 1 ? atoi(argv[1]) : zk_processors());
  if (!bench.pool) return 1;
  bench.peak = measured_peak(&bench);
  printf(
      "%s kernels, %d threads, at most %.1f GFLOP/s in float32\n", zk_path_name(bench.path),
      zk_pool_threads(bench.pool), bench.peak / 1e9);
  // Whole tiles of all paths, and nothing else to wait for.
  for (size_t k = 64; k <= 3072; k = k == 64 ? 768 : k * 4)
    measure_product(&bench, "tiles", ZK_F32, 18, 48, k, ZK_IDENTITY, ZK_STORE);
  for (size_t rows = 197; rows <= 8 * 197; rows *= 8) {
    for (int precision = 0; precision < ZK_PRECISIONS; precision++) {
      zk_precision p = (zk_precision)precision;
      measure_product(&bench, "qkv", p, rows, 2304, 768, ZK_IDENTITY, ZK_STORE);
      measure_product(&bench, "proj", p, rows, 768, 768, ZK_IDENTITY, ZK_ADD);
      measure_product(&bench, "fc1", p, rows, 3072, 768, ZK_GELU, ZK_STORE);
      measure_product(&bench, "fc2", p, rows, 768, 3072, ZK_IDENTITY, ZK_ADD);
    }
    measure_attention(&bench, rows / 197);
    measure_norm(&bench, rows);
  }
  zk_pool_destroy(bench.pool);
  return 0;
}
