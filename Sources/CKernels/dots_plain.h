// Dot products of small integers for any processor.

INLINE integers int8_dot(integers total, words a, words b) {
  for (int shift = 24; shift >= 0; shift -= 8)
    total += ((integers)(a << shift) >> 24) * ((integers)(b << shift) >> 24);
  return total;
}
