// ---- Pools and what is done channel by channel ---------------------------------------------------

INLINE vector pooled(const zk_pooling pooling, vector total, vector x) {
  if (pooling == ZK_POOL_MAX) return choose((integers)(x > total) | (integers)(x != x), x, total);
  return pooling == ZK_POOL_MEAN ? total + x : multiply_add(x, x, total);
}

INLINE void pool_channels(
    const zk_pooling pooling, const zk_pooling_task *task, const float *corner, zk_bin rows,
    zk_bin columns, float *y, size_t count) {
  float factor = 1 / (rows.divisor * columns.divisor);
  for (size_t first = 0; first < count; first += LANES) {
    size_t own = zk_min(count - first, LANES);
    vector total = splat(pooling == ZK_POOL_MAX ? -INFINITY : 0);
    for (size_t row = 0; row < rows.count; row++) {
      const float *x = corner + row * task->width * task->x_stride + first;
      for (size_t column = 0; column < columns.count; column++, x += task->x_stride)
        total = pooled(pooling, total, load_part(x, own));
    }
    store_part(y + first, pooling == ZK_POOL_MAX ? total : total * factor, own);
  }
}

static void pool_result(
    const zk_pooling_task *task, size_t image, size_t row, size_t column, size_t first,
    size_t count) {
  zk_bin rows = task->rows[row], columns = task->columns[column];
  const float *corner =
      task->x +
      ((image * task->height + rows.first) * task->width + columns.first) * task->x_stride + first;
  float *y = task->y +
             ((image * task->out_height + row) * task->out_width + column) * task->y_stride + first;
  switch (task->pooling) {
    case ZK_POOL_MAX: pool_channels(ZK_POOL_MAX, task, corner, rows, columns, y, count); break;
    case ZK_POOL_MEAN: pool_channels(ZK_POOL_MEAN, task, corner, rows, columns, y, count); break;
    case ZK_POOL_MEAN_SQUARE:
      pool_channels(ZK_POOL_MEAN_SQUARE, task, corner, rows, columns, y, count);
      break;
  }
}

INLINE void affine_columns(
    const zk_activation activation, const zk_affine_task *task, const float *x, float *y,
    const float *scale, const float *shift) {
  for (size_t i = 0; i < task->columns; i += LANES) {
    size_t count = zk_min(task->columns - i, LANES);
    vector v = load_part(x + i, count);
    if (scale) v *= load_part(scale + i, count);
    if (shift) v += load_part(shift + i, count);
    if (task->combine != ZK_ADD_THEN_ACTIVATE) v = activate(v, activation);
    if (task->combine != ZK_STORE) {
      vector c = load_part(y + i, count);
      v = task->combine == ZK_MULTIPLY ? c * v : c + v;
    }
    if (task->combine == ZK_ADD_THEN_ACTIVATE) v = activate(v, activation);
    store_part(y + i, v, count);
  }
}

INLINE void affine_block(
    const zk_activation activation, const zk_affine_task *task, size_t first, size_t count) {
  for (size_t row = first; row < first + count; row++) {
    size_t image = row / task->rows_per_image;
    affine_columns(
        activation, task, task->x + row * task->x_stride, task->y + row * task->y_stride,
        task->scale ? task->scale + image * task->scale_image : NULL,
        task->shift ? task->shift + image * task->shift_image : NULL);
  }
}

static void affine_rows(const zk_affine_task *task, size_t first, size_t count) {
  switch (task->activation) {
    case ZK_IDENTITY: affine_block(ZK_IDENTITY, task, first, count); break;
    case ZK_RELU: affine_block(ZK_RELU, task, first, count); break;
    default: affine_block(task->activation, task, first, count); break;
  }
}

static void weighted_sum_rows(const zk_weighted_sum_task *task, size_t first, size_t count) {
  for (size_t row = first; row < first + count; row++) {
    const float *x = task->x + row * task->x_stride;
    const float *weights = task->weights + row * task->weights_stride;
    const float *constants =
        task->constants + row / task->rows_per_image * task->constants_stride;
    float *y = task->y + row * task->y_stride;
    for (size_t i = 0; i < task->columns; i += LANES) {
      size_t own = zk_min(task->columns - i, LANES);
      vector total = load_part(constants + i, own) * weights[task->maps];
      for (size_t map = 0; map < task->maps; map++)
        total = multiply_add(
            load_part(x + map * task->columns + i, own), splat(weights[map]), total);
      store_part(y + i, total, own);
    }
  }
}
