// The kernels of one path, written once with the compiler's vector extensions. The including file
// includes path_vectors.h and one of the dots_*.h, after it has defined
//   PATH_NAME      zk_path_<name>
//   PATH_TITLE     what zk_path_name gives
//   PATH_RUNS_HERE a function that tells whether the processor can run it
//   LANES          floats in a vector
//   TILE_ROWS      rows of the register tile
//   TILE_VECTORS   vectors across the register tile
//   PATH_MASKS     a file with load_part() and store_part(), where there are instructions for them
//   BF16_DOT       1 where there is bf16_dot() for two bfloat16 products at once, else 0
//   HAS_INT8       1 where int8_dot() is one instruction, else 0
//   INPUT_OFFSET, WEIGHT_OFFSET, LARGEST_WEIGHT
//                  what int8_dot(), which adds up four products, takes: what is added to inputs of
//                  -128...127 and to weights, and the largest magnitude of weights
// and compiles everything for its target with a `#pragma clang attribute`.
#include "path_finish.h"
#include "path_products.h"
#include "path_attention.h"
#include "path_norm.h"
#include "path_rotary.h"
#include "path_convolution.h"
#include "path_winograd.h"
#include "path_maps.h"

// ---- The floor ---------------------------------------------------------------------------------

static double peak_operations(size_t rounds) {
  enum { CHAINS = 12 };
  vector total[CHAINS], factor = splat(0.999f), step = splat(0.001f);
  // From 1 a chain would stay at 1, which the compiler sees and leaves it out.
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) total[i] = splat((float)(i + 2));
  for (size_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) total[i] = multiply_add(total[i], factor, step);
  }
  // The compiler may not leave out what is used; a sum of numbers near 1 is never negative.
  float check = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < CHAINS; i++) check += sum(total[i]);
  return check < 0 ? 0 : 2.0 * LANES * CHAINS * (double)rounds;
}

const zk_path PATH_NAME = {
    .name = PATH_TITLE,
    .runs_here = PATH_RUNS_HERE,
    .lanes = LANES,
    .tile_rows = TILE_ROWS,
    .tile_columns = TILE_COLUMNS,
    .products = {
        [ZK_F32] = {.step = 1, .tile = TILES_OF(f32)},
        [ZK_BF16] = {.step = 2, .convert_row = CONVERT_BF16, .tile = TILES_OF(bf16)},
        [ZK_INT8] = {
            .step = 4, .measure_row = measure_int8, .convert_row = convert_int8,
            .tile = TILES_OF(int8)},
    },
    .has_int8 = HAS_INT8,
    .largest_weight = LARGEST_WEIGHT,
    .weight_offset = WEIGHT_OFFSET,
    .attention_head = attention_head,
    .attention_mixed = attention_mixed,
    .norm_row = norm_row,
    .rotate_row = rotate_row,
    .depthwise = BLOCKS_OF(depthwise),
    .depthwise_part = depthwise_part,
    .line = LINES,
    .grouped = GROUPED_BLOCKS,
    .grouped_rows = GROUPED_ROWS_OF_EACH,
    .winograd = {WINOGRAD(2), WINOGRAD(4)},
    .pool_result = pool_result,
    .affine_rows = affine_rows,
    .weighted_sum_rows = weighted_sum_rows,
    .peak_operations = peak_operations,
};
