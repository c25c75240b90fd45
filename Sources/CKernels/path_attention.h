// ---- Attention ---------------------------------------------------------------------------------

// Packs x [count, width] as panels [width/nr][count][nr], or its transpose as [count/nr][width][nr];
// the last panel is as many vectors wide as it needs.
static void pack_rows(
    const zk_path *path, const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < width; first += TILE_COLUMNS) {
    size_t columns = zk_min(TILE_COLUMNS, width - first), whole = zk_whole_columns(path, columns);
    for (size_t t = 0; t < count; t++, packed += whole) {
      memcpy(packed, x + t * row + first, columns * sizeof(float));
      memset(packed + columns, 0, (whole - columns) * sizeof(float));
    }
  }
}
static void pack_transpose(
    const zk_path *path, const float *x, size_t row, size_t count, size_t width, float *packed) {
  for (size_t first = 0; first < count; first += TILE_COLUMNS) {
    size_t rows = zk_min(TILE_COLUMNS, count - first), whole = zk_whole_columns(path, rows);
    if (rows < whole) memset(packed, 0, width * whole * sizeof(float));
    const float *from = x + first * row;
    size_t t = 0;
    for (; t + 4 <= rows; t += 4) {
      size_t i = 0;
      for (; i + 4 <= width; i += 4)
        zk_transpose4(from + t * row + i, row, packed + i * whole + t, whole);
      for (; i < width; i++)
        for (size_t j = t; j < t + 4; j++) packed[i * whole + j] = from[j * row + i];
    }
    for (; t < rows; t++)
      for (size_t i = 0; i < width; i++) packed[i * whole + t] = from[t * row + i];
    packed += width * whole;
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

// Packs the keys and values of a head.
static void pack_head(
    const zk_path *path, const zk_attention_task *task, size_t image, size_t head,
    float *packed_k, float *packed_v) {
  pack_transpose(
      path, task->k.p + image * task->k.image + head * task->k.head, task->k.row, task->keys,
      task->head_dim, packed_k);
  pack_rows(
      path, task->v.p + image * task->v.image + head * task->v.head, task->v.row, task->keys,
      task->value_dim, packed_v);
}

// c [rows, n] = a [rows, k] times packed [k, n], for up to TILE_ROWS rows.
static void multiply_packed(
    const zk_path *path, const float *a, size_t a_stride, size_t rows, const float *packed,
    size_t k, float *c, size_t c_stride, size_t n) {
  zk_gemm_task product = {.c_stride = c_stride, .k = k};
  zk_inputs inputs = {.stride = a_stride * sizeof(float)};
  for (size_t column = 0; column < n; column += TILE_COLUMNS) {
    size_t vectors = zk_panel_vectors(path, n - column);
    path->products[ZK_F32].tile[vectors - 1][rows - 1](
        &product, &inputs, (const char *)a, (const uint32_t *)(packed + column * k), c + column,
        column, zk_min(vectors * LANES, n - column));
  }
}

static void attention_head(
    const zk_path *path, const zk_attention_task *task, size_t image, size_t head, size_t first,
    size_t count, float *scratch) {
  size_t keys = task->keys, score_row = zk_score_row(keys);
  size_t key_columns = zk_whole_columns(path, keys);
  float *packed_k = scratch;
  float *packed_v = packed_k + key_columns * task->head_dim;
  float *scores = packed_v + zk_whole_columns(path, task->value_dim) * keys;
  pack_head(path, task, image, head, packed_k, packed_v);

  const float *q = task->q.p + image * task->q.image + head * task->q.head;
  float *out = task->out + image * task->queries * task->out_row + head * task->value_dim;
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    multiply_packed(
        path, q + row * task->q.row, task->q.row, rows, packed_k, task->head_dim, scores,
        score_row, key_columns);
    float reciprocals[TILE_ROWS];
    for (size_t i = 0; i < rows; i++)
      reciprocals[i] = soften(scores + i * score_row, keys, task->scale);
    multiply_packed(
        path, scores, score_row, rows, packed_v, keys, out + row * task->out_row, task->out_row,
        task->value_dim);
    for (size_t i = 0; i < rows; i++) {
      float *at = out + (row + i) * task->out_row;
      for (size_t j = 0; j < task->value_dim; j++) at[j] *= reciprocals[i];
    }
  }
}

// Row i of head h of y becomes factor times the sum over heads of matrix[h][head] x[head], plus
// bias[h]; heads lie TILE_ROWS rows apart.
static void mix_heads(
    const float *x, float *y, size_t heads, size_t rows, size_t keys, size_t score_row,
    const float *matrix, const float *bias, float factor) {
  size_t step = TILE_ROWS * score_row;
  for (size_t head = 0; head < heads; head++)
    for (size_t i = 0; i < rows; i++)
      for (size_t key = 0; key < keys; key += LANES) {
        vector total = splat(0);
        for (size_t other = 0; other < heads; other++)
          total = multiply_add(
              load(x + other * step + i * score_row + key), splat(matrix[head * heads + other]),
              total);
        store(y + head * step + i * score_row + key, total * factor + bias[head]);
      }
}

static void attention_mixed(
    const zk_path *path, const zk_attention_task *task, size_t image, size_t first, size_t count,
    float *scratch) {
  size_t keys = task->keys, heads = task->heads;
  size_t score_row = zk_score_row(keys), key_columns = zk_whole_columns(path, keys);
  size_t k_size = key_columns * task->head_dim;
  size_t v_size = zk_whole_columns(path, task->value_dim) * keys;
  size_t scores_size = TILE_ROWS * score_row;
  float *packed_k = scratch;
  float *packed_v = packed_k + heads * k_size;
  float *scores = packed_v + heads * v_size;
  float *mixed = scores + heads * scores_size;
  for (size_t head = 0; head < heads; head++)
    pack_head(path, task, image, head, packed_k + head * k_size, packed_v + head * v_size);
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    const float *q = task->q.p + image * task->q.image + row * task->q.row;
    float *out = task->out + (image * task->queries + row) * task->out_row;
    for (size_t head = 0; head < heads; head++)
      multiply_packed(
          path, q + head * task->q.head, task->q.row, rows, packed_k + head * k_size,
          task->head_dim, scores + head * scores_size, score_row, key_columns);
    mix_heads(
        scores, mixed, heads, rows, keys, score_row, task->mixing->scores,
        task->mixing->scores_bias, task->scale);
    for (size_t head = 0; head < heads; head++)
      for (size_t i = 0; i < rows; i++) {
        float *at = mixed + head * scores_size + i * score_row;
        float reciprocal = soften(at, keys, 1);
        for (size_t key = 0; key < keys; key += LANES) store(at + key, load(at + key) * reciprocal);
      }
    mix_heads(
        mixed, scores, heads, rows, keys, score_row, task->mixing->weights,
        task->mixing->weights_bias, 1);
    for (size_t head = 0; head < heads; head++)
      multiply_packed(
          path, scores + head * scores_size, score_row, rows, packed_v + head * v_size, keys,
          out + head * task->value_dim, task->out_row, task->value_dim);
  }
}
