// Weights in the form that the register tiles read: panels of tile_columns rows of w, the last one of
// as many whole vectors as it needs, and in a panel one 32-bit word after the other from each row: a
// float32, two bfloat16 or four int8 neighbours of a run. A panel of int8 begins with the scale of each
// row and the sum of its weights.
#include <math.h>
#include <string.h>

#include "path.h"
#include "transpose.h"

enum { BLOCK = 16 };

size_t zk_column_words(const zk_path *path, zk_precision precision, size_t runs, size_t k) {
  size_t heading = precision == ZK_INT8 ? 2 : 0;
  return heading + runs * zk_ceil_div(k, path->products[precision].step);
}

size_t zk_packed_runs_size(
    const zk_path *path, zk_precision precision, size_t n, size_t runs, size_t k) {
  return zk_whole_columns(path, n) * zk_column_words(path, precision, runs, k) * 4;
}

size_t zk_packed_size(const zk_path *path, zk_precision precision, size_t n, size_t k) {
  return zk_packed_runs_size(path, precision, n, 1, k);
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// Rounds to the nearest, ties to even; NaN stays NaN.
static uint16_t bf16(float x) {
  uint32_t bits = bits_of(x);
  uint32_t rounded = bits + 0x7FFF + (bits >> 16 & 1);
  return ((bits & 0x7FFFFFFF) > 0x7F800000 ? bits | 0x400000 : rounded) >> 16;
}

static int32_t int8(float x, float factor) {
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it rounds to an integer, ties to even
  float scaled = x * factor;
  return (int32_t)bits_of(scaled + to_integer) - 0x4B400000;
}

// Turns BLOCK groups of numbers of one row into words, the first number in the lowest bits as on all
// processors that Swift runs on; the sum of those of int8.
static int32_t encode(
    zk_precision precision, const float *x, float factor, int32_t offset, uint32_t words[BLOCK]) {
  uint32_t sum = 0;  // of what stands for NaN it may overflow
  uint16_t halves[2 * BLOCK];
  uint8_t bytes[4 * BLOCK];
  switch (precision) {
    case ZK_F32: memcpy(words, x, BLOCK * sizeof *words); break;
    case ZK_BF16:
      for (int i = 0; i < 2 * BLOCK; i++) halves[i] = bf16(x[i]);
      memcpy(words, halves, sizeof halves);
      break;
    case ZK_INT8:
      for (int i = 0; i < 4 * BLOCK; i++) {
        int32_t q = int8(x[i], factor);
        sum += (uint32_t)q;
        bytes[i] = (uint8_t)(q + offset);
      }
      memcpy(words, bytes, sizeof bytes);
      break;
  }
  return (int32_t)sum;
}

// The first `count` of w, times the factor of their row if there are factors.
static void take(
    const char *w, size_t count, const double *factors, size_t row, float *x) {
  memcpy(x, w, count * sizeof *x);
  if (factors)
    for (size_t i = 0; i < count; i++) x[i] = (float)(x[i] * factors[row]);
}

// The largest magnitude, of which the bits are ordered as integers are: NaN is above all numbers.
static float magnitude(const char *w, size_t k) {
  int32_t most = 0;
  for (size_t i = 0; i < k; i++) {
    int32_t bits;
    memcpy(&bits, w + i * sizeof bits, sizeof bits);
    bits &= 0x7FFFFFFF;
    most = bits > most ? bits : most;
  }
  float result;
  memcpy(&result, &most, sizeof result);
  return result;
}

// The first `count` words of `width` rows, one word after the other from each row.
static void interleave(
    const uint32_t block[][BLOCK], size_t width, size_t count, uint32_t *packed) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t row = 0; row < width; row += 4)
      zk_transpose4(&block[row][i], BLOCK, packed + i * width + row, width);
  for (; i < count; i++)
    for (size_t row = 0; row < width; row++) packed[i * width + row] = block[row][i];
}

typedef struct {
  const zk_path *path;
  zk_precision precision;
  const char *w;
  size_t n, runs, k;
  const double *factors;
  uint32_t *packed;
} pack_context;

// A block of each row at a time: each cache line of the panel is written once.
static void pack_panel(void *opaque, size_t panel, int thread) {
  (void)thread;
  const pack_context *context = opaque;
  const zk_path *path = context->path;
  size_t first_row = panel * path->tile_columns, k = context->k, row_size = context->runs * k;
  size_t rows = zk_min(path->tile_columns, context->n - first_row);
  size_t width = zk_whole_columns(path, rows), step = path->products[context->precision].step;
  uint32_t *packed = context->packed + first_row * zk_column_words(path, context->precision, context->runs, k);
  const char *w = context->w + first_row * row_size * sizeof(float);
  float factors[ZK_MAX_TILE_COLUMNS] = {0};
  int32_t sums[ZK_MAX_TILE_COLUMNS] = {0};
  uint32_t *heading = packed;
  if (context->precision == ZK_INT8) {
    float top = (float)path->largest_weight;
    memset(heading, 0, 2 * width * sizeof *heading);
    for (size_t row = 0; row < rows; row++) {
      float most = magnitude(w + row * row_size * sizeof(float), row_size);
      if (context->factors) most = (float)fabs(most * context->factors[first_row + row]);
      factors[row] = most > 0 ? top / most : 0;
      heading[row] = bits_of(most / top);
    }
    packed += 2 * width;
  }
  // What is not written over stays zero: rows that the last panel lacks, and what is beyond k.
  uint32_t block[ZK_MAX_TILE_COLUMNS][BLOCK] = {0};
  float x[4 * BLOCK] = {0};
  for (size_t run = 0; run < context->runs; run++, w += k * sizeof(float))
    for (size_t first = 0; first < k; first += BLOCK * step) {
      size_t count = zk_min(k - first, BLOCK * step);
      if (count < BLOCK * step) memset(x, 0, sizeof x);
      for (size_t row = 0; row < rows; row++) {
        take(
            w + (row * row_size + first) * sizeof(float), count, context->factors,
            first_row + row, x);
        sums[row] +=
            encode(context->precision, x, factors[row], path->weight_offset, block[row]);
      }
      interleave(block, width, zk_ceil_div(count, step), packed);
      packed += zk_ceil_div(count, step) * width;
    }
  if (context->precision == ZK_INT8) memcpy(heading + width, sums, rows * sizeof *sums);
}

static void pack_rows(zk_pool *pool, pack_context *context) {
  zk_parallel(pool, zk_ceil_div(context->n, context->path->tile_columns), pack_panel, context);
}

void zk_pack_runs(
    const zk_path *path, zk_pool *pool, zk_precision precision, const void *w, size_t n, size_t runs,
    size_t k, void *packed) {
  pack_rows(pool, &(pack_context){path, precision, w, n, runs, k, NULL, packed});
}

void zk_pack(
    const zk_path *path, zk_pool *pool, zk_precision precision, const void *w, size_t n, size_t k,
    const double *factors, void *packed) {
  pack_rows(pool, &(pack_context){path, precision, w, n, 1, k, factors, packed});
}
