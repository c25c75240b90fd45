#ifdef __linux__

#include "CCrypto.h"

#if !__has_include(<openssl/evp.h>)
#error "OpenSSL's headers are missing: install libssl-dev (Debian, Ubuntu) or openssl-devel (Fedora)"
#endif
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

#define FUNCTIONS(X)                                          \
  X(EVP_MD_CTX_new) X(EVP_MD_CTX_free) X(EVP_sha256)          \
  X(EVP_DigestInit_ex) X(EVP_DigestUpdate) X(EVP_DigestFinal_ex) \
  X(OpenSSL_version)

// Pointers to the functions, each of the type that OpenSSL's headers declare.
static struct {
#define POINTER(name) __typeof__(name) *name;
  FUNCTIONS(POINTER)
} library;

static bool is_loaded;

static void load(void) {
  void *handle = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return;
  is_loaded = true;
#define LOOK_UP(name)                                            \
  library.name = (__typeof__(library.name))dlsym(handle, #name); \
  is_loaded = is_loaded && library.name != NULL;
  FUNCTIONS(LOOK_UP)
}

static bool can_use(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded;
}

zoo_sha256 *zoo_sha256_new(void) {
  if (!can_use()) return NULL;
  EVP_MD_CTX *context = library.EVP_MD_CTX_new();
  if (context == NULL) return NULL;
  if (library.EVP_DigestInit_ex(context, library.EVP_sha256(), NULL) != 1) {
    library.EVP_MD_CTX_free(context);
    return NULL;
  }
  return (zoo_sha256 *)context;
}

void zoo_sha256_free(zoo_sha256 *hash) { library.EVP_MD_CTX_free((EVP_MD_CTX *)hash); }

bool zoo_sha256_update(zoo_sha256 *hash, const void *bytes, size_t count) {
  return library.EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes, count) == 1;
}

bool zoo_sha256_finish(zoo_sha256 *hash, uint8_t digest[32]) {
  return library.EVP_DigestFinal_ex((EVP_MD_CTX *)hash, digest, NULL) == 1;
}

const char *zoo_libcrypto_version(void) {
  return can_use() ? library.OpenSSL_version(OPENSSL_VERSION) : NULL;
}

#endif
