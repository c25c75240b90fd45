// What the dot product instructions of AVX-512 compute, for the tests of the code around them.

INLINE vector bf16_dot(vector total, words a, words b) {
  vector odd = (vector)(a & 0xFFFF0000) * (vector)(b & 0xFFFF0000) + total;
  return (vector)(a << 16) * (vector)(b << 16) + odd;
}

// Unsigned inputs, signed weights.
INLINE integers int8_dot(integers total, words a, words b) {
  for (int shift = 0; shift < 32; shift += 8)
    total += (integers)(a >> shift & 0xFF) * ((integers)(b << (24 - shift)) >> 24);
  return total;
}
