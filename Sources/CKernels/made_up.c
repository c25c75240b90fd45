#include "CKernels.h"

void zk_made_up(uint64_t seed, float center, float scale, size_t count, float *values) {
#pragma STDC FP_CONTRACT OFF
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = seed + (i + 1) * 0x9E3779B97F4A7C15;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
    bits ^= bits >> 31;
    values[i] = center + scale * ((float)(bits >> 40) / (1 << 23) - 1);
  }
}
