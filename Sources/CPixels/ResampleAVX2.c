#include "Resample.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

// A 32-bit weight times a pixel is two multiplications of 16 bits, which the CPU adds in pairs:
// weight = high * 2^LOW_BITS + low. Sums of either part are exact in 32 bits, and so is the whole.
enum { LOW_BITS = 12 };

typedef struct {
  int16_t *high, *low;  // [count, taps]
} split_weights;

static bool split(const resample_weights *weights, split_weights *result) {
  const size_t count = weights->count * weights->taps;
  result->high = malloc(2 * count * sizeof(int16_t));
  if (result->high == NULL) return false;
  result->low = result->high + count;
  for (size_t i = 0; i < count; i++) {
    result->high[i] = (int16_t)(weights->weights[i] >> LOW_BITS);
    result->low[i] = (int16_t)(weights->weights[i] & ((1 << LOW_BITS) - 1));
  }
  return true;
}

// How far a load of the horizontal kernel may reach beyond the end of a row: 3 pixels with weight
// 0, and the 4 bytes by which a load of 16 exceeds 4 pixels.
enum { OVERREACH = 3 * 3 + 4 };

#define AVX2 __attribute__((target("avx2")))

// The pixels at `column` of 4 rows. Each 32-bit lane sums two taps of one channel.
AVX2 static inline void resample_column(
    const uint8_t *const rows[4], uint8_t *const results[4], size_t column,
    const resample_weights *weights, const split_weights *parts) {
  // 4 taps of (r, g, b) to 16-bit pairs of taps: (r0 r1) (g0 g1) (b0 b1) - | (r2 r3) …
  const __m256i pair_pixels = _mm256_setr_epi8(
      0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,  //
      6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m256i pair_weights = _mm256_setr_epi8(
      0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,  //
      4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  const size_t start = weights->first[column] * 3;
  const int16_t *high_weights = parts->high + column * weights->taps;
  const int16_t *low_weights = parts->low + column * weights->taps;
  __m256i high[4], low[4];
  for (int r = 0; r < 4; r++) high[r] = low[r] = _mm256_setzero_si256();
  for (size_t k = 0; k < weights->used[column]; k += 4) {
    const __m256i high_weight = _mm256_shuffle_epi8(
        _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)(high_weights + k))),
        pair_weights);
    const __m256i low_weight = _mm256_shuffle_epi8(
        _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)(low_weights + k))),
        pair_weights);
    for (int r = 0; r < 4; r++) {
      const __m128i bytes = _mm_loadu_si128((const __m128i *)(rows[r] + start + 3 * k));
      const __m256i pixels = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), pair_pixels);
      high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, high_weight));
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, low_weight));
    }
  }
  for (int r = 0; r < 4; r++) {
    const __m256i both = _mm256_add_epi32(_mm256_slli_epi32(high[r], LOW_BITS), low[r]);
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    sum = _mm_add_epi32(sum, _mm_set1_epi32(1 << (WEIGHT_BITS - 1)));
    sum = _mm_srai_epi32(sum, WEIGHT_BITS);
    sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
    const int pixel = _mm_cvtsi128_si32(sum);
    memcpy(results[r] + 3 * column, &pixel, 3);
  }
}

AVX2 bool resample_horizontally_avx2(
    const horizontal_pass *pass, const resample_weights *weights) {
  const size_t row_bytes = pass->width * 3;
  split_weights parts;
  if (!split(weights, &parts)) return false;
  // Rows so near the end that a load would leave the image are copied to here.
  uint8_t *copies = calloc(4, row_bytes + OVERREACH);
  if (copies == NULL) {
    free(parts.high);
    return false;
  }
  for (size_t y = 0; y < pass->height; y += 4) {
    const uint8_t *rows[4];
    uint8_t *results[4];
    for (size_t r = 0; r < 4; r++) {
      // Beyond the last row, work on it again.
      const size_t row = y + r < pass->height ? y + r : pass->height - 1;
      rows[r] = pass->source + row * row_bytes;
      results[r] = pass->result + row * weights->count * 3;
      if ((size_t)(pass->source_end - rows[r]) < row_bytes + OVERREACH) {
        uint8_t *copy = copies + r * (row_bytes + OVERREACH);
        rows[r] = memcpy(copy, rows[r], row_bytes);
      }
    }
    for (size_t x = 0; x < weights->count; x++)
      resample_column(rows, results, x, weights, &parts);
  }
  free(copies);
  free(parts.high);
  return true;
}

// Two neighbouring 16-bit weights in each 32-bit lane.
AVX2 static inline __m256i weight_pair(const int16_t *weights) {
  int32_t pair;
  memcpy(&pair, weights, sizeof pair);
  return _mm256_set1_epi32(pair);
}

AVX2 static inline __m256i round_to_pixels(__m256i high, __m256i low) {
  const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, LOW_BITS), low);
  const __m256i half = _mm256_set1_epi32(1 << (WEIGHT_BITS - 1));
  return _mm256_srai_epi32(_mm256_add_epi32(sum, half), WEIGHT_BITS);
}

// The 32 bytes of an output row that lie below 32 bytes of `used` rows, `stride` apart.
AVX2 static inline __m256i resample_block(
    const uint8_t *rows, size_t stride, size_t used, const int16_t *high_weights,
    const int16_t *low_weights) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i high[4], low[4];
  for (int i = 0; i < 4; i++) high[i] = low[i] = zero;
  for (size_t k = 0; k < used; k += 2) {
    // With an odd number of rows the last is paired with itself, at weight 0.
    const uint8_t *even = rows + k * stride;
    const uint8_t *odd = k + 1 < used ? even + stride : even;
    const __m256i a = _mm256_loadu_si256((const __m256i *)even);
    const __m256i b = _mm256_loadu_si256((const __m256i *)odd);
    const __m256i near = _mm256_unpacklo_epi8(a, b), far = _mm256_unpackhi_epi8(a, b);
    const __m256i pairs[4] = {
        _mm256_unpacklo_epi8(near, zero), _mm256_unpackhi_epi8(near, zero),
        _mm256_unpacklo_epi8(far, zero), _mm256_unpackhi_epi8(far, zero)};
    const __m256i high_weight = weight_pair(high_weights + k);
    const __m256i low_weight = weight_pair(low_weights + k);
    for (int i = 0; i < 4; i++) {
      high[i] = _mm256_add_epi32(high[i], _mm256_madd_epi16(pairs[i], high_weight));
      low[i] = _mm256_add_epi32(low[i], _mm256_madd_epi16(pairs[i], low_weight));
    }
  }
  // The packs undo the order that the unpacks made.
  return _mm256_packus_epi16(
      _mm256_packs_epi32(round_to_pixels(high[0], low[0]), round_to_pixels(high[1], low[1])),
      _mm256_packs_epi32(round_to_pixels(high[2], low[2]), round_to_pixels(high[3], low[3])));
}

AVX2 bool resample_vertically_avx2(const vertical_pass *pass, const resample_weights *weights) {
  enum { BLOCK = 32 };
  if (pass->row_bytes < BLOCK) {
    resample_vertically(pass, weights);
    return true;
  }
  split_weights parts;
  if (!split(weights, &parts)) return false;
  for (size_t y = 0; y < weights->count; y++) {
    const uint8_t *rows = pass->source + weights->first[y] * pass->stride;
    uint8_t *result = pass->result + y * pass->row_bytes;
    for (size_t next = 0; next < pass->row_bytes; next += BLOCK) {
      // The last block ends with the row, and may overlap the one before.
      const size_t end = pass->row_bytes - BLOCK;
      const size_t x = next < end ? next : end;
      const __m256i block = resample_block(
          rows + x, pass->stride, weights->used[y], parts.high + y * weights->taps,
          parts.low + y * weights->taps);
      _mm256_storeu_si256((__m256i *)(result + x), block);
    }
  }
  free(parts.high);
  return true;
}

#endif
