#pragma once

#include "CPixels.h"

// Weights are fixed-point numbers with this many fractional bits: 32, less 8 for the pixel and 2
// for sums beyond the range of a pixel.
enum { WEIGHT_BITS = 32 - 8 - 2 };

// For each output pixel the input pixels that it is a weighted sum of.
typedef struct {
  size_t count;       // output pixels
  size_t taps;        // weights for each output pixel, a multiple of 4; unused ones are 0
  size_t *first;      // [count], the first input pixel
  size_t *used;       // [count], how many input pixels
  int32_t *weights;   // [count, taps]
} resample_weights;

// Rows of `width` pixels, 3 bytes each, become as many dense rows of weights->count pixels.
typedef struct {
  const uint8_t *source, *source_end;  // what may be read
  size_t width, height;
  uint8_t *result;
} horizontal_pass;

// Rows of `row_bytes` bytes, `stride` apart, become weights->count dense rows.
typedef struct {
  const uint8_t *source;
  size_t stride, row_bytes;
  uint8_t *result;
} vertical_pass;

void resample_horizontally(const horizontal_pass *pass, const resample_weights *weights);
void resample_vertically(const vertical_pass *pass, const resample_weights *weights);

#if defined(__x86_64__)
// The same to the bit. False if there is no memory.
bool resample_horizontally_avx2(const horizontal_pass *pass, const resample_weights *weights);
bool resample_vertically_avx2(const vertical_pass *pass, const resample_weights *weights);
#endif
