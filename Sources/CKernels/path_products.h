// Matrix products in three precisions. Weights come in panels of up to TILE_VECTORS vectors, row for row
// of 32-bit groups: one float32, two bfloat16 or four int8 neighbours of k; see pack.c. A product
// differs from the others only in what it does with a group.

// ---- What happens with a group -----------------------------------------------------------------

INLINE words load_words(const uint32_t *p) { return *(const words *)p; }
// The same four bytes of an input in every lane.
INLINE words splat_word(const char *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word - (words){};
}

#define FOR_ROWS                                                                                   \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)
#define FOR_VECTORS                                                                                \
  _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)

// The compiler would keep both halves of a group in registers that the sums need.
#define LOAD_AGAIN __asm__ volatile("" ::: "memory")

// Where each row begins. On x86 each has a register of its own, and float32 several steps in a loop:
// a processor that another program shares has little room for instructions beside multiply-adds. On
// Arm the registers would not do.
#if defined(__x86_64__)
#define OWN_REGISTER(POINTER) __asm__("" : "+r"(POINTER))
#define UNROLL _Pragma("clang loop unroll_count(4)")
#else
#define OWN_REGISTER(POINTER) (void)0
#define UNROLL
#endif
#define ROW_POINTERS                                                                               \
  const char *row[TILE_ROWS];                                                                      \
  FOR_ROWS {                                                                                       \
    row[i] = a + i * inputs->stride;                                                               \
    if (inputs->runs) row[i] = *(const char *const *)(row[i] + run * inputs->run_stride);           \
    OWN_REGISTER(row[i]);                                                                          \
  }

// The sums are an array of the tile's own, so that they stay in registers.
#define PRODUCT(NAME, TYPE)                                                                        \
  INLINE void NAME(                                                                                \
      const int rows, const int vectors, const zk_inputs *inputs, const char *a,                   \
      const uint32_t *panel, size_t k, TYPE total[TILE_ROWS][TILE_VECTORS])

PRODUCT(multiply_f32, vector) {
  size_t run = 0;
  do {
    ROW_POINTERS
    UNROLL for (size_t step = 0; step < k; step++, panel += vectors * LANES) {
      vector b[TILE_VECTORS];
      FOR_VECTORS b[j] = (vector)load_words(panel + j * LANES);
      FOR_ROWS {
        vector left = (vector)splat_word(row[i] + step * 4);
        FOR_VECTORS total[i][j] = multiply_add(left, b[j], total[i][j]);
      }
    }
  } while (++run < inputs->runs);
}

#if BF16_DOT
// The inputs are bfloat16 too.
PRODUCT(multiply_bf16, vector) {
  size_t run = 0;
  do {
    ROW_POINTERS
    for (size_t group = 0; group < (k + 1) / 2; group++, panel += vectors * LANES) {
      words b[TILE_VECTORS];
      FOR_VECTORS b[j] = load_words(panel + j * LANES);
      FOR_ROWS {
        words left = splat_word(row[i] + group * 4);
        FOR_VECTORS total[i][j] = bf16_dot(total[i][j], left, b[j]);
      }
    }
  } while (++run < inputs->runs);
}
#else
// The inputs stay float32, and a bfloat16 is the upper half of a float32.
PRODUCT(multiply_bf16, vector) {
  size_t run = 0;
  do {
    ROW_POINTERS
    for (size_t group = 0; group < k / 2; group++, panel += vectors * LANES) {
      vector b[TILE_VECTORS];
      FOR_VECTORS b[j] = (vector)(load_words(panel + j * LANES) << 16);
      FOR_ROWS {
        vector left = (vector)splat_word(row[i] + group * 8);
        FOR_VECTORS total[i][j] = multiply_add(left, b[j], total[i][j]);
      }
      LOAD_AGAIN;
      FOR_VECTORS b[j] = (vector)(load_words(panel + j * LANES) & 0xFFFF0000);
      FOR_ROWS {
        vector left = (vector)splat_word(row[i] + group * 8 + 4);
        FOR_VECTORS total[i][j] = multiply_add(left, b[j], total[i][j]);
      }
    }
    if (k % 2) {
      FOR_ROWS {
        vector left = (vector)splat_word(row[i] + k / 2 * 8);
        FOR_VECTORS {
          vector b = (vector)(load_words(panel + j * LANES) << 16);
          total[i][j] = multiply_add(left, b, total[i][j]);
        }
      }
      panel += vectors * LANES;
    }
  } while (++run < inputs->runs);
}
#endif

PRODUCT(multiply_int8, integers) {
  size_t run = 0;
  do {
    ROW_POINTERS
    for (size_t group = 0; group < (k + 3) / 4; group++, panel += vectors * LANES) {
      words b[TILE_VECTORS];
      FOR_VECTORS b[j] = load_words(panel + j * LANES);
      FOR_ROWS {
        words left = splat_word(row[i] + group * 4);
        FOR_VECTORS total[i][j] = int8_dot(total[i][j], left, b[j]);
      }
    }
  } while (++run < inputs->runs);
}

// ---- Tiles -------------------------------------------------------------------------------------

INLINE void prefetch_tile(
    const int rows, const int vectors, const float *c, size_t stride) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors * LANES; j += 16) __builtin_prefetch(c + i * stride + j, 1);
}

#define FLOAT_TILE(NAME, VECTORS, ROWS)                                                            \
  static void NAME##_##VECTORS##_##ROWS(                                                           \
      const zk_gemm_task *task, const zk_inputs *inputs, const char *a, const uint32_t *panel,     \
      float *c, size_t column, size_t columns) {                                                   \
    vector total[TILE_ROWS][TILE_VECTORS] = {}, sums[TILE_ROWS][TILE_VECTORS];                     \
    const int rows = ROWS, vectors = VECTORS;                                                      \
    prefetch_tile(rows, vectors, c, task->c_stride);                                               \
    multiply_##NAME(rows, vectors, inputs, a, panel, task->k, total);                              \
    if (columns == VECTORS * LANES && is_plain(task)) {                                            \
      FOR_ROWS FOR_VECTORS store(c + i * task->c_stride + j * LANES, total[i][j]);                 \
      return;                                                                                      \
    }                                                                                              \
    if (columns == VECTORS * LANES && is_simple(task)) {                                           \
      const vector least = splat(task->activation == ZK_RELU ? 0 : -INFINITY);                     \
      vector bias[TILE_VECTORS];                                                                   \
      FOR_VECTORS bias[j] = task->bias ? load(task->bias + column + j * LANES) : splat(0);         \
      if (task->combine == ZK_STORE)                                                               \
        FOR_ROWS FOR_VECTORS store(                                                                \
            c + i * task->c_stride + j * LANES, maximum(least, total[i][j] + bias[j]));            \
      else                                                                                         \
        FOR_ROWS FOR_VECTORS {                                                                     \
          float *at = c + i * task->c_stride + j * LANES;                                          \
          store(at, maximum(least, load(at) + (total[i][j] + bias[j])));                           \
        }                                                                                          \
      return;                                                                                      \
    }                                                                                              \
    FOR_ROWS FOR_VECTORS sums[i][j] = total[i][j];                                                 \
    finish_##VECTORS(task, rows, sums, c, column, columns);                                        \
  }

// A panel begins with the scale of each column and the sum of its weights.
#define INTEGER_TILE(NAME, VECTORS, ROWS)                                                          \
  static void NAME##_##VECTORS##_##ROWS(                                                           \
      const zk_gemm_task *task, const zk_inputs *inputs, const char *a, const uint32_t *panel,     \
      float *c, size_t column, size_t columns) {                                                   \
    integers total[TILE_ROWS][TILE_VECTORS] = {};                                                  \
    vector sums[TILE_ROWS][TILE_VECTORS];                                                          \
    const int rows = ROWS, vectors = VECTORS, width = VECTORS * LANES;                             \
    prefetch_tile(rows, vectors, c, task->c_stride);                                               \
    multiply_##NAME(rows, vectors, inputs, a, panel + 2 * width, task->k, total);                  \
    const zk_input_row *input = inputs->int8 + (size_t)(a - inputs->rows) / inputs->stride;        \
    FOR_ROWS FOR_VECTORS {                                                                         \
      integers weights = (integers)load_words(panel + width + j * LANES);                          \
      integers exact = total[i][j] - input[i].zero * weights - input[i].offset;                    \
      vector scale = (vector)load_words(panel + j * LANES) * input[i].scale;                       \
      sums[i][j] = __builtin_convertvector(exact, vector) * scale;                                 \
    }                                                                                              \
    finish_##VECTORS(task, rows, sums, c, column, columns);                                        \
  }

// MAKE(NAME, VECTORS, ROWS) for every tile.
#if TILE_ROWS == 9
#define OF_ALL_ROWS(MAKE, NAME, VECTORS)                                                           \
  MAKE(NAME, VECTORS, 1)                                                                           \
  MAKE(NAME, VECTORS, 2)                                                                           \
  MAKE(NAME, VECTORS, 3)                                                                           \
  MAKE(NAME, VECTORS, 4)                                                                           \
  MAKE(NAME, VECTORS, 5)                                                                           \
  MAKE(NAME, VECTORS, 6)                                                                           \
  MAKE(NAME, VECTORS, 7)                                                                           \
  MAKE(NAME, VECTORS, 8)                                                                           \
  MAKE(NAME, VECTORS, 9)
#elif TILE_ROWS == 6
#define OF_ALL_ROWS(MAKE, NAME, VECTORS)                                                           \
  MAKE(NAME, VECTORS, 1)                                                                           \
  MAKE(NAME, VECTORS, 2)                                                                           \
  MAKE(NAME, VECTORS, 3)                                                                           \
  MAKE(NAME, VECTORS, 4)                                                                           \
  MAKE(NAME, VECTORS, 5)                                                                           \
  MAKE(NAME, VECTORS, 6)
#elif TILE_ROWS == 4
#define OF_ALL_ROWS(MAKE, NAME, VECTORS)                                                           \
  MAKE(NAME, VECTORS, 1)                                                                           \
  MAKE(NAME, VECTORS, 2)                                                                           \
  MAKE(NAME, VECTORS, 3)                                                                           \
  MAKE(NAME, VECTORS, 4)
#endif
#if TILE_VECTORS == 2
#define OF_ALL_TILES(MAKE, NAME) OF_ALL_ROWS(MAKE, NAME, 1) OF_ALL_ROWS(MAKE, NAME, 2)
#elif TILE_VECTORS == 3
#define OF_ALL_TILES(MAKE, NAME)                                                                   \
  OF_ALL_ROWS(MAKE, NAME, 1) OF_ALL_ROWS(MAKE, NAME, 2) OF_ALL_ROWS(MAKE, NAME, 3)
#elif TILE_VECTORS == 4
#define OF_ALL_TILES(MAKE, NAME)                                                                   \
  OF_ALL_ROWS(MAKE, NAME, 1) OF_ALL_ROWS(MAKE, NAME, 2) OF_ALL_ROWS(MAKE, NAME, 3)                 \
  OF_ALL_ROWS(MAKE, NAME, 4)
#endif

OF_ALL_TILES(FLOAT_TILE, f32)
OF_ALL_TILES(FLOAT_TILE, bf16)
OF_ALL_TILES(INTEGER_TILE, int8)

#define TILE_ENTRY(NAME, VECTORS, ROWS) [VECTORS - 1][ROWS - 1] = NAME##_##VECTORS##_##ROWS,
#define TILES_OF(NAME) {OF_ALL_TILES(TILE_ENTRY, NAME)}

// ---- Inputs ------------------------------------------------------------------------------------

#if BF16_DOT
// Rounds to the nearest, ties to even; NaN stays NaN.
INLINE words rounded_to_bf16(words x) {
  words rounded = (x + 0x7FFF + (x >> 16 & 1)) >> 16;
  words is_nan = (words)((x & 0x7FFFFFFF) > 0x7F800000);
  return (is_nan & (x >> 16 | 0x40)) | (~is_nan & rounded);
}

static void convert_bf16(
    const float *a, size_t k, const zk_range *range, char *out, zk_input_row *row) {
  (void)range, (void)row;
  for (size_t i = 0; i < k; i += LANES) {
    size_t count = zk_min(k - i, LANES);
    words bits = rounded_to_bf16((words)load_part(a + i, count));
    uint16_t halves[LANES];
    for (int lane = 0; lane < LANES; lane++) halves[lane] = (uint16_t)bits[lane];
    memcpy(out + i * 2, halves, sizeof halves);
  }
}
#define CONVERT_BF16 convert_bf16
#else
#define CONVERT_BF16 NULL
#endif

static void measure_int8(const float *a, size_t k, zk_range *range) {
  vector high = splat(0), low = splat(0), poison = splat(0);
  for (size_t i = 0; i < k; i += LANES) {
    vector x = load_part(a + i, zk_min(k - i, LANES));
    high = maximum(high, x);
    low = maximum(low, -x);
    poison += x * 0;
  }
  zk_widen_range(range, &(zk_range){largest(high), largest(low), sum(poison)});
}

// The range becomes 255 numbers of -128...127. Where a number is not finite there is nothing but NaN.
static void convert_int8(
    const float *a, size_t k, const zk_range *of, char *out, zk_input_row *row) {
  typedef uint8_t bytes __attribute__((vector_size(LANES)));
  float bottom = -of->low, range = of->high - bottom;
  if (of->poison != 0 || range > FLT_MAX) {
    memset(out, 0, zk_ceil_div(k, 4) * 4);
    *row = (zk_input_row){NAN, 0, 0};
    return;
  }
  float factor = range > 0 ? 254 / range : 0;
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it rounds to an integer, ties to even
  int32_t zero = -128 - (int32_t)rintf(bottom * factor);
  integers total = {};
  for (size_t i = 0; i < k; i += LANES) {
    size_t count = zk_min(k - i, LANES);
    vector x = load_part(a + i, count);
    vector scaled = x * factor;  // a statement of its own: rounded alike with and without fma
    integers q = (integers)(scaled + to_integer) - 0x4B400000 + zero;
    // Weights beyond the last one are 0, but may have an offset.
    if (count < LANES)
      for (size_t lane = count; lane < LANES; lane++) q[lane] = 0;
    total += q;
    bytes packed = __builtin_convertvector(q + INPUT_OFFSET, bytes);
    memcpy(out + i, &packed, LANES);
  }
  *row = (zk_input_row){range / 254, zero + INPUT_OFFSET, 0};
  for (int lane = 0; lane < LANES; lane++) row->offset += WEIGHT_OFFSET * total[lane];
}
