#if defined(__aarch64__)
#include "path.h"

static bool runs_here(void) { return true; }

#define PATH_NAME zk_path_neon
#define PATH_TITLE "neon"
#define PATH_RUNS_HERE runs_here
#define LANES 4
#define TILE_ROWS 6
#define TILE_VECTORS 4
#include "path_kernels.h"
#endif
