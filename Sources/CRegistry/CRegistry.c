#include "CRegistry.h"

// #embed is C23; clang offers it in earlier standards too, with a warning.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char registry[] = {
#embed "../../registry.json"
};
#pragma clang diagnostic pop

const unsigned char *zoo_built_in_registry(size_t *count) {
  *count = sizeof registry;
  return registry;
}
