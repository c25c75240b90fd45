// What each kernel computes, written as plainly as possible and in double precision: the reference
// that the tests compare every path with.
#include <math.h>
#include <string.h>

#include "path.h"

double zk_activate_naive(double x, zk_activation activation) {
  switch (activation) {
    case ZK_GELU: return 0.5 * x * (1 + erf(x / sqrt(2)));
    case ZK_GELU_TANH: return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case ZK_QUICK_GELU: return x / (1 + exp(-1.702 * x));
    case ZK_SILU: return x / (1 + exp(-x));
    case ZK_RELU: return x > 0 ? x : 0;
    case ZK_RELU6: return fmin(fmax(x, 0), 6);
    case ZK_LEAKY_RELU: return x > 0 ? x : 0.01 * x;
    case ZK_SQUARED_RELU: return x > 0 ? x * x : 0;
    case ZK_SIGMOID: return 1 / (1 + exp(-x));
    case ZK_HARD_SIGMOID: return fmin(fmax(x + 3, 0), 6) / 6;
    case ZK_HARD_SWISH: return x * fmin(fmax(x + 3, 0), 6) / 6;
    case ZK_IDENTITY: break;
  }
  return x;
}

void zk_store_naive(
    double v, double scale, zk_activation activation, zk_combine combine, float *c) {
  if (combine != ZK_ADD_THEN_ACTIVATE) v = zk_activate_naive(v, activation);
  v *= scale;
  switch (combine) {
    case ZK_STORE: break;
    case ZK_ADD: v += *c; break;
    case ZK_MULTIPLY: v *= *c; break;
    case ZK_ADD_THEN_ACTIVATE: v = zk_activate_naive(v + *c, activation); break;
  }
  *c = (float)v;
}

// The number that a product computes with in place of x; `step` is the distance between those of int8.
static double rounded(zk_precision precision, float x, float step, float factor) {
  switch (precision) {
    case ZK_F32: break;
    case ZK_BF16: {
      // Adding and taking away leaves the 8 bits of the significand.
      double high = ldexp(1.5, ilogb(x == 0 ? 1 : x) + 52 - 7);
      return (x + high) - high;
    }
    case ZK_INT8: return (double)step * rint((double)(x * factor));
  }
  return x;
}

static void find_range(const float *x, size_t count, float *low, float *high) {
  *low = *high = 0;
  for (size_t i = 0; i < count; i++) {
    *low = fminf(*low, x[i]);
    *high = fmaxf(*high, x[i]);
  }
}

void zk_gemm_naive(const zk_path *path, const zk_gemm_task *task, const float *w) {
  zk_precision inputs = task->precision == ZK_INT8 ? ZK_INT8 : ZK_F32;
  for (size_t i = 0; i < task->m; i++)
    for (size_t j = 0; j < task->n; j++) {
      const float *x = task->a + i * task->a_stride, *row = w + j * task->k;
      float low, high, low_w, high_w, top = (float)path->largest_weight;
      find_range(x, task->k, &low, &high);
      find_range(row, task->k, &low_w, &high_w);
      float range = high - low, most = fmaxf(high_w, -low_w);
      double v = task->bias ? task->bias[j] : 0;
      for (size_t l = 0; l < task->k; l++)
        v += rounded(inputs, x[l], range / 254, range > 0 ? 254 / range : 0) *
             rounded(task->precision, row[l], most / top, most > 0 ? top / most : 0);
      zk_store_naive(
          v, task->scale ? task->scale[j] : 1, task->activation, task->combine,
          task->c + i * task->c_stride + j);
    }
}

// x of head h [heads, keys] becomes the sum over heads of matrix[h][head] x[head], plus bias[h].
static void mix_heads(
    float *x, float *spare, size_t heads, size_t keys, const float *matrix, const float *bias) {
  for (size_t head = 0; head < heads; head++)
    for (size_t key = 0; key < keys; key++) {
      double total = bias[head];
      for (size_t other = 0; other < heads; other++)
        total += (double)matrix[head * heads + other] * x[other * keys + key];
      spare[head * keys + key] = (float)total;
    }
  memcpy(x, spare, heads * keys * sizeof *x);
}

static void soften(float *x, size_t count) {
  double most = -INFINITY, total = 0;
  for (size_t i = 0; i < count; i++) most = fmax(most, x[i]);
  for (size_t i = 0; i < count; i++) total += exp(x[i] - most);
  for (size_t i = 0; i < count; i++) x[i] = (float)(exp(x[i] - most) / total);
}

void zk_attention_naive(const zk_attention_task *task) {
  size_t heads = task->heads, keys = task->keys;
  float *weights = task->scratch, *spare = weights + heads * keys;
  for (size_t image = 0; image < task->images; image++)
    for (size_t query = 0; query < task->queries; query++) {
      for (size_t head = 0; head < heads; head++)
        for (size_t key = 0; key < keys; key++) {
          const float *q =
              task->q.p + image * task->q.image + head * task->q.head + query * task->q.row;
          const float *k =
              task->k.p + image * task->k.image + head * task->k.head + key * task->k.row;
          double score = 0;
          for (size_t i = 0; i < task->head_dim; i++) score += (double)q[i] * k[i];
          weights[head * keys + key] = (float)(score * task->scale);
        }
      const zk_mixing *mixing = task->mixing;
      if (mixing) mix_heads(weights, spare, heads, keys, mixing->scores, mixing->scores_bias);
      for (size_t head = 0; head < heads; head++) soften(weights + head * keys, keys);
      if (mixing) mix_heads(weights, spare, heads, keys, mixing->weights, mixing->weights_bias);
      for (size_t head = 0; head < heads; head++) {
        const float *v = task->v.p + image * task->v.image + head * task->v.head;
        float *out =
            task->out + (image * task->queries + query) * task->out_row + head * task->value_dim;
        for (size_t i = 0; i < task->value_dim; i++) {
          double value = 0;
          for (size_t key = 0; key < keys; key++)
            value += (double)weights[head * keys + key] * v[key * task->v.row + i];
          out[i] = (float)value;
        }
      }
    }
}

void zk_norm_naive(const zk_norm_task *task) {
  for (size_t row = 0; row < task->rows; row++)
    for (size_t group = 0; group < task->groups; group++) {
      const float *x = task->x + row * task->x_stride + group * task->size;
      float *y = task->y + row * task->y_stride + group * task->size;
      double mean = 0, square = 0;
      for (size_t i = 0; i < task->size && !task->rms; i++) mean += x[i];
      mean /= (double)task->size;
      for (size_t i = 0; i < task->size; i++) square += (x[i] - mean) * (x[i] - mean);
      double factor = 1 / sqrt(square / (double)task->size + task->eps);
      for (size_t i = 0; i < task->size; i++)
        y[i] = (float)zk_activate_naive(
            (x[i] - mean) * factor * task->weight[i] + (task->bias ? task->bias[i] : 0),
            task->activation);
    }
}

void zk_rotary_naive(const zk_rotary_task *task) {
  size_t size = task->size;
  for (size_t row = 0; row < task->rows; row++)
    for (size_t head = 0; head < task->heads; head++) {
      float *x = task->x + row * task->stride + head * size;
      size_t place = row % task->places * size;
      for (size_t i = 0; i < size; i++) {
        // Each pair once, from its first element on.
        size_t partner = task->interleaved ? i ^ 1 : (i + size / 2) % size;
        if (partner < i) continue;
        double a = x[i], b = x[partner];
        x[i] = (float)(task->cosine[place + i] * a + task->sine[place + i] * b);
        x[partner] =
            (float)(task->cosine[place + partner] * b + task->sine[place + partner] * a);
      }
    }
}
