#include "CPixels.h"

// a * b / 255, rounded to nearest.
static inline unsigned scale255(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

void pixels_inverted_cmyk_to_rgb(const uint8_t *cmyk, size_t count, uint8_t *rgb) {
  for (size_t i = 0; i < count; i++) {
    unsigned white = cmyk[4 * i + 3];
    for (size_t channel = 0; channel < 3; channel++)
      rgb[3 * i + channel] = (uint8_t)(white - scale255(255u - cmyk[4 * i + channel], white));
  }
}

void pixels_map_to_planes(
    const uint8_t *rgb, size_t count, const float tables[3 * 256], float *planes) {
  const float *red = tables, *green = tables + 256, *blue = tables + 512;
  for (size_t i = 0; i < count; i++) {
    planes[i] = red[rgb[3 * i]];
    planes[count + i] = green[rgb[3 * i + 1]];
    planes[2 * count + i] = blue[rgb[3 * i + 2]];
  }
}
