#ifndef ZOO_CCRYPTO_H
#define ZOO_CCRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256 through OpenSSL's libcrypto, loaded with the first hash: loading it takes about a
// millisecond, and a program that finds its files verified in the cache hashes nothing.

typedef struct zoo_sha256 zoo_sha256;

// A hash of no bytes yet; NULL where libcrypto cannot be loaded or has no SHA-256.
zoo_sha256 *zoo_sha256_new(void);
void zoo_sha256_free(zoo_sha256 *hash);
bool zoo_sha256_update(zoo_sha256 *hash, const void *bytes, size_t count);
// To be called once, at the end.
bool zoo_sha256_finish(zoo_sha256 *hash, uint8_t digest[32]);

// The version of libcrypto; NULL where it cannot be loaded.
const char *zoo_libcrypto_version(void);

#endif
