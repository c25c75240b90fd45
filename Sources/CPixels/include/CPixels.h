#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pixels: PNG decoding, resampling and conversion. All images are interleaved, row by row, with no
// padding; `[h, w, 3]` stands for height x width x (red, green, blue), 8 bits each.

// MARK: PNG

typedef struct pixels_png pixels_png;

typedef struct {
  uint32_t width, height;
  bool is_grey16;    // 16 bits of grey, which lose more than precision on the way to 8 bits
  bool is_animated;  // APNG
} pixels_png_header;

// A reader of `bytes`, which must outlive it; NULL if there is no memory.
pixels_png *pixels_png_open(const uint8_t *bytes, size_t count);
void pixels_png_close(pixels_png *reader);

// Reads everything before the first pixel. False on error, with pixels_png_message.
bool pixels_png_read_header(pixels_png *reader, pixels_png_header *header);

// Reads all pixels into rgb[h, w, 3], and the rest of the file. False on error, with
// pixels_png_message.
bool pixels_png_read_pixels(pixels_png *reader, uint8_t *rgb);

// The version of libpng that runs.
const char *pixels_png_version(void);

// What libpng says of the last error.
const char *pixels_png_message(const pixels_png *reader);

// Inflates a zlib stream that may be cut short. False if it is damaged, or does not fit.
bool pixels_inflate(
    const uint8_t *bytes, size_t count, uint8_t *result, size_t capacity, size_t *produced);

// MARK: Conversion

// cmyk[count, 4], inverted as Adobe writes it, to rgb[count, 3].
void pixels_inverted_cmyk_to_rgb(const uint8_t *cmyk, size_t count, uint8_t *rgb);

// rgb[count, 3] to planes[3, count] through one table of 256 values for each channel.
void pixels_map_to_planes(
    const uint8_t *rgb, size_t count, const float tables[3 * 256], float *planes);

// MARK: Resampling

typedef enum { PIXELS_PORTABLE, PIXELS_AVX2 } pixels_kernel;

// The fastest kernel that this machine can run.
pixels_kernel pixels_best_kernel(void);

// One axis of a resize: `input` pixels become `output` pixels, of which `count` from `offset` on
// are wanted.
typedef struct {
  size_t input, output, offset, count;
} pixels_axis;

// Bicubic resize of source[y.input, x.input, 3] to (y.output, x.output), cut to
// result[y.count, x.count, 3]. False if there is no memory.
bool pixels_resize_bicubic(
    const uint8_t *source, pixels_axis x, pixels_axis y, uint8_t *result, pixels_kernel kernel);

// MARK: Memory

// Lets memory for images go back to the system as soon as it is free, where the system has to be told.
void pixels_return_large_blocks(void);

// Whether the system would give so many bytes now.
bool pixels_has_memory(size_t count);
