// Convolutions whose groups are too narrow for the tiles of a product: for some neighbouring results
// at a time, sums over the taps of the kernel, with the weights of whole vectors of outputs.

enum { DEPTHWISE_ROWS = TILE_ROWS };

// ---- Depthwise: one input for each output ------------------------------------------------------

#define FOR_BLOCK_ROWS _Pragma("clang loop unroll(full)") for (int i = 0; i < DEPTHWISE_ROWS; i++)
#define FOR_BLOCK_VECTORS _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)

// `part` columns of the only vector, or all where it is 0.
INLINE void depthwise_sums(
    const int vectors, const zk_taps *taps, const float *w, size_t w_stride, size_t column,
    size_t part, vector total[][TILE_VECTORS]) {
  const float *row[DEPTHWISE_ROWS];
  if (taps->base) {
    FOR_BLOCK_ROWS row[i] = taps->base + i * taps->step + column;
    for (size_t tap = 0; tap < taps->taps; tap++, w += w_stride) {
      ptrdiff_t offset = taps->offsets[tap];
      vector b[TILE_VECTORS];
      FOR_BLOCK_VECTORS b[j] = load(w + j * LANES);
      FOR_BLOCK_ROWS FOR_BLOCK_VECTORS {
        const float *x = row[i] + offset + j * LANES;
        total[i][j] = multiply_add(part ? load_part(x, part) : load(x), b[j], total[i][j]);
      }
    }
    return;
  }
  const char *const *pointers = taps->pointers;
  for (size_t tap = 0; tap < taps->taps; tap++, w += w_stride, pointers += DEPTHWISE_ROWS) {
    vector b[TILE_VECTORS];
    FOR_BLOCK_VECTORS b[j] = load(w + j * LANES);
    FOR_BLOCK_ROWS FOR_BLOCK_VECTORS {
      const float *x = (const float *)pointers[i] + column + j * LANES;
      total[i][j] = multiply_add(part ? load_part(x, part) : load(x), b[j], total[i][j]);
    }
  }
}

#define DEPTHWISE(NAME, VECTORS, PART)                                                             \
  static void NAME(                                                                                \
      const zk_gemm_task *store, const zk_taps *taps, const float *w, size_t w_stride, float *c,   \
      size_t column, size_t columns) {                                                             \
    const int vectors = VECTORS;                                                                   \
    vector total[DEPTHWISE_ROWS][TILE_VECTORS] = {}, sums[DEPTHWISE_ROWS][TILE_VECTORS];           \
    depthwise_sums(vectors, taps, w, w_stride, column, PART, total);                               \
    for (int i = 0; i < DEPTHWISE_ROWS; i++)                                                       \
      for (int j = 0; j < vectors; j++) sums[i][j] = total[i][j];                                  \
    finish_##VECTORS(store, (int)taps->rows, sums, c, column, columns);                            \
  }

DEPTHWISE(depthwise_part, 1, columns)
DEPTHWISE(depthwise_1, 1, 0)
DEPTHWISE(depthwise_2, 2, 0)
#if TILE_VECTORS > 2
DEPTHWISE(depthwise_3, 3, 0)
#endif
#if TILE_VECTORS > 3
DEPTHWISE(depthwise_4, 4, 0)
#endif

// ---- Depthwise: neighbours in a line, which see the same inputs ---------------------------------

#define FOR_RESULTS _Pragma("clang loop unroll(full)") for (int i = 0; i < ZK_LINE; i++)

// Each input is loaded once for all results that see it, with a row of the kernel in registers.
INLINE void line_sums(
    const int width, const int stride, const zk_taps *taps, const float *w, size_t w_stride,
    size_t column, size_t part, vector total[ZK_LINE]) {
  const int seen = (ZK_LINE - 1) * stride + width;
  const char *const *pointers = taps->pointers;
  for (size_t row = 0; row < taps->taps; row++, pointers += seen) {
    vector b[2 * ZK_LINE_WIDTHS - 1];
#pragma clang loop unroll(full)
    for (int tap = 0; tap < width; tap++, w += w_stride) b[tap] = load(w);
#pragma clang loop unroll(full)
    for (int at = 0; at < seen; at++) {
      const float *x = (const float *)pointers[at] + column;
      vector a = part ? load_part(x, part) : load(x);
      FOR_RESULTS {
        const int tap = at - i * stride;
        if (tap >= 0 && tap < width) total[i] = multiply_add(a, b[tap], total[i]);
      }
    }
  }
}

#define STORE_LINE(ACTIVATION)                                                                     \
  case ACTIVATION:                                                                                 \
    FOR_RESULTS {                                                                                  \
      if ((size_t)i < rows)                                                                        \
        store(c + (size_t)i * task->c_stride, activate(total[i] + bias, ACTIVATION));              \
    }                                                                                              \
    return;

INLINE void finish_line(
    const zk_gemm_task *task, size_t rows, vector total[ZK_LINE], float *c, size_t column,
    size_t columns) {
  if (columns == LANES && !task->scale && task->combine == ZK_STORE) {
    const vector bias = task->bias ? load(task->bias + column) : splat(0);
    switch (task->activation) {
      STORE_LINE(ZK_IDENTITY)
      STORE_LINE(ZK_RELU)
      STORE_LINE(ZK_RELU6)
      STORE_LINE(ZK_GELU)
      STORE_LINE(ZK_SILU)
      STORE_LINE(ZK_HARD_SWISH)
      default: break;
    }
  }
  // Copied, so that the sums themselves stay in registers.
  vector copy[ZK_LINE], sums[TILE_ROWS][TILE_VECTORS];
  FOR_RESULTS copy[i] = total[i];
  for (size_t first = 0; first < rows; first += TILE_ROWS) {
    size_t count = zk_min(rows - first, TILE_ROWS);
    for (size_t i = 0; i < count; i++) sums[i][0] = copy[first + i];
    finish_1(task, (int)count, sums, c + first * task->c_stride, column, columns);
  }
}

#define LINE(WIDTH, STRIDE)                                                                        \
  static void line_##WIDTH##_##STRIDE(                                                             \
      const zk_gemm_task *store, const zk_taps *taps, const float *w, size_t w_stride, float *c,   \
      size_t column, size_t columns) {                                                             \
    vector total[ZK_LINE] = {};                                                                    \
    if (columns == LANES) line_sums(WIDTH, STRIDE, taps, w, w_stride, column, 0, total);           \
    else line_sums(WIDTH, STRIDE, taps, w, w_stride, column, columns, total);                      \
    finish_line(store, taps->rows, total, c, column, columns);                                     \
  }

LINE(1, 1)
LINE(3, 1)
LINE(3, 2)
LINE(5, 1)
LINE(5, 2)
LINE(7, 1)
LINE(7, 2)
LINE(9, 1)
LINE(11, 1)

#define LINES                                                                                      \
  {{line_1_1}, {line_3_1, line_3_2}, {line_5_1, line_5_2}, {line_7_1, line_7_2}, {line_9_1},       \
   {line_11_1}}

// ---- Grouped: a few inputs for each output -----------------------------------------------------

// Some groups fill half a vector, or whole ones and a half.
typedef float half_vector __attribute__((vector_size(LANES * 2), aligned(4)));

#if LANES == 16
#define LOWER_LANES 0, 1, 2, 3, 4, 5, 6, 7
#define UPPER_LANES 8, 9, 10, 11, 12, 13, 14, 15
#elif LANES == 8
#define LOWER_LANES 0, 1, 2, 3
#define UPPER_LANES 4, 5, 6, 7
#elif LANES == 4
#define LOWER_LANES 0, 1
#define UPPER_LANES 2, 3
#endif

// The compiler would broadcast a number to half a vector first, and this to a whole one.
#ifdef PATH_MASKS
#define ONE_BROADCAST(V) __asm__("" : "+v"(V))
#else
#define ONE_BROADCAST(V) (void)0
#endif

INLINE half_vector lower_half(vector v) { return __builtin_shufflevector(v, v, LOWER_LANES); }
INLINE vector with_zeros(half_vector low) {
  return __builtin_shufflevector(low, (half_vector){}, LOWER_LANES, UPPER_LANES);
}

// Enough sums for the latency of a multiply-add where there is only one vector of them.
enum { FEWEST_SUMS = 8 };
#define GROUPED_ROWS(HALVES)                                                                       \
  ((HALVES) <= 2 && TILE_ROWS < FEWEST_SUMS ? FEWEST_SUMS : TILE_ROWS)

// HALVES half vectors of outputs.
#define GROUPED(HALVES, VECTORS)                                                                   \
  static void grouped_##HALVES(                                                                    \
      const zk_gemm_task *store, const zk_taps *taps, size_t first_input, size_t inputs,           \
      const float *w, float *c, size_t column, size_t columns) {                                   \
    const int rows = GROUPED_ROWS(HALVES), vectors = HALVES / 2;                                   \
    const bool has_half = HALVES % 2;                                                              \
    vector total[GROUPED_ROWS(HALVES)][TILE_VECTORS] = {};                                         \
    half_vector rest[GROUPED_ROWS(HALVES)] = {};                                                   \
    for (size_t tap = 0; tap < taps->taps; tap++) {                                                \
      const float *row[GROUPED_ROWS(HALVES)];                                                      \
      FOR_ROWS {                                                                                   \
        row[i] = (const float *)taps->pointers[tap * (size_t)rows + i] + first_input;              \
        OWN_REGISTER(row[i]);                                                                      \
      }                                                                                            \
      for (size_t input = 0; input < inputs; input++, w += HALVES * (LANES / 2)) {                 \
        vector b[TILE_VECTORS];                                                                    \
        half_vector last = {};                                                                     \
        FOR_BLOCK_VECTORS b[j] = load(w + j * LANES);                                              \
        if (has_half) last = *(const half_vector *)(w + vectors * LANES);                          \
        FOR_ROWS {                                                                                 \
          vector left = splat(row[i][input]);                                                      \
          ONE_BROADCAST(left);                                                                     \
          FOR_BLOCK_VECTORS total[i][j] = multiply_add(left, b[j], total[i][j]);                   \
          if (has_half) rest[i] += lower_half(left) * last;                                        \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
    /* Copied, so that the sums themselves stay in registers. */                                   \
    vector sums[GROUPED_ROWS(HALVES)][TILE_VECTORS];                                               \
    FOR_ROWS {                                                                                     \
      FOR_BLOCK_VECTORS sums[i][j] = total[i][j];                                                  \
      if (has_half) sums[i][vectors] = with_zeros(rest[i]);                                        \
    }                                                                                              \
    finish_##VECTORS(store, (int)taps->rows, sums, c, column, columns);                            \
  }

GROUPED(1, 1)
GROUPED(2, 1)
GROUPED(3, 2)
GROUPED(4, 2)
#if TILE_VECTORS > 2
GROUPED(5, 3)
GROUPED(6, 3)
#endif
#if TILE_VECTORS > 3
GROUPED(7, 4)
GROUPED(8, 4)
#endif

#if TILE_VECTORS == 2
#define BLOCKS_OF(NAME) {NAME##_1, NAME##_2}
#define GROUPED_BLOCKS {grouped_1, grouped_2, grouped_3, grouped_4}
#define GROUPED_ROWS_OF_EACH {GROUPED_ROWS(1), GROUPED_ROWS(2), GROUPED_ROWS(3), GROUPED_ROWS(4)}
#elif TILE_VECTORS == 3
#define BLOCKS_OF(NAME) {NAME##_1, NAME##_2, NAME##_3}
#define GROUPED_BLOCKS {grouped_1, grouped_2, grouped_3, grouped_4, grouped_5, grouped_6}
#define GROUPED_ROWS_OF_EACH                                                                       \
  {GROUPED_ROWS(1), GROUPED_ROWS(2), GROUPED_ROWS(3), GROUPED_ROWS(4), GROUPED_ROWS(5),            \
   GROUPED_ROWS(6)}
#else
#define BLOCKS_OF(NAME) {NAME##_1, NAME##_2, NAME##_3, NAME##_4}
#define GROUPED_BLOCKS                                                                             \
  {grouped_1, grouped_2, grouped_3, grouped_4, grouped_5, grouped_6, grouped_7, grouped_8}
#define GROUPED_ROWS_OF_EACH                                                                       \
  {GROUPED_ROWS(1), GROUPED_ROWS(2), GROUPED_ROWS(3), GROUPED_ROWS(4), GROUPED_ROWS(5),            \
   GROUPED_ROWS(6), GROUPED_ROWS(7), GROUPED_ROWS(8)}
#endif
