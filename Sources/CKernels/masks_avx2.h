// Parts of vectors with AVX2's masks.

INLINE __m256i first_lanes(size_t count) {
  return (__m256i)((integers){0, 1, 2, 3, 4, 5, 6, 7} < (int32_t)count);
}
INLINE vector load_part(const float *p, size_t count) {
  if (count == LANES) return load(p);
  return (vector)_mm256_maskload_ps(p, first_lanes(count));
}
INLINE void store_part(float *p, vector v, size_t count) {
  if (count == LANES) store(p, v);
  else _mm256_maskstore_ps(p, first_lanes(count), (__m256)v);
}
