// Vectors of LANES floats, and elementary functions of them; see path_kernels.h.
#include <float.h>
#include <math.h>
#include <string.h>

#include "path.h"
#include "transpose.h"

enum { TILE_COLUMNS = LANES * TILE_VECTORS };
_Static_assert(TILE_COLUMNS <= ZK_PADDING, "a panel ends within the zeros behind bias and scale");

typedef float vector __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t integers __attribute__((vector_size(LANES * 4), aligned(4)));
typedef uint32_t words __attribute__((vector_size(LANES * 4), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *p) { return *(const vector *)p; }
INLINE void store(float *p, vector v) { *(vector *)p = v; }
INLINE vector splat(float x) { return x - (vector){}; }
// One rounding where the target has such an instruction, else two.
INLINE vector multiply_add(vector a, vector b, vector c) { return a * b + c; }
// Where the condition holds a, elsewhere b.
INLINE vector choose(integers condition, vector a, vector b) {
  return (vector)((condition & (integers)a) | (~condition & (integers)b));
}
// The larger one; b where either is no number.
INLINE vector maximum(vector a, vector b) { return choose(a > b, a, b); }
// The smaller one; b where either is no number.
INLINE vector minimum(vector a, vector b) { return choose(a < b, a, b); }
INLINE vector magnitude(vector x) { return (vector)((integers)x & 0x7FFFFFFF); }
// The first `count` elements of a vector; those beyond are 0.
#ifdef PATH_MASKS
#include PATH_MASKS
#else
INLINE vector load_part(const float *p, size_t count) {
  if (count == LANES) return load(p);
  vector v = {};
  memcpy(&v, p, count * sizeof(float));
  return v;
}
INLINE void store_part(float *p, vector v, size_t count) {
  if (count == LANES) store(p, v);
  else memcpy(p, &v, count * sizeof(float));
}
#endif

INLINE float sum(vector v) {
  float total = 0;
  for (int i = 0; i < LANES; i++) total += v[i];
  return total;
}
INLINE float largest(vector v) {
  float most = v[0];
  for (int i = 1; i < LANES; i++) most = v[i] > most ? v[i] : most;
  return most;
}

// ---- Elementary functions ----------------------------------------------------------------------

// e^x of x <= 0, with a relative error below 1e-7; 0 below -87.3, and NaN stays NaN. 2^n is applied
// through the exponent bits; e^r on |r| <= ln(2)/2 is a minimax polynomial.
INLINE vector exponential(vector x) {
  const float least = -87.33654f;
  vector bounded = maximum(splat(least), x);
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it leaves an integer in the low bits
  vector shifted = bounded * 1.44269504088896341f + to_integer;
  vector n = shifted - to_integer;
  vector r = multiply_add(n, splat(-0.693359375f), bounded);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  vector p = splat(1.38368353e-3f);
  p = multiply_add(p, r, splat(8.37482419e-3f));
  p = multiply_add(p, r, splat(4.16682251e-2f));
  p = multiply_add(p, r, splat(0.166664198f));
  p = multiply_add(p, r, splat(0.499999911f));
  p = multiply_add(p, r, splat(1));
  p = multiply_add(p, r, splat(1));
  vector power = (vector)(((integers)shifted << 23) + 0x3F800000);
  integers is_less = x < splat(least);
  return (vector)(~is_less & (integers)(p * power));
}

// 1 + e^-x, with a relative error below 3e-7 + 1e-7 |x|; at most 1 + 2^126, and NaN of NaN.
INLINE vector one_plus_exponential(vector x) {
  const float to_integer = 12582912;  // 1.5 * 2^23: adding it leaves an integer in the low bits
  vector power = maximum(splat(-126), minimum(splat(126), x * -1.44269504088896341f));
  vector shifted = power + to_integer;
  vector r = power - (shifted - to_integer);
  // 2^r on |r| <= 1/2, a minimax polynomial.
  vector p = splat(1.32647157e-3f);
  p = multiply_add(p, r, splat(9.67151299e-3f));
  p = multiply_add(p, r, splat(5.55073395e-2f));
  p = multiply_add(p, r, splat(0.240222424f));
  p = multiply_add(p, r, splat(0.693147004f));
  p = multiply_add(p, r, splat(1));
  vector e = (vector)((integers)p + ((integers)shifted << 23));
  return e + ((power - power) + 1);
}

INLINE vector sigmoid(vector x) { return splat(1) / one_plus_exponential(x); }

// x * sigmoid(gate), where both have the same sign; of x below -100 it is no more than that of -100.
INLINE vector gated(vector x, vector gate) {
  return maximum(splat(-100), x) / one_plus_exponential(gate);
}

// x times the normal distribution function of x: max(x, 0) less |x| times the tail beyond |x|, which
// is Abramowitz and Stegun's 7.1.26, with an absolute error below 8e-8.
INLINE vector gelu(vector x) {
  vector size = magnitude(x);
  vector t = splat(1) / multiply_add(splat(0.3275911f * 0.70710678118654752f), size, splat(1));
  vector p = splat(0.5f * 1.061405429f);
  p = multiply_add(p, t, splat(0.5f * -1.453152027f));
  p = multiply_add(p, t, splat(0.5f * 1.421413741f));
  p = multiply_add(p, t, splat(0.5f * -0.284496736f));
  p = multiply_add(p, t, splat(0.5f * 0.254829592f));
  vector tail = p * t * exponential(size * size * -0.5f);
  return maximum(splat(0), x) - size * tail;
}

INLINE vector relu6(vector x) { return minimum(splat(6), maximum(splat(0), x)); }

INLINE vector activate(vector x, zk_activation activation) {
  switch (activation) {
    case ZK_GELU: return gelu(x);
    case ZK_GELU_TANH:
      return gated(x, 1.5957691216057308f * (x + 0.044715f * x * x * x));
    case ZK_QUICK_GELU: return gated(x, 1.702f * x);
    case ZK_SILU: return gated(x, x);
    case ZK_RELU: return maximum(splat(0), x);
    case ZK_RELU6: return relu6(x);
    case ZK_LEAKY_RELU: return choose(x < splat(0), x * 0.01f, x);
    case ZK_SQUARED_RELU: return maximum(splat(0), x) * maximum(splat(0), x);
    case ZK_SIGMOID: return sigmoid(x);
    case ZK_HARD_SIGMOID: return relu6(x + 3) * (1 / 6.f);
    case ZK_HARD_SWISH: return x * (relu6(x + 3) * (1 / 6.f));
    case ZK_IDENTITY: break;
  }
  return x;
}
