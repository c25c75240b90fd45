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

// Packs the keys and values of a head.
static void pack_head(
    const zk_attention_task *task, size_t image, size_t head, float *packed_k, float *packed_v) {
  pack_transpose(
      task->k.p + image * task->k.image + head * task->k.head, task->k.row, task->keys,
      task->head_dim, packed_k);
  pack_rows(
      task->v.p + image * task->v.image + head * task->v.head, task->v.row, task->keys,
      task->value_dim, packed_v);
}

// The products of up to TILE_ROWS queries of a head with all keys: rows of scores.
static void score(
    const zk_path *path, const zk_attention_task *task, const float *q, size_t rows,
    const float *packed_k, float *scores, size_t score_row) {
  zk_gemm_task product = {.c_stride = score_row, .k = task->head_dim};
  zk_inputs inputs = {.stride = task->q.row * sizeof(float)};
  zk_tile tile = path->products[ZK_F32].tile[rows - 1];
  for (size_t column = 0; column < task->keys; column += TILE_COLUMNS)
    tile(
        &product, &inputs, (const char *)q,
        (const uint32_t *)(packed_k + column * task->head_dim), scores + column, column,
        TILE_COLUMNS);
}

// The products of rows of weights with all values of a head.
static void weigh(
    const zk_path *path, const zk_attention_task *task, const float *weights, size_t rows,
    const float *packed_v, float *out, size_t score_row) {
  zk_gemm_task product = {.c_stride = task->out_row, .k = task->keys};
  zk_inputs inputs = {.stride = score_row * sizeof(float)};
  zk_tile tile = path->products[ZK_F32].tile[rows - 1];
  for (size_t column = 0; column < task->value_dim; column += TILE_COLUMNS)
    tile(
        &product, &inputs, (const char *)weights,
        (const uint32_t *)(packed_v + column * task->keys), out + column, column,
        zk_min(TILE_COLUMNS, task->value_dim - column));
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
  pack_head(task, image, head, packed_k, packed_v);

  const float *q = task->q.p + image * task->q.image + head * task->q.head;
  float *out = task->out + image * task->queries * task->out_row + head * task->value_dim;
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    score(path, task, q + row * task->q.row, rows, packed_k, scores, score_row);
    float reciprocals[TILE_ROWS];
    for (size_t i = 0; i < rows; i++)
      reciprocals[i] = soften(scores + i * score_row, keys, task->scale);
    weigh(path, task, scores, rows, packed_v, out + row * task->out_row, score_row);
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
  size_t score_row = zk_ceil_div(keys, TILE_COLUMNS) * TILE_COLUMNS;
  size_t k_size = score_row * task->head_dim;
  size_t v_size = zk_ceil_div(task->value_dim, TILE_COLUMNS) * TILE_COLUMNS * keys;
  size_t scores_size = TILE_ROWS * score_row;
  float *packed_k = scratch;
  float *packed_v = packed_k + heads * k_size;
  float *scores = packed_v + heads * v_size;
  float *mixed = scores + heads * scores_size;
  for (size_t head = 0; head < heads; head++)
    pack_head(task, image, head, packed_k + head * k_size, packed_v + head * v_size);
  for (size_t row = first; row < first + count; row += TILE_ROWS) {
    size_t rows = zk_min(TILE_ROWS, first + count - row);
    const float *q = task->q.p + image * task->q.image + row * task->q.row;
    float *out = task->out + (image * task->queries + row) * task->out_row;
    for (size_t head = 0; head < heads; head++)
      score(
          path, task, q + head * task->q.head, rows, packed_k + head * k_size,
          scores + head * scores_size, score_row);
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
      weigh(
          path, task, scores + head * scores_size, rows, packed_v + head * v_size,
          out + head * task->value_dim, score_row);
  }
}
