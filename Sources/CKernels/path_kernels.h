// The kernels of one path, written once with the compiler's vector extensions. The including file
// defines
//   PATH_NAME      zk_path_<name>
//   PATH_TITLE     what zk_path_name gives
//   PATH_RUNS_HERE a function that tells whether the processor can run it
//   LANES          floats in a vector
//   TILE_ROWS      rows of the register tile
//   TILE_VECTORS   vectors across the register tile
// and compiles everything for its target with a `#pragma clang attribute`.
#include <math.h>
#include <string.h>

#include "path.h"

enum { TILE_COLUMNS = LANES * TILE_VECTORS };

typedef float vector __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t integers __attribute__((vector_size(LANES * 4), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *p) { return *(const vector *)p; }
INLINE void store(float *p, vector v) { *(vector *)p = v; }
INLINE vector splat(float x) { return x - (vector){}; }
// One rounding where the target has such an instruction, else two.
INLINE vector multiply_add(vector a, vector b, vector c) { return a * b + c; }
INLINE vector minimum(vector a, vector b) { return __builtin_elementwise_min(a, b); }
INLINE vector maximum(vector a, vector b) { return __builtin_elementwise_max(a, b); }
// Where the condition holds a, elsewhere b.
INLINE vector select(integers condition, vector a, vector b) {
  return (vector)((condition & (integers)a) | (~condition & (integers)b));
}
INLINE vector load_part(const float *p, size_t count) {
  vector v = {};
  memcpy(&v, p, count * sizeof(float));
  return v;
}
INLINE void store_part(float *p, vector v, size_t count) { memcpy(p, &v, count * sizeof(float)); }

INLINE float sum(vector v) {
  float total = 0;
  for (int i = 0; i < LANES; i++) total += v[i];
  return total;
}
INLINE float largest(vector v) {
  float most = v[0];
  for (int i = 1; i < LANES; i++) most = v[i] > most ? v[i] : most;
  return most;
}

// ---- Elementary functions ----------------------------------------------------------------------

// e^x with a relative error below 2e-7; 0 below -87.3, infinite above 88.7, NaN stays NaN. 2^n is
// applied through the exponent bits, and e^r on |r| <= ln(2)/2 is its Taylor polynomial of degree 7.
INLINE vector exponential(vector x) {
  vector bounded = minimum(maximum(x, splat(-87.33654f)), splat(88.72283f));
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it leaves no fraction bits
  vector n = (bounded * 1.44269504088896341f + to_integer) - to_integer;
  vector r = multiply_add(n, splat(-0.693359375f), bounded);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  vector p = splat(1.0f / 5040);
  p = multiply_add(p, r, splat(1.0f / 720));
  p = multiply_add(p, r, splat(1.0f / 120));
  p = multiply_add(p, r, splat(1.0f / 24));
  p = multiply_add(p, r, splat(1.0f / 6));
  p = multiply_add(p, r, splat(0.5f));
  p = multiply_add(p, r, splat(1.0f));
  p = multiply_add(p, r, splat(1.0f));
  // 2^n in two steps, since n may be 128.
  integers exponent = __builtin_convertvector(n, integers);
  integers half = exponent >> 1;
  vector result = p * (vector)((half + 127) << 23) * (vector)((exponent - half + 127) << 23);
  result = select(x >= splat(-87.33654f), result, splat(0));
  result = select(x <= splat(88.72283f), result, splat(INFINITY));
  return select(x == x, result, x);
}

INLINE vector sigmoid(vector x) { return splat(1) / (splat(1) + exponential(-x)); }

// erf, Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
INLINE vector error_function(vector x) {
  vector magnitude = (vector)((integers)x & 0x7FFFFFFF);
  vector t = splat(1) / multiply_add(splat(0.3275911f), magnitude, splat(1));
  vector p = splat(1.061405429f);
  p = multiply_add(p, t, splat(-1.453152027f));
  p = multiply_add(p, t, splat(1.421413741f));
  p = multiply_add(p, t, splat(-0.284496736f));
  p = multiply_add(p, t, splat(0.254829592f));
  vector y = splat(1) - p * t * exponential(-magnitude * magnitude);
  return (vector)((integers)y | ((integers)x & (int32_t)0x80000000));
}

INLINE vector activate(vector x, zk_activation activation) {
  switch (activation) {
    case ZK_GELU: return 0.5f * x * (1 + error_function(x * 0.70710678118654752f));
    case ZK_GELU_TANH:
      return x * sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x));
    case ZK_QUICK_GELU: return x * sigmoid(1.702f * x);
    case ZK_SILU: return x * sigmoid(x);
    case ZK_RELU: return maximum(x, splat(0));
    case ZK_IDENTITY: break;
  }
  return x;
}

// ---- Matrix products ---------------------------------------------------------------------------

// sums [rows, TILE_COLUMNS] = a [rows, k] x panel [k, TILE_COLUMNS]
INLINE void multiply_tile(
    const int rows, const float *a, size_t a_stride, const float *panel, size_t k,
    vector sums[TILE_ROWS][TILE_VECTORS]) {
  vector total[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < TILE_VECTORS; j++) total[i][j] = splat(0);
  for (size_t step = 0; step < k; step++) {
    vector b[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < TILE_VECTORS; j++) b[j] = load(panel + step * TILE_COLUMNS + j * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vector left = splat(a[i * a_stride + step]);
#pragma clang loop unroll(full)
      for (int j = 0; j < TILE_VECTORS; j++) total[i][j] = multiply_add(left, b[j], total[i][j]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] = total[i][j];
}

INLINE vector finish(
    const zk_gemm_task *task, vector v, vector old, vector bias, vector scale) {
  v = activate(v + bias, task->activation) * scale;
  switch (task->combine) {
    case ZK_ADD: return old + v;
    case ZK_MULTIPLY: return old * v;
    case ZK_STORE: break;
  }
  return v;
}

// The epilogue of a tile, out of the product's registers: bias, activation, scale, and what is
// already there.
static __attribute__((noinline)) void finish_tile(
    const zk_gemm_task *task, const int rows, vector sums[TILE_ROWS][TILE_VECTORS], float *c,
    size_t column, size_t columns) {
  bool reads = task->combine != ZK_STORE;
  for (int j = 0; j < TILE_VECTORS; j++) {
    size_t first = (size_t)j * LANES;
    if (first >= columns) return;
    size_t count = zk_min(columns - first, LANES);
    const float *bias_at = task->bias ? task->bias + column + first : NULL;
    const float *scale_at = task->scale ? task->scale + column + first : NULL;
    vector bias = bias_at ? load_part(bias_at, count) : splat(0);
    vector scale = scale_at ? load_part(scale_at, count) : splat(1);
    if (count == LANES) {
      for (int i = 0; i < rows; i++) {
        float *at = c + i * task->c_stride + first;
        store(at, finish(task, sums[i][j], reads ? load(at) : splat(0), bias, scale));
      }
    } else {
      for (int i = 0; i < rows; i++) {
        float *at = c + i * task->c_stride + first;
        vector old = reads ? load_part(at, count) : splat(0);
        store_part(at, finish(task, sums[i][j], old, bias, scale), count);
      }
    }
  }
}

#define GEMM_TILE(ROWS)                                                                            \
  static void gemm_##ROWS(                                                                         \
      const zk_gemm_task *task, const float *a, const float *panel, float *c, size_t column,       \
      size_t columns) {                                                                            \
    vector sums[TILE_ROWS][TILE_VECTORS];                                                          \
    multiply_tile(ROWS, a, task->a_stride, panel, task->k, sums);                                  \
    finish_tile(task, ROWS, sums, c, column, columns);                                             \
  }
GEMM_TILE(1)
GEMM_TILE(2)
GEMM_TILE(3)
GEMM_TILE(4)
#if TILE_ROWS >= 6
GEMM_TILE(5)
GEMM_TILE(6)
#endif
#if TILE_ROWS >= 9
GEMM_TILE(7)
GEMM_TILE(8)
GEMM_TILE(9)
#endif

// ---- Attention ---------------------------------------------------------------------------------

// Packs x [count, width] as panels [width/nr][count][nr], or its transpose as [count/nr][width][nr].
static void pack_rows(const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < width; first += TILE_COLUMNS) {
    size_t columns = zk_min(TILE_COLUMNS, width - first);
    for (size_t t = 0; t < count; t++, packed += TILE_COLUMNS) {
      memcpy(packed, x + t * row + first, columns * sizeof(float));
      memset(packed + columns, 0, (TILE_COLUMNS - columns) * sizeof(float));
    }
  }
}
static void pack_transpose(const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < count; first += TILE_COLUMNS, packed += width * TILE_COLUMNS) {
    size_t rows = zk_min(TILE_COLUMNS, count - first);
    if (rows < TILE_COLUMNS) memset(packed, 0, width * TILE_COLUMNS * sizeof(float));
    for (size_t t = 0; t < rows; t++)
      for (size_t i = 0; i < width; i++) packed[i * TILE_COLUMNS + t] = x[(first + t) * row + i];
  }
}

// Turns a row of scores into weights e^(scale (score - largest)), unnormalised, followed by zeros
// up to a whole vector; gives 1 / their sum.
static float soften(float *scores, size_t count, float scale) {
  size_t whole = count - count % LANES;
  float peak = -INFINITY;
  if (whole) {
    vector most = load(scores);
    for (size_t i = LANES; i < whole; i += LANES) most = maximum(most, load(scores + i));
    peak = largest(most);
  }
  for (size_t i = whole; i < count; i++) peak = scores[i] > peak ? scores[i] : peak;
  vector total = splat(0);
  for (size_t i = 0; i < count; i += LANES) {
    vector weight = exponential((load(scores + i) - peak) * scale);
    if (i >= whole) weight = load_part((const float *)&weight, count - whole);
    store(scores + i, weight);
    total += weight;
  }
  return 1 / sum(total);
}

static void attention_head(
    const zk_path *path, const zk_attention_task *task, size_t image, size_t head, size_t first,
    size_t count, float *scratch) {
  size_t keys = task->keys;
  size_t score_row = zk_ceil_div(keys, TILE_COLUMNS) * TILE_COLUMNS;
  float *packed_k = scratch;
  float *packed_v = packed_k + score_row * task->head_dim;
  float *scores =
      packed_v + zk_ceil_div(task->value_dim, TILE_COLUMNS) * TILE_COLUMNS * keys;
  pack_transpose(
      task->k.p + image * task->k.image + head * task->k.head, task->k.row, keys, task->head_dim,
      packed_k);
  pack_rows(
      task->v.p + image * task->v.image + head * task->v.head, task->v.row, keys, task->value_dim,
      packed_v);

  const float *q = task->q.p + image * task->q.image + head * task->q.head;
  float *out = task->out + image * task->queries * task->out_row + head * task->value_dim;
  zk_gemm_task score_task = {
      .a_stride = task->q.row, .c_stride = score_row, .k = task->head_dim};
  zk_gemm_task value_task = {.a_stride = score_row, .c_stride = task->out_row, .k = keys};
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    zk_tile tile = path->gemm[rows - 1];
    for (size_t column = 0; column < keys; column += TILE_COLUMNS)
      tile(
          &score_task, q + row * task->q.row, packed_k + column * task->head_dim, scores + column,
          column, TILE_COLUMNS);
    float reciprocals[TILE_ROWS];
    for (size_t i = 0; i < rows; i++)
      reciprocals[i] = soften(scores + i * score_row, keys, task->scale);
    for (size_t column = 0; column < task->value_dim; column += TILE_COLUMNS)
      tile(
          &value_task, scores, packed_v + column * keys, out + row * task->out_row + column, column,
          zk_min(TILE_COLUMNS, task->value_dim - column));
    for (size_t i = 0; i < rows; i++) {
      float *at = out + (row + i) * task->out_row;
      for (size_t j = 0; j < task->value_dim; j++) at[j] *= reciprocals[i];
    }
  }
}

// ---- Normalisation -----------------------------------------------------------------------------

static float mean(const float *x, size_t size, float offset, bool squared) {
  vector total = splat(0);
  size_t whole = size - size % LANES;
  for (size_t i = 0; i < whole; i += LANES) {
    vector v = load(x + i) - offset;
    total = squared ? multiply_add(v, v, total) : total + v;
  }
  float rest = 0;
  for (size_t i = whole; i < size; i++) {
    float v = x[i] - offset;
    rest += squared ? v * v : v;
  }
  return (sum(total) + rest) / (float)size;
}

static void norm_row(const zk_norm_task *task, size_t row) {
  for (size_t group = 0; group < task->groups; group++) {
    const float *x = task->x + row * task->x_stride + group * task->size;
    float *y = task->y + row * task->y_stride + group * task->size;
    size_t size = task->size;
    float center = task->rms ? 0 : mean(x, size, 0, false);
    float factor = 1 / sqrtf(mean(x, size, center, true) + task->eps);
    for (size_t i = 0; i < size; i += LANES) {
      size_t count = zk_min(size - i, LANES);
      bool whole = count == LANES;
      vector v = whole ? load(x + i) : load_part(x + i, count);
      vector weight = whole ? load(task->weight + i) : load_part(task->weight + i, count);
      v = (v - center) * factor * weight;
      if (task->bias) v += whole ? load(task->bias + i) : load_part(task->bias + i, count);
      v = activate(v, task->activation);
      if (whole) store(y + i, v);
      else store_part(y + i, v, count);
    }
  }
}

// ---- The floor ---------------------------------------------------------------------------------

static double peak_operations(size_t rounds) {
  enum { CHAINS = 12 };
  vector total[CHAINS], factor = splat(0.999f), step = splat(0.001f);
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) total[i] = splat((float)i);
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) total[i] = multiply_add(total[i], factor, step);
  }
  // The compiler may not leave out what is used; a sum of numbers near 1 is never negative.
  float check = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) check += sum(total[i]);
  return check < 0 ? 0 : 2.0 * LANES * CHAINS * (double)rounds;
}

const zk_path PATH_NAME = {
    .name = PATH_TITLE,
    .runs_here = PATH_RUNS_HERE,
    .tile_rows = TILE_ROWS,
    .tile_columns = TILE_COLUMNS,
    .gemm =
        {gemm_1, gemm_2, gemm_3, gemm_4,
#if TILE_ROWS >= 6
         gemm_5, gemm_6,
#endif
#if TILE_ROWS >= 9
         gemm_7, gemm_8, gemm_9,
#endif
        },
    .attention_head = attention_head,
    .norm_row = norm_row,
    .peak_operations = peak_operations,
};
