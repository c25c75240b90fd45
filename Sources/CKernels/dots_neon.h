// The dot products of Arm processors.

#if BF16_DOT
INLINE vector bf16_dot(vector total, words a, words b) {
  return (vector)vbfdotq_f32((float32x4_t)total, (bfloat16x8_t)a, (bfloat16x8_t)b);
}
#endif

INLINE integers int8_dot(integers total, words a, words b) {
#if HAS_INT8
  return (integers)vdotq_s32((int32x4_t)total, (int8x16_t)a, (int8x16_t)b);
#else
  int16x8_t low = vmull_s8(vget_low_s8((int8x16_t)a), vget_low_s8((int8x16_t)b));
  int16x8_t high = vmull_high_s8((int8x16_t)a, (int8x16_t)b);
  return total + (integers)vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high));
#endif
}
