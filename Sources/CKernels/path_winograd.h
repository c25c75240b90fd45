// Winograd's minimal filtering F(m x m, 3 x 3): m x m results of a 3 x 3 convolution from the (m + 2) x
// (m + 2) inputs that they see, with one product for each of these and each pair of channels. Weights,
// inputs and sums are transformed along both axes, line by line.
//
// A transform evaluates polynomials: for m = 2 at 0, 1, -1 and infinity, for m = 4 at 0, ±1/√2, ±√2 and
// infinity, with which sums are as exact as those of a direct convolution; with the usual 0, ±1, ±2
// they lose a digit.

#define ROOT 1.41421356237309504880
#define FOR_LINE(I, COUNT) _Pragma("clang loop unroll(full)") for (int I = 0; I < (COUNT); I++)

// ---- Weights -----------------------------------------------------------------------------------

typedef double doubles __attribute__((vector_size(LANES * 8), aligned(8)));

INLINE void weight_line(const int m, const doubles g[3], doubles u[]) {
  u[0] = g[0];
  u[m + 1] = g[2];
  if (m == 2) {
    doubles even = (g[0] + g[2]) * 0.5, odd = g[1] * 0.5;
    u[1] = even + odd, u[2] = even - odd;
    return;
  }
  doubles even = (g[0] + g[2] * 0.5) / -1.5, odd = g[1] * (0.5 * ROOT / -1.5);
  u[1] = even + odd, u[2] = even - odd;
  even = (g[0] + g[2] * 2) / 6, odd = g[1] * (ROOT / 6);
  u[3] = even + odd, u[4] = even - odd;
}

#define WINOGRAD_WEIGHTS(M)                                                                        \
  static void winograd_weights_##M(const float *w, size_t tap, size_t count, float *out) {         \
    enum { SIDE = M + 2 };                                                                         \
    doubles half[SIDE][3];                                                                         \
    FOR_LINE(column, 3) {                                                                          \
      doubles g[3], u[SIDE];                                                                       \
      FOR_LINE(row, 3)                                                                             \
      g[row] = __builtin_convertvector(                                                            \
          load_part(w + (size_t)(row * 3 + column) * tap, count), doubles);                        \
      weight_line(M, g, u);                                                                        \
      FOR_LINE(row, SIDE) half[row][column] = u[row];                                              \
    }                                                                                              \
    FOR_LINE(row, SIDE) {                                                                          \
      doubles u[SIDE];                                                                             \
      weight_line(M, half[row], u);                                                                \
      FOR_LINE(column, SIDE)                                                                       \
      store(out + (row * SIDE + column) * LANES, __builtin_convertvector(u[column], vector));      \
    }                                                                                              \
  }
WINOGRAD_WEIGHTS(2)
WINOGRAD_WEIGHTS(4)

// ---- Inputs ------------------------------------------------------------------------------------

INLINE void input_line(const int m, const vector x[], vector v[]) {
  if (m == 2) {
    v[0] = x[0] - x[2];
    v[1] = x[2] + x[1], v[2] = x[2] - x[1];
    v[3] = x[3] - x[1];
    return;
  }
  v[0] = multiply_add(splat(-2.5f), x[2], x[0] + x[4]);
  vector even = multiply_add(splat(-2), x[2], x[4]);
  vector odd = multiply_add(splat(-2), x[1], x[3]) * (float)(0.5 * ROOT);
  v[1] = even + odd, v[2] = even - odd;
  even = multiply_add(splat(-0.5f), x[2], x[4]);
  odd = multiply_add(splat(-0.5f), x[1], x[3]) * (float)ROOT;
  v[3] = even + odd, v[4] = even - odd;
  v[5] = multiply_add(splat(-2.5f), x[3], x[1] + x[5]);
}

INLINE void winograd_input(
    const int m, const float *const *x, size_t first, size_t count, float *out, size_t stride) {
  const int side = m + 2;
  vector half[6][6];
  FOR_LINE(column, side) {
    vector line[6], v[6];
    FOR_LINE(row, side) line[row] = load_part(x[row * side + column] + first, count);
    input_line(m, line, v);
    FOR_LINE(row, side) half[row][column] = v[row];
  }
  FOR_LINE(row, side) {
    vector v[6];
    input_line(m, half[row], v);
    FOR_LINE(column, side) store(out + (size_t)(row * side + column) * stride + first, v[column]);
  }
}

#define WINOGRAD_INPUT(M)                                                                          \
  static void winograd_input_##M(                                                                  \
      const float *const *x, size_t channels, float *out, size_t stride) {                         \
    size_t first = 0;                                                                              \
    for (; first + LANES <= channels; first += LANES)                                              \
      winograd_input(M, x, first, LANES, out, stride);                                             \
    if (first < channels) winograd_input(M, x, first, channels - first, out, stride);              \
  }
WINOGRAD_INPUT(2)
WINOGRAD_INPUT(4)

// ---- Results -----------------------------------------------------------------------------------

INLINE void result_line(const int m, const vector x[], vector y[]) {
  if (m == 2) {
    y[0] = x[0] + (x[1] + x[2]);
    y[1] = x[3] + (x[1] - x[2]);
    return;
  }
  vector inner = x[1] + x[2], outer = x[3] + x[4];
  y[0] = x[0] + inner + outer;
  y[2] = multiply_add(splat(2), outer, inner * 0.5f);
  inner = (x[1] - x[2]) * (float)(0.5 * ROOT), outer = (x[3] - x[4]) * (float)ROOT;
  y[1] = inner + outer;
  y[3] = multiply_add(splat(2), outer, multiply_add(splat(0.5f), inner, x[5]));
}

#define WINOGRAD_RESULT(M, VECTORS)                                                                \
  static void winograd_result_##M##_##VECTORS(                                                     \
      const zk_gemm_task *task, const float *sums, size_t stride, size_t rows, size_t across,      \
      float *c, size_t line, size_t column, size_t columns) {                                      \
    enum { SIDE = M + 2 };                                                                         \
    vector result[M][M][TILE_VECTORS];                                                             \
    for (int j = 0; j < VECTORS; j++, sums += LANES) {                                             \
      vector half[M][SIDE];                                                                        \
      FOR_LINE(s, SIDE) {                                                                          \
        vector x[SIDE], y[M];                                                                      \
        FOR_LINE(r, SIDE) x[r] = load(sums + (size_t)(r * SIDE + s) * stride);                     \
        result_line(M, x, y);                                                                      \
        FOR_LINE(r, M) half[r][s] = y[r];                                                          \
      }                                                                                            \
      FOR_LINE(r, M) {                                                                             \
        vector y[M];                                                                               \
        result_line(M, half[r], y);                                                                \
        FOR_LINE(s, M) result[r][s][j] = y[s];                                                     \
      }                                                                                            \
    }                                                                                              \
    for (size_t r = 0; r < rows; r++, c += line)                                                   \
      finish_##VECTORS(task, (int)across, result[r], c, column, columns);                          \
  }
#define WINOGRAD_RESULTS(VECTORS) WINOGRAD_RESULT(2, VECTORS) WINOGRAD_RESULT(4, VECTORS)

WINOGRAD_RESULTS(1)
WINOGRAD_RESULTS(2)
#if TILE_VECTORS > 2
WINOGRAD_RESULTS(3)
#endif
#if TILE_VECTORS > 3
WINOGRAD_RESULTS(4)
#endif

#define WINOGRAD(M)                                                                                \
  {                                                                                                \
    .weights = winograd_weights_##M, .input = winograd_input_##M,                                  \
    .result = BLOCKS_OF(winograd_result_##M),                                                      \
  }
