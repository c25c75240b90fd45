// The transpose of four by four 32-bit words, for packing.
#pragma once

#include <stdint.h>
#include <string.h>

typedef uint32_t zk_words4 __attribute__((vector_size(16)));

// Word j of row i of `from` becomes word i of row j of `to`; strides are in words.
static inline void zk_transpose4(
    const void *from, size_t from_stride, void *to, size_t to_stride) {
  zk_words4 rows[4];
  for (size_t i = 0; i < 4; i++)
    memcpy(&rows[i], (const uint32_t *)from + i * from_stride, sizeof *rows);
  zk_words4 low = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  zk_words4 high = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  zk_words4 next_low = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  zk_words4 next_high = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  const zk_words4 columns[4] = {
      __builtin_shufflevector(low, next_low, 0, 1, 4, 5),
      __builtin_shufflevector(low, next_low, 2, 3, 6, 7),
      __builtin_shufflevector(high, next_high, 0, 1, 4, 5),
      __builtin_shufflevector(high, next_high, 2, 3, 6, 7)};
  for (size_t j = 0; j < 4; j++)
    memcpy((uint32_t *)to + j * to_stride, &columns[j], sizeof *columns);
}
