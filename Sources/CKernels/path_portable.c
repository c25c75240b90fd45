#include "path.h"

static bool runs_here(void) { return true; }

#define PATH_NAME zk_path_portable
#define PATH_TITLE "portable"
#define PATH_RUNS_HERE runs_here
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define BF16_DOT 0
#define HAS_INT8 0
#define INPUT_OFFSET 0
#define WEIGHT_OFFSET 0
#define LARGEST_WEIGHT 127

#include "path_vectors.h"
#include "dots_plain.h"
#include "path_kernels.h"
