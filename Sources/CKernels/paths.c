#include "path.h"

static const zk_path *const paths[] = {
#if defined(__x86_64__)
    &zk_path_avx512_bf16, &zk_path_avx512_vnni, &zk_path_avx512, &zk_path_avx2,
#elif defined(__aarch64__)
    &zk_path_neon_bf16, &zk_path_neon_dot, &zk_path_neon,
#endif
    &zk_path_portable, &zk_path_wide, &zk_path_wide_dot,
};

const zk_path *zk_path_at(size_t index) {
  return index < sizeof paths / sizeof *paths ? paths[index] : NULL;
}

const char *zk_path_name(const zk_path *path) { return path->name; }

bool zk_path_is_native(const zk_path *path, zk_precision precision) {
  switch (precision) {
    case ZK_F32: break;
    case ZK_BF16: return path->products[ZK_BF16].convert_row;
    case ZK_INT8: return path->has_int8;
  }
  return true;
}

bool zk_path_runs_here(const zk_path *path) { return path->runs_here(); }

double zk_peak_operations(const zk_path *path, size_t rounds) {
  return path->peak_operations(rounds);
}

// Whether the processor's products of bfloat16 are faster than widened weights with float32 inputs. On
// an Intel Sapphire Rapids a ViT-B/16 takes 1.65 times as long with them; on AMD's Zen 4 they do twice
// the work in the same time.
static bool has_fast_bf16(void) {
#if defined(__x86_64__)
  return !__builtin_cpu_is("intel");
#else
  return true;
#endif
}

const zk_path *zk_path_best(void) {
  size_t index = 0;
  while (!paths[index]->runs_here() ||
         (zk_path_is_native(paths[index], ZK_BF16) && !has_fast_bf16()))
    index++;
  return paths[index];
}
