// ---- Attention ---------------------------------------------------------------------------------

// Packs x [count, width] as panels [width/nr][count][nr], or its transpose as [count/nr][width][nr].
static void pack_rows(const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < width; first += TILE_COLUMNS) {
    size_t columns = zk_min(TILE_COLUMNS, width - first);
    for (size_t t = 0; t < count; t++, packed += TILE_COLUMNS) {
      memcpy(packed, x + t * row + first, columns * sizeof(float));
      memset(packed + columns, 0, (TILE_COLUMNS - columns) * sizeof(float));
    }
  }
}
static void pack_transpose(const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < count; first += TILE_COLUMNS, packed += width * TILE_COLUMNS) {
    size_t rows = zk_min(TILE_COLUMNS, count - first);
    if (rows < TILE_COLUMNS) memset(packed, 0, width * TILE_COLUMNS * sizeof(float));
    for (size_t t = 0; t < rows; t++)
      for (size_t i = 0; i < width; i++) packed[i * TILE_COLUMNS + t] = x[(first + t) * row + i];
  }
}

// Turns a row of scores into weights e^(scale (score - largest)), unnormalised, followed by zeros
// up to a whole vector; gives 1 / their sum.
static float soften(float *scores, size_t count, float scale) {
  size_t whole = count - count % LANES;
  float peak = -INFINITY;
  if (whole) {
    vector most = load(scores);
    for (size_t i = LANES; i < whole; i += LANES) most = maximum(most, load(scores + i));
    peak = largest(most);
  }
  for (size_t i = whole; i < count; i++) peak = scores[i] > peak ? scores[i] : peak;
  vector total = splat(0);
  for (size_t i = 0; i < count; i += LANES) {
    vector weight = exponential((load(scores + i) - peak) * scale);
    if (i >= whole) weight = load_part((const float *)&weight, count - whole);
    store(scores + i, weight);
    total += weight;
  }
  return 1 / sum(total);
}

static void attention_head(
    const zk_path *path, const zk_attention_task *task, size_t image, size_t head, size_t first,
    size_t count, float *scratch) {
  size_t keys = task->keys;
  size_t score_row = zk_ceil_div(keys, TILE_COLUMNS) * TILE_COLUMNS;
  float *packed_k = scratch;
  float *packed_v = packed_k + score_row * task->head_dim;
  float *scores =
      packed_v + zk_ceil_div(task->value_dim, TILE_COLUMNS) * TILE_COLUMNS * keys;
  pack_transpose(
      task->k.p + image * task->k.image + head * task->k.head, task->k.row, keys, task->head_dim,
      packed_k);
  pack_rows(
      task->v.p + image * task->v.image + head * task->v.head, task->v.row, keys, task->value_dim,
      packed_v);

  const float *q = task->q.p + image * task->q.image + head * task->q.head;
  float *out = task->out + image * task->queries * task->out_row + head * task->value_dim;
  zk_gemm_task score_task = {
      .c_stride = score_row, .k = task->head_dim};
  zk_inputs score_inputs = {.stride = task->q.row * sizeof(float)};
  zk_gemm_task value_task = {.c_stride = task->out_row, .k = keys};
  zk_inputs value_inputs = {.stride = score_row * sizeof(float)};
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    zk_tile tile = path->products[ZK_F32].tile[rows - 1];
    for (size_t column = 0; column < keys; column += TILE_COLUMNS)
      tile(
          &score_task, &score_inputs, (const char *)(q + row * task->q.row),
          (const uint32_t *)(packed_k + column * task->head_dim), scores + column, column,
          TILE_COLUMNS);
    float reciprocals[TILE_ROWS];
    for (size_t i = 0; i < rows; i++)
      reciprocals[i] = soften(scores + i * score_row, keys, task->scale);
    for (size_t column = 0; column < task->value_dim; column += TILE_COLUMNS)
      tile(
          &value_task, &value_inputs, (const char *)scores,
          (const uint32_t *)(packed_v + column * keys), out + row * task->out_row + column, column,
          zk_min(TILE_COLUMNS, task->value_dim - column));
    for (size_t i = 0; i < rows; i++) {
      float *at = out + (row + i) * task->out_row;
      for (size_t j = 0; j < task->value_dim; j++) at[j] *= reciprocals[i];
    }
  }
}
