// Weights in the form that the register tiles read: panels of tile_columns rows of w, and in a panel
// one 32-bit word after the other from each row: a float32, two bfloat16 or four int8 neighbours.
// A panel of int8 begins with the scale of each row and the sum of its weights.
#include <math.h>
#include <string.h>

#include "path.h"

enum { BLOCK = 16 };

size_t zk_panel_words(const zk_path *path, zk_precision precision, size_t k) {
  size_t heading = precision == ZK_INT8 ? 2 : 0;
  return path->tile_columns * (heading + zk_ceil_div(k, path->products[precision].step));
}

size_t zk_packed_size(const zk_path *path, zk_precision precision, size_t n, size_t k) {
  return zk_ceil_div(n, path->tile_columns) * zk_panel_words(path, precision, k) * 4;
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// Rounds to the nearest, ties to even; NaN stays NaN.
static uint32_t bf16(float x) {
  uint32_t bits = bits_of(x);
  uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16 | 0x40) : rounded;
}

static int32_t int8(float x, float factor) {
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it rounds to an integer, ties to even
  float scaled = x * factor;
  return (int32_t)bits_of(scaled + to_integer) - 0x4B400000;
}

// Turns BLOCK groups of one row, of which the last may lack numbers, into words; the sum of those
// of int8.
static int32_t encode(
    zk_precision precision, const float *x, float factor, int32_t offset, uint32_t words[BLOCK]) {
  int32_t sum = 0;
  switch (precision) {
    case ZK_F32: memcpy(words, x, BLOCK * sizeof *words); break;
    case ZK_BF16:
      for (int i = 0; i < BLOCK; i++) words[i] = bf16(x[2 * i]) | bf16(x[2 * i + 1]) << 16;
      break;
    case ZK_INT8:
      for (int i = 0; i < BLOCK; i++) {
        words[i] = 0;
        for (int j = 0; j < 4; j++) {
          int32_t q = int8(x[4 * i + j], factor);
          sum += q;
          words[i] |= (uint32_t)(q + offset & 0xFF) << 8 * j;
        }
      }
      break;
  }
  return sum;
}

static float magnitude(const char *w, size_t k) {
  float most = 0;
  for (size_t i = 0; i < k; i++) {
    float x;
    memcpy(&x, w + i * sizeof x, sizeof x);
    // Not `x > most`: a number that is none must come out.
    most = fabsf(x) <= most ? most : fabsf(x);
  }
  return most;
}

typedef struct {
  const zk_path *path;
  zk_precision precision;
  const char *w;
  size_t n, k;
  uint32_t *packed;
} pack_context;

// A block of each row at a time: each cache line of the panel is written once.
static void pack_panel(void *opaque, size_t panel, int thread) {
  (void)thread;
  const pack_context *context = opaque;
  size_t width = context->path->tile_columns, k = context->k;
  size_t step = context->path->products[context->precision].step;
  size_t rows = zk_min(width, context->n - panel * width);
  uint32_t *packed =
      context->packed + panel * zk_panel_words(context->path, context->precision, k);
  const char *w = context->w + panel * width * k * sizeof(float);
  float factors[ZK_MAX_TILE_COLUMNS] = {0};
  int32_t sums[ZK_MAX_TILE_COLUMNS] = {0};
  uint32_t *heading = packed;
  if (context->precision == ZK_INT8) {
    float top = (float)context->path->largest_weight;
    memset(heading, 0, 2 * width * sizeof *heading);
    for (size_t row = 0; row < rows; row++) {
      float most = magnitude(w + row * k * sizeof(float), k);
      factors[row] = most > 0 ? top / most : 0;
      heading[row] = bits_of(most / top);
    }
    packed += 2 * width;
  }
  for (size_t first = 0; first < k; first += BLOCK * step) {
    size_t count = zk_min(k - first, BLOCK * step);
    uint32_t block[ZK_MAX_TILE_COLUMNS][BLOCK] = {0};
    for (size_t row = 0; row < rows; row++) {
      float x[4 * BLOCK] = {0};
      memcpy(x, w + (row * k + first) * sizeof(float), count * sizeof(float));
      sums[row] += encode(
          context->precision, x, factors[row], context->path->weight_offset, block[row]);
    }
    for (size_t i = 0; i < zk_ceil_div(count, step); i++, packed += width)
      for (size_t row = 0; row < width; row++) packed[row] = block[row][i];
  }
  if (context->precision == ZK_INT8) memcpy(heading + width, sums, rows * sizeof *sums);
}

void zk_pack(
    const zk_path *path, zk_pool *pool, zk_precision precision, const void *w, size_t n, size_t k,
    void *packed) {
  pack_context context = {path, precision, w, n, k, packed};
  zk_parallel(pool, zk_ceil_div(n, path->tile_columns), pack_panel, &context);
}
