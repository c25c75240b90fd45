// ---- Rotary position embedding ------------------------------------------------------------------

// Each element's neighbour in a pair.
INLINE vector swap_pairs(vector v) {
#if LANES == 4
  return __builtin_shufflevector(v, v, 1, 0, 3, 2);
#elif LANES == 8
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#endif
}

INLINE vector turn(vector v, vector partner, vector cosine, vector sine) {
  return multiply_add(partner, sine, v * cosine);
}

static void rotate_row(const zk_rotary_task *task, size_t row) {
  size_t size = task->size, half = size / 2;
  const float *cosine = task->cosine + row % task->places * size;
  const float *sine = task->sine + row % task->places * size;
  float *x = task->x + row * task->stride;
  for (size_t head = 0; head < task->heads; head++, x += size) {
    if (task->interleaved) {
      for (size_t i = 0; i < size; i += LANES) {
        size_t count = zk_min(size - i, LANES);
        vector v = load_part(x + i, count);
        store_part(
            x + i,
            turn(v, swap_pairs(v), load_part(cosine + i, count), load_part(sine + i, count)),
            count);
      }
      continue;
    }
    for (size_t i = 0; i < half; i += LANES) {
      size_t count = zk_min(half - i, LANES);
      vector low = load_part(x + i, count), high = load_part(x + half + i, count);
      store_part(
          x + i, turn(low, high, load_part(cosine + i, count), load_part(sine + i, count)), count);
      store_part(
          x + half + i,
          turn(
              high, low, load_part(cosine + half + i, count), load_part(sine + half + i, count)),
          count);
    }
  }
}
