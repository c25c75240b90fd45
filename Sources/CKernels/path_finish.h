// What happens with the sums of a tile: bias, activation, scale, and how they go into the result.

INLINE void activate_tile(
    const zk_activation activation, const int rows, const int vectors,
    vector sums[][TILE_VECTORS]) {
#define ACTIVATE(ACTIVATION)                                                                       \
  case ACTIVATION:                                                                                 \
    for (int i = 0; i < rows; i++)                                                                 \
      for (int j = 0; j < vectors; j++) sums[i][j] = activate(sums[i][j], ACTIVATION);             \
    break;
  switch (activation) {
    ACTIVATE(ZK_GELU)
    ACTIVATE(ZK_GELU_TANH)
    ACTIVATE(ZK_QUICK_GELU)
    ACTIVATE(ZK_SILU)
    ACTIVATE(ZK_RELU)
    ACTIVATE(ZK_RELU6)
    ACTIVATE(ZK_LEAKY_RELU)
    ACTIVATE(ZK_SQUARED_RELU)
    ACTIVATE(ZK_SIGMOID)
    ACTIVATE(ZK_HARD_SIGMOID)
    ACTIVATE(ZK_HARD_SWISH)
    case ZK_IDENTITY: break;
  }
#undef ACTIVATE
}

// bias, activation and scale for the sums of a tile.
INLINE void transform_tile(
    const zk_gemm_task *task, const int rows, const int vectors, vector sums[][TILE_VECTORS],
    size_t column) {
  if (task->bias)
    for (int j = 0; j < vectors; j++) {
      vector bias = load(task->bias + column + j * LANES);
      for (int i = 0; i < rows; i++) sums[i][j] += bias;
    }
  if (task->combine != ZK_ADD_THEN_ACTIVATE) activate_tile(task->activation, rows, vectors, sums);
  if (task->scale)
    for (int j = 0; j < vectors; j++) {
      vector scale = load(task->scale + column + j * LANES);
      for (int i = 0; i < rows; i++) sums[i][j] *= scale;
    }
}

// How many columns of vector `j` there are; all but the last are whole.
INLINE size_t lanes_of(const int vectors, int j, size_t columns) {
  return j + 1 < vectors ? LANES : columns - (size_t)j * LANES;
}

INLINE void combine_rows(
    const zk_combine combine, const int rows, const int vectors, vector sums[][TILE_VECTORS],
    float *c, size_t stride, size_t columns) {
  for (int i = 0; i < rows; i++, c += stride)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      float *at = c + j * LANES;
      size_t count = lanes_of(vectors, j, columns);
      if (combine == ZK_STORE) store_part(at, sums[i][j], count);
      if (combine == ZK_ADD) store_part(at, load_part(at, count) + sums[i][j], count);
      if (combine == ZK_MULTIPLY) store_part(at, load_part(at, count) * sums[i][j], count);
    }
}

INLINE void combine_tile(
    const zk_gemm_task *task, const int rows, const int vectors, vector sums[][TILE_VECTORS],
    float *c, size_t columns) {
  size_t stride = task->c_stride;
  switch (task->combine) {
    case ZK_STORE: combine_rows(ZK_STORE, rows, vectors, sums, c, stride, columns); break;
    case ZK_ADD: combine_rows(ZK_ADD, rows, vectors, sums, c, stride, columns); break;
    case ZK_MULTIPLY: combine_rows(ZK_MULTIPLY, rows, vectors, sums, c, stride, columns); break;
    case ZK_ADD_THEN_ACTIVATE:
      for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
          sums[i][j] +=
              load_part(c + i * stride + j * LANES, lanes_of(vectors, j, columns));
      activate_tile(task->activation, rows, vectors, sums);
      combine_rows(ZK_STORE, rows, vectors, sums, c, stride, columns);
      break;
  }
}

INLINE void finish(
    const zk_gemm_task *task, const int rows, const int vectors, vector sums[][TILE_VECTORS],
    float *c, size_t column, size_t columns) {
  const size_t width = (size_t)vectors * LANES;
  if (task->bias || task->scale || task->activation != ZK_IDENTITY)
    transform_tile(task, rows, vectors, sums, column);
  if (columns == width) combine_tile(task, rows, vectors, sums, c, width);
  else combine_tile(task, rows, vectors, sums, c, columns);
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
