#if defined(__aarch64__)
#include <arm_neon.h>

#include "path.h"

static bool runs_here(void) { return true; }

#define PATH_NAME zk_path_neon
#define PATH_TITLE "neon"
#define PATH_RUNS_HERE runs_here
#define LANES 4
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define BF16_DOT 0
#define HAS_INT8 0
#define INPUT_OFFSET 0
#define WEIGHT_OFFSET 0
#define LARGEST_WEIGHT 127

#include "path_vectors.h"
#include "dots_neon.h"
#include "path_kernels.h"
#endif
