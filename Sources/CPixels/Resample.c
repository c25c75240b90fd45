#include "Resample.h"

#include <math.h>
#include <stdlib.h>

// Fused multiply-add would round the weights differently from Pillow.
#pragma STDC FP_CONTRACT OFF

// Keys' cubic convolution kernel with a = -0.5, which is 0 from 2 on.
static double bicubic(double x) {
  const double a = -0.5;
  x = fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

static void free_weights(resample_weights *weights) {
  free(weights->first);
  free(weights->used);
  free(weights->weights);
}

// The kernel is stretched by the reduction, centred on each output pixel, cut off at the image's
// edges, and scaled to a sum of 1.
static bool make_weights(pixels_axis axis, resample_weights *result) {
  const double scale = (double)(float)axis.input / (double)axis.output;
  const double stretch = scale < 1.0 ? 1.0 : scale;
  const double support = 2.0 * stretch;
  const double inverse_stretch = 1.0 / stretch;
  const size_t taps = ((size_t)ceil(support) * 2 + 1 + 3) / 4 * 4;
  double *exact = malloc(taps * sizeof *exact);
  *result = (resample_weights){
      .count = axis.count,
      .taps = taps,
      .first = malloc(axis.count * sizeof *result->first),
      .used = malloc(axis.count * sizeof *result->used),
      .weights = calloc(axis.count * taps, sizeof *result->weights),
  };
  if (!exact || !result->first || !result->used || !result->weights) {
    free(exact);
    free_weights(result);
    return false;
  }
  for (size_t i = 0; i < axis.count; i++) {
    const double centre = ((double)(axis.offset + i) + 0.5) * scale;
    const double low = centre - support + 0.5;
    const double high = centre + support + 0.5;
    const size_t first = low < 0 ? 0 : (size_t)low;
    const size_t end = high > (double)axis.input ? axis.input : (size_t)high;
    const size_t used = end - first;
    double sum = 0.0;
    for (size_t k = 0; k < used; k++) {
      exact[k] = bicubic(((double)(first + k) - centre + 0.5) * inverse_stretch);
      sum += exact[k];
    }
    int32_t *fixed = result->weights + i * taps;
    for (size_t k = 0; k < used; k++) {
      const double weight = (sum != 0.0 ? exact[k] / sum : exact[k]) * (1 << WEIGHT_BITS);
      fixed[k] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    result->first[i] = first;
    result->used[i] = used;
  }
  free(exact);
  return true;
}

static inline uint8_t round_to_pixel(int32_t sum) {
  const int32_t value = sum >> WEIGHT_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void resample_horizontally(const horizontal_pass *pass, const resample_weights *weights) {
  for (size_t y = 0; y < pass->height; y++) {
    const uint8_t *row = pass->source + y * pass->width * 3;
    uint8_t *result = pass->result + y * weights->count * 3;
    for (size_t x = 0; x < weights->count; x++) {
      const uint8_t *pixel = row + weights->first[x] * 3;
      const int32_t *weight = weights->weights + x * weights->taps;
      int32_t red = 1 << (WEIGHT_BITS - 1), green = red, blue = red;
      for (size_t k = 0; k < weights->used[x]; k++, pixel += 3) {
        red += pixel[0] * weight[k];
        green += pixel[1] * weight[k];
        blue += pixel[2] * weight[k];
      }
      result[3 * x] = round_to_pixel(red);
      result[3 * x + 1] = round_to_pixel(green);
      result[3 * x + 2] = round_to_pixel(blue);
    }
  }
}

void resample_vertically(const vertical_pass *pass, const resample_weights *weights) {
  enum { BLOCK = 64 };
  for (size_t y = 0; y < weights->count; y++) {
    const int32_t *weight = weights->weights + y * weights->taps;
    const uint8_t *rows = pass->source + weights->first[y] * pass->stride;
    uint8_t *result = pass->result + y * pass->row_bytes;
    for (size_t x = 0; x < pass->row_bytes; x += BLOCK) {
      const size_t count = pass->row_bytes - x < BLOCK ? pass->row_bytes - x : BLOCK;
      int32_t sums[BLOCK];
      for (size_t i = 0; i < count; i++) sums[i] = 1 << (WEIGHT_BITS - 1);
      for (size_t k = 0; k < weights->used[y]; k++) {
        const uint8_t *row = rows + k * pass->stride + x;
        for (size_t i = 0; i < count; i++) sums[i] += row[i] * weight[k];
      }
      for (size_t i = 0; i < count; i++) result[x + i] = round_to_pixel(sums[i]);
    }
  }
}

pixels_kernel pixels_best_kernel(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return PIXELS_AVX2;
#endif
  return PIXELS_PORTABLE;
}

static bool run_horizontally(
    const horizontal_pass *pass, const resample_weights *weights, pixels_kernel kernel) {
#if defined(__x86_64__)
  if (kernel == PIXELS_AVX2) return resample_horizontally_avx2(pass, weights);
#endif
  (void)kernel;
  resample_horizontally(pass, weights);
  return true;
}

static bool run_vertically(
    const vertical_pass *pass, const resample_weights *weights, pixels_kernel kernel) {
#if defined(__x86_64__)
  if (kernel == PIXELS_AVX2) return resample_vertically_avx2(pass, weights);
#endif
  (void)kernel;
  resample_vertically(pass, weights);
  return true;
}

// The span of input that the second of two passes uses; its weights then count from there.
typedef struct {
  size_t first, count;
} span;

static span take_span(resample_weights *weights) {
  const size_t first = weights->first[0], last = weights->count - 1;
  const size_t count = weights->first[last] + weights->used[last] - first;
  for (size_t i = 0; i < weights->count; i++) weights->first[i] -= first;
  return (span){first, count};
}

// Rounding to 8 bits between the passes makes their order visible. Pillow 13 goes down first where
// the height shrinks by more than twice as many pixels as the width.
static bool goes_down_first(pixels_axis x, pixels_axis y) {
  const int64_t lost_width = (int64_t)x.input - (int64_t)x.output;
  const int64_t lost_height = (int64_t)y.input - (int64_t)y.output;
  return lost_height > 0 && lost_height > 2 * lost_width;
}

static bool across_then_down(
    const uint8_t *source, pixels_axis x, pixels_axis y, resample_weights *horizontal,
    resample_weights *vertical, uint8_t *result, pixels_kernel kernel) {
  const span rows = take_span(vertical);
  const size_t stride = x.count * 3;
  uint8_t *middle = malloc(rows.count * stride);
  if (middle == NULL) return false;
  const horizontal_pass across = {
      .source = source + rows.first * x.input * 3,
      .source_end = source + y.input * x.input * 3,
      .width = x.input,
      .height = rows.count,
      .result = middle,
  };
  const vertical_pass down = {
      .source = middle, .stride = stride, .row_bytes = stride, .result = result};
  const bool done = run_horizontally(&across, horizontal, kernel) &&
                    run_vertically(&down, vertical, kernel);
  free(middle);
  return done;
}

static bool down_then_across(
    const uint8_t *source, pixels_axis x, pixels_axis y, resample_weights *horizontal,
    resample_weights *vertical, uint8_t *result, pixels_kernel kernel) {
  const span columns = take_span(horizontal);
  const size_t row_bytes = columns.count * 3;
  uint8_t *middle = malloc(y.count * row_bytes);
  if (middle == NULL) return false;
  const vertical_pass down = {
      .source = source + columns.first * 3,
      .stride = x.input * 3,
      .row_bytes = row_bytes,
      .result = middle,
  };
  const horizontal_pass across = {
      .source = middle,
      .source_end = middle + y.count * row_bytes,
      .width = columns.count,
      .height = y.count,
      .result = result,
  };
  const bool done = run_vertically(&down, vertical, kernel) &&
                    run_horizontally(&across, horizontal, kernel);
  free(middle);
  return done;
}

bool pixels_resize_bicubic(
    const uint8_t *source, pixels_axis x, pixels_axis y, uint8_t *result, pixels_kernel kernel) {
  resample_weights horizontal, vertical;
  if (!make_weights(x, &horizontal)) return false;
  if (!make_weights(y, &vertical)) {
    free_weights(&horizontal);
    return false;
  }
  const bool done =
      goes_down_first(x, y)
          ? down_then_across(source, x, y, &horizontal, &vertical, result, kernel)
          : across_then_down(source, x, y, &horizontal, &vertical, result, kernel);
  free_weights(&horizontal);
  free_weights(&vertical);
  return done;
}
