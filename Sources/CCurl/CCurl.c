#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include <pthread.h>
#include <stdbool.h>

#define FUNCTIONS(X)                                                                              \
  X(curl_global_init) X(curl_version) X(curl_free)                                                \
  X(curl_easy_init) X(curl_easy_cleanup) X(curl_easy_strerror)                                    \
  X(curl_easy_setopt) X(curl_easy_getinfo)                                                        \
  X(curl_multi_init) X(curl_multi_cleanup) X(curl_multi_add_handle) X(curl_multi_remove_handle)   \
  X(curl_multi_perform) X(curl_multi_poll) X(curl_multi_wakeup) X(curl_multi_info_read)           \
  X(curl_multi_setopt)                                                                            \
  X(curl_slist_append) X(curl_slist_free_all)                                                     \
  X(curl_url) X(curl_url_cleanup) X(curl_url_set) X(curl_url_get)

// Pointers to the functions, each of the type that curl.h declares.
static struct {
#define POINTER(name) __typeof__(name) *name;
  FUNCTIONS(POINTER)
} library;

static bool is_loaded;

#ifdef __APPLE__

// There it is part of the system and comes without others.
static void load(void) {
#define ADDRESS(name) library.name = name;
  FUNCTIONS(ADDRESS)
  is_loaded = true;
}

#else

#include <dlfcn.h>

static void load(void) {
  void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return;
  is_loaded = true;
#define LOOK_UP(name)                                           \
  library.name = (__typeof__(library.name))dlsym(handle, #name); \
  is_loaded = is_loaded && library.name != NULL;
  FUNCTIONS(LOOK_UP)
}

#endif

static bool can_use(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded;
}

// The result of a function of libcurl, or what it gives on failure.
#define CALL(name, arguments, failure) (can_use() ? (library.name)arguments : (failure))

CURLcode zoo_curl_global_init(void) {
  return CALL(curl_global_init, (CURL_GLOBAL_DEFAULT), CURLE_FAILED_INIT);
}

const char *zoo_curl_version(void) { return CALL(curl_version, (), NULL); }

void zoo_curl_free(void *memory) { CALL(curl_free, (memory), (void)0); }

CURL *zoo_curl_easy_init(void) { return CALL(curl_easy_init, (), NULL); }

void zoo_curl_easy_cleanup(CURL *handle) { CALL(curl_easy_cleanup, (handle), (void)0); }

const char *zoo_curl_easy_strerror(CURLcode code) {
  return CALL(curl_easy_strerror, (code), "libcurl is missing");
}

CURLM *zoo_curl_multi_init(void) { return CALL(curl_multi_init, (), NULL); }

CURLMcode zoo_curl_multi_cleanup(CURLM *multi) {
  return CALL(curl_multi_cleanup, (multi), CURLM_INTERNAL_ERROR);
}

CURLMcode zoo_curl_multi_add_handle(CURLM *multi, CURL *handle) {
  return CALL(curl_multi_add_handle, (multi, handle), CURLM_INTERNAL_ERROR);
}

CURLMcode zoo_curl_multi_remove_handle(CURLM *multi, CURL *handle) {
  return CALL(curl_multi_remove_handle, (multi, handle), CURLM_INTERNAL_ERROR);
}

CURLMcode zoo_curl_multi_perform(CURLM *multi, int *running) {
  return CALL(curl_multi_perform, (multi, running), CURLM_INTERNAL_ERROR);
}

CURLMcode zoo_curl_multi_poll(CURLM *multi, int milliseconds) {
  return CALL(curl_multi_poll, (multi, NULL, 0, milliseconds, NULL), CURLM_INTERNAL_ERROR);
}

CURLMcode zoo_curl_multi_wakeup(CURLM *multi) {
  return CALL(curl_multi_wakeup, (multi), CURLM_INTERNAL_ERROR);
}

CURLMsg *zoo_curl_multi_info_read(CURLM *multi, int *left) {
  return CALL(curl_multi_info_read, (multi, left), NULL);
}

struct curl_slist *zoo_curl_slist_append(struct curl_slist *list, const char *text) {
  return CALL(curl_slist_append, (list, text), NULL);
}

void zoo_curl_slist_free_all(struct curl_slist *list) {
  if (list != NULL) CALL(curl_slist_free_all, (list), (void)0);
}

CURLU *zoo_curl_url(void) { return CALL(curl_url, (), NULL); }

void zoo_curl_url_cleanup(CURLU *url) { CALL(curl_url_cleanup, (url), (void)0); }

CURLUcode zoo_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags) {
  return CALL(curl_url_set, (url, part, text, flags), CURLUE_OUT_OF_MEMORY);
}

CURLUcode zoo_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
  return CALL(curl_url_get, (url, part, text, flags), CURLUE_OUT_OF_MEMORY);
}

// MARK: Options

#define SET(handle, option, value) \
  CALL(curl_easy_setopt, (handle, option, value), CURLE_FAILED_INIT)

CURLcode zoo_curl_set_long(CURL *handle, CURLoption option, long value) {
  return SET(handle, option, value);
}

CURLcode zoo_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return SET(handle, option, value);
}

CURLcode zoo_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return SET(handle, option, value);
}

CURLcode zoo_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return SET(handle, option, value);
}

CURLcode zoo_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return SET(handle, CURLOPT_HTTPHEADER, headers);
}

CURLcode zoo_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback receiver) {
  return SET(handle, option, receiver);
}

CURLcode zoo_curl_set_prerequest(CURL *handle, curl_prereq_callback callback) {
  return SET(handle, CURLOPT_PREREQFUNCTION, callback);
}

CURLcode zoo_curl_set_bearer(CURL *handle, const char *token) {
  CURLcode result = SET(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
  return result == CURLE_OK ? SET(handle, CURLOPT_XOAUTH2_BEARER, token) : result;
}

#define GET(handle, info, value) \
  CALL(curl_easy_getinfo, (handle, info, value), CURLE_FAILED_INIT)

CURLcode zoo_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return GET(handle, info, value);
}

CURLcode zoo_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return GET(handle, info, value);
}

CURLcode zoo_curl_get_string(CURL *handle, CURLINFO info, char **value) {
  return GET(handle, info, value);
}

CURLMcode zoo_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return CALL(curl_multi_setopt, (multi, option, value), CURLM_INTERNAL_ERROR);
}
