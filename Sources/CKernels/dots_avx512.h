// The dot products of AVX-512: of int8 in any processor that has it, better with VNNI, and of
// bfloat16 with BF16.

#if BF16_DOT
INLINE vector bf16_dot(vector total, words a, words b) {
  return (vector)_mm512_dpbf16_ps((__m512)total, (__m512bh)a, (__m512bh)b);
}
#endif

INLINE integers int8_dot(integers total, words a, words b) {
#if HAS_INT8
  return (integers)_mm512_dpbusd_epi32((__m512i)total, (__m512i)a, (__m512i)b);
#else
  // As with AVX2.
  __m512i products = _mm512_maddubs_epi16((__m512i)b, (__m512i)a);
  return total + (integers)_mm512_madd_epi16(products, _mm512_set1_epi16(1));
#endif
}
