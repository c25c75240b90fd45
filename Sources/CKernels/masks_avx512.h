// Parts of vectors with AVX-512's masks.

INLINE vector load_part(const float *p, size_t count) {
  if (count == LANES) return load(p);
  return (vector)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
INLINE void store_part(float *p, vector v, size_t count) {
  if (count == LANES) store(p, v);
  else _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
