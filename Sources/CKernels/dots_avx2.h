// Dot products of small integers with AVX2: unsigned weights by signed inputs. Weights of 0...127
// leave room for the sum of two products in int16.

INLINE integers int8_dot(integers total, words a, words b) {
  typedef char bytes32 __attribute__((vector_size(32)));
  typedef short pairs __attribute__((vector_size(32)));
  pairs products = (pairs)__builtin_ia32_pmaddubsw256((bytes32)b, (bytes32)a);
  total += (integers)__builtin_ia32_pmaddwd256(products, (pairs)(words){} + 1);
  // Else the compiler adds products up first, and needs more registers than there are.
  __asm__("" : "+x"(total));
  return total;
}
