// What one path consists of; each path_*.c fills one in through path_kernels.h.
#pragma once

#include "CKernels.h"

// A row of int8 inputs: a number q stands for scale * (q - zero), and weights add `offset` to the sum
// of products.
typedef struct {
  float scale;
  int32_t zero, offset;
} zk_input_row;

// The range of inputs that share a scale, which always has 0 in it: from -low to high. Poison is not 0
// where an input is not finite.
typedef struct {
  float high, low, poison;
} zk_range;

static inline void zk_widen_range(zk_range *range, const zk_range *other) {
  if (other->high > range->high) range->high = other->high;
  if (other->low > range->low) range->low = other->low;
  range->poison += other->poison;
}

// The left side of a product in the form that its tiles take: float32 as it was, or converted.
typedef struct {
  const char *rows;
  size_t stride;             // bytes from row to row
  const zk_input_row *int8;  // of each row; int8 only
  // Where it is not 0 a row is that many runs of k inputs, wherever they are: `rows` is a table of
  // pointers to them, those of all rows to the first run first, and `stride` is from pointer to
  // pointer. The runs of a panel follow each other.
  size_t runs;
  size_t run_stride;  // bytes of the table from run to run
} zk_inputs;

// A block of the result c: rows from `a`, a place in `inputs`, and `columns` columns of one panel, of
// which the last vector may be a part.
typedef void (*zk_tile)(
    const zk_gemm_task *task, const zk_inputs *inputs, const char *a, const uint32_t *panel,
    float *c, size_t column, size_t columns);

// How many neighbouring results of one line a depthwise convolution computes at once, and for kernels
// of how many widths, which are odd, and strides it does.
enum { ZK_LINE = 8, ZK_LINE_WIDTHS = 6, ZK_LINE_STRIDES = 2 };

enum { ZK_MAX_TILE_ROWS = 9, ZK_MAX_TILE_VECTORS = 4, ZK_MAX_TILE_COLUMNS = 64 };

// What `rows` neighbouring results of a convolution see: for each tap of the kernel the place in x
// where the channels of each of them begin.
typedef struct {
  size_t taps, rows;
  // Of tap t and result i: pointers[t * the row count of a block + i]; those beyond `rows` repeat the
  // last one.
  const char *const *pointers;
  // Where no window of a full block reaches beyond an edge: base + i * step + offsets[t] instead, and
  // NULL otherwise.
  const float *base;
  size_t step;
  const ptrdiff_t *offsets;
} zk_taps;

// Stores a block of the results c as a product would: `columns` columns from `column` on. The weights
// are those of these columns; of depthwise convolutions w_stride floats for each tap, of grouped ones
// those of one input after the other.
typedef void (*zk_depthwise_block)(
    const zk_gemm_task *store, const zk_taps *taps, const float *w, size_t w_stride, float *c,
    size_t column, size_t columns);
typedef void (*zk_grouped_block)(
    const zk_gemm_task *store, const zk_taps *taps, size_t first_input, size_t inputs,
    const float *w, float *c, size_t column, size_t columns);

// Stores what a block of Winograd's sums stand for as a product would: the sums of element e begin at
// sums + e * stride; of the tile's results `rows` times `across` exist, the lines of which begin at
// c, c + line …
typedef void zk_winograd_result(
    const zk_gemm_task *task, const float *sums, size_t stride, size_t rows, size_t across,
    float *c, size_t line, size_t column, size_t columns);

// Winograd's transforms for tiles of one size; see path_winograd.h.
typedef struct {
  // Of the weights of at most `lanes` inputs, which lie `tap` floats apart: [elements][lanes].
  void (*weights)(const float *w, size_t tap, size_t count, float *out);
  // Of the inputs that a tile sees at the places x[elements]: element e goes to out + e * stride, in
  // whole vectors.
  void (*input)(const float *const *x, size_t channels, float *out, size_t stride);
  // result[v - 1] is for a panel v vectors wide.
  zk_winograd_result *result[ZK_MAX_TILE_VECTORS];
} zk_winograd;

// Matrix products in one precision.
typedef struct {
  // How many neighbours of k lie together in 32 bits of a panel.
  size_t step;
  // Widens a range by a row of k inputs. NULL where no range is needed.
  void (*measure_row)(const float *a, size_t k, zk_range *range);
  // Converts a row of k inputs, of which as many lie in 32 bits too, to a multiple of 64 bytes at
  // most. NULL where the inputs stay float32.
  void (*convert_row)(
      const float *a, size_t k, const zk_range *range, char *out, zk_input_row *row);
  // tile[v - 1][r - 1] computes a tile of r rows of a panel v vectors wide.
  zk_tile tile[ZK_MAX_TILE_VECTORS][ZK_MAX_TILE_ROWS];
} zk_product;

struct zk_path {
  const char *name;
  bool (*runs_here)(void);
  // Floats in a vector, and the register tile: rows of a, and columns. A packed panel is as wide as
  // the tile, but the last one only as many vectors as it needs.
  size_t lanes, tile_rows, tile_columns;
  zk_product products[ZK_PRECISIONS];
  // Whether the processor has instructions for products of int8.
  bool has_int8;
  // The largest magnitude of int8 weights, and what is added to them in a panel.
  int32_t largest_weight, weight_offset;
  // One head of one image, queries first..<first + count.
  void (*attention_head)(
      const struct zk_path *path, const zk_attention_task *task, size_t image, size_t head,
      size_t first, size_t count, float *scratch);
  // All heads of one image, queries first..<first + count; for heads that are mixed.
  void (*attention_mixed)(
      const struct zk_path *path, const zk_attention_task *task, size_t image, size_t first,
      size_t count, float *scratch);
  void (*norm_row)(const zk_norm_task *task, size_t row);
  void (*rotate_row)(const zk_rotary_task *task, size_t row);
  // depthwise[v - 1] computes v vectors of columns for at most tile_rows results; depthwise_part one
  // vector of which columns are missing.
  zk_depthwise_block depthwise[ZK_MAX_TILE_VECTORS], depthwise_part;
  // One vector, or a part of one, of at most ZK_LINE results that are neighbours in a line. Of kernels
  // w wide with stride s it is [w / 2][s - 1], or NULL; each row of the kernel has the
  // (ZK_LINE - 1) * s + w pointers to what the line sees, and taps.taps is how many rows there are.
  zk_depthwise_block line[ZK_LINE_WIDTHS][ZK_LINE_STRIDES];
  // grouped[h - 1] computes h half vectors of columns for at most grouped_rows[h - 1] results.
  zk_grouped_block grouped[2 * ZK_MAX_TILE_VECTORS];
  size_t grouped_rows[2 * ZK_MAX_TILE_VECTORS];
  // With tiles of 2 x 2 and of 4 x 4 results.
  zk_winograd winograd[2];
  // One result of a pool, `count` channels from `first` on.
  void (*pool_result)(
      const zk_pooling_task *task, size_t image, size_t row, size_t column, size_t first,
      size_t count);
  void (*affine_rows)(const zk_affine_task *task, size_t first, size_t count);
  void (*weighted_sum_rows)(const zk_weighted_sum_task *task, size_t first, size_t count);
  // Does multiply-adds in registers; gives the number of floating-point operations.
  double (*peak_operations)(size_t rounds);
};

extern const zk_path zk_path_avx512_bf16, zk_path_avx512_vnni, zk_path_avx512, zk_path_avx2,
    zk_path_neon_bf16, zk_path_neon_dot, zk_path_neon, zk_path_portable, zk_path_wide,
    zk_path_wide_dot;

#if defined(__aarch64__)
// Whether the processor has the dot products of int8, and those of bfloat16.
bool zk_arm_has_dot(void);
bool zk_arm_has_bf16(void);
#endif

// What the naive kernels share: the activations in double precision.
double zk_activate_naive(double x, zk_activation activation);
// Does with the value v of a product what a task says of c.
void zk_store_naive(
    double v, double scale, zk_activation activation, zk_combine combine, float *c);

static inline size_t zk_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t zk_ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }

// How many vectors wide the panel is that begins where `columns` columns are left.
static inline size_t zk_panel_vectors(const zk_path *path, size_t columns) {
  return zk_ceil_div(zk_min(columns, path->tile_columns), path->lanes);
}
// How many columns whole panels have for `columns` columns.
static inline size_t zk_whole_columns(const zk_path *path, size_t columns) {
  return zk_ceil_div(columns, path->lanes) * path->lanes;
}
// How many 32-bit words each column of a panel takes, of rows with that many runs of k inputs.
size_t zk_column_words(const zk_path *path, zk_precision precision, size_t runs, size_t k);
// zk_packed_size and zk_pack for w [n, runs, k].
size_t zk_packed_runs_size(
    const zk_path *path, zk_precision precision, size_t n, size_t runs, size_t k);
void zk_pack_runs(
    const zk_path *path, zk_pool *pool, zk_precision precision, const void *w, size_t n,
    size_t runs, size_t k, void *packed);

// The distance between rows of scores: an odd number of cache lines, so that the rows of a tile do not
// compete for the same ones.
static inline size_t zk_score_row(size_t keys) { return (zk_ceil_div(keys, 16) | 1) * 16; }
