#include "path.h"

static bool runs_here(void) { return true; }

#define PATH_NAME zk_path_portable
#define PATH_TITLE "portable"
#define PATH_RUNS_HERE runs_here
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#include "path_kernels.h"
