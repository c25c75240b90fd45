// The source and the tile of the AVX-512 paths without dot products of bytes, compiled for any
// processor: slow, and never chosen by itself. With it the tests reach that code on machines without
// AVX-512.
#include "path.h"

static bool runs_here(void) { return true; }

#define PATH_NAME zk_path_wide
#define PATH_TITLE "wide"
#define PATH_RUNS_HERE runs_here
#define LANES 16
#define TILE_ROWS 9
#define TILE_VECTORS 3
#define BF16_DOT 0
#define HAS_INT8 0
#define INPUT_OFFSET 0
#define WEIGHT_OFFSET 0
#define LARGEST_WEIGHT 127

// The vectors that are passed here are those of inlined functions, which no ABI sees.
#pragma clang diagnostic ignored "-Wpsabi"

#include "path_vectors.h"
#include "dots_plain.h"
#include "path_kernels.h"
