#pragma once

#include <stddef.h>

/// The text of registry.json as it stood when this was compiled, without a terminating zero.
///
/// The bytes live as long as the program. `count` receives their number.
const unsigned char *zoo_built_in_registry(size_t *count);
