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
      vector v = (load_part(x + i, count) - center) * factor * load_part(task->weight + i, count);
      if (task->bias) v += load_part(task->bias + i, count);
      store_part(y + i, activate(v, task->activation), count);
    }
  }
}
