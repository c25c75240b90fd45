// What happens with the sums of a tile: bias, activation, scale, and how they go into the result.

// How many columns of vector `j` there are; all but the last are whole.
INLINE size_t lanes_of(const int vectors, int j, size_t columns) {
  return j + 1 < vectors ? LANES : columns - (size_t)j * LANES;
}

// Vector by vector; `before` is the activation of what is combined, `after` that of the result.
INLINE void finish_rows(
    const zk_activation before, const zk_activation after, const zk_gemm_task *task,
    const int rows, const int vectors, vector sums[][TILE_VECTORS], float *c, size_t column,
    size_t columns) {
  const zk_combine combine = task->combine;
  vector bias[TILE_VECTORS], scale[TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    bias[j] = task->bias ? load(task->bias + column + j * LANES) : splat(0);
    scale[j] = task->scale ? load(task->scale + column + j * LANES) : splat(1);
  }
  for (int i = 0; i < rows; i++, c += task->c_stride)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      float *at = c + j * LANES;
      size_t count = lanes_of(vectors, j, columns);
      vector v = activate(sums[i][j] + bias[j], before) * scale[j];
      if (combine == ZK_MULTIPLY) v *= load_part(at, count);
      else if (combine != ZK_STORE) v += load_part(at, count);
      store_part(at, activate(v, after), count);
    }
}

INLINE void finish(
    const zk_gemm_task *task, const int rows, const int vectors, vector sums[][TILE_VECTORS],
    float *c, size_t column, size_t columns) {
#define FINISH_ROWS(BEFORE, AFTER)                                                                 \
  finish_rows(BEFORE, AFTER, task, rows, vectors, sums, c, column, columns)
  if (task->combine == ZK_ADD_THEN_ACTIVATE) {
    if (task->activation == ZK_RELU) FINISH_ROWS(ZK_IDENTITY, ZK_RELU);
    else FINISH_ROWS(ZK_IDENTITY, task->activation);
    return;
  }
#define CASE(ACTIVATION)                                                                           \
  case ACTIVATION: FINISH_ROWS(ACTIVATION, ZK_IDENTITY); break;
  switch (task->activation) {
    CASE(ZK_IDENTITY)
    CASE(ZK_GELU)
    CASE(ZK_GELU_TANH)
    CASE(ZK_QUICK_GELU)
    CASE(ZK_SILU)
    CASE(ZK_RELU)
    CASE(ZK_RELU6)
    CASE(ZK_LEAKY_RELU)
    CASE(ZK_SQUARED_RELU)
    CASE(ZK_SIGMOID)
    CASE(ZK_HARD_SIGMOID)
    CASE(ZK_HARD_SWISH)
  }
#undef CASE
#undef FINISH_ROWS
}

// For all tiles of a width.
#define FINISH(VECTORS)                                                                            \
  static __attribute__((noinline)) void finish_##VECTORS(                                          \
      const zk_gemm_task *task, const int rows, vector sums[][TILE_VECTORS], float *c,             \
      size_t column, size_t columns) {                                                             \
    finish(task, rows, VECTORS, sums, c, column, columns);                                         \
  }
FINISH(1)
FINISH(2)
#if TILE_VECTORS >= 3
FINISH(3)
#endif
#if TILE_VECTORS >= 4
FINISH(4)
#endif

// ---- Without leaving the registers ---------------------------------------------------------------

// Whether the sums themselves are the result.
INLINE bool is_plain(const zk_gemm_task *task) {
  return !task->bias && !task->scale && task->activation == ZK_IDENTITY &&
         task->combine == ZK_STORE;
}

// Whether a few instructions for each vector are enough: bias, sum, ReLU as the last.
INLINE bool is_simple(const zk_gemm_task *task) {
  bool is_last = task->combine == ZK_STORE || task->combine == ZK_ADD_THEN_ACTIVATE;
  return !task->scale && task->combine != ZK_MULTIPLY &&
         (task->activation == ZK_IDENTITY || (task->activation == ZK_RELU && is_last));
}
