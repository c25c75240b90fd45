#ifndef ZOO_CCURL_H
#define ZOO_CCURL_H

#if !__has_include(<curl/curl.h>)
#error "libcurl's headers are missing: install libcurl4-openssl-dev (Debian, Ubuntu), libcurl-devel (Fedora) or the command line tools of Xcode (macOS)"
#endif
#include <curl/curl.h>

// libcurl, loaded with the first call: it brings some thirty libraries with it, and starting a
// program with them takes longer than all that a program does that finds its files in the cache.
//
// Each function does what libcurl's of the same name does, without the prefix zoo_. Where libcurl
// cannot be loaded they fail; zoo_curl_global_init tells first.

CURLcode zoo_curl_global_init(void);
// NULL where libcurl cannot be loaded.
const char *zoo_curl_version(void);
void zoo_curl_free(void *memory);

CURL *zoo_curl_easy_init(void);
void zoo_curl_easy_cleanup(CURL *handle);
const char *zoo_curl_easy_strerror(CURLcode code);

CURLM *zoo_curl_multi_init(void);
CURLMcode zoo_curl_multi_cleanup(CURLM *multi);
CURLMcode zoo_curl_multi_add_handle(CURLM *multi, CURL *handle);
CURLMcode zoo_curl_multi_remove_handle(CURLM *multi, CURL *handle);
CURLMcode zoo_curl_multi_perform(CURLM *multi, int *running);
CURLMcode zoo_curl_multi_poll(CURLM *multi, int milliseconds);
CURLMcode zoo_curl_multi_wakeup(CURLM *multi);
CURLMsg *zoo_curl_multi_info_read(CURLM *multi, int *left);

struct curl_slist *zoo_curl_slist_append(struct curl_slist *list, const char *text);
void zoo_curl_slist_free_all(struct curl_slist *list);

CURLU *zoo_curl_url(void);
void zoo_curl_url_cleanup(CURLU *url);
CURLUcode zoo_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags);
CURLUcode zoo_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags);

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call:
// one function for each type of argument.

CURLcode zoo_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode zoo_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode zoo_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode zoo_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode zoo_curl_set_headers(CURL *handle, struct curl_slist *headers);
// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION, which have the same type.
CURLcode zoo_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback receiver);
CURLcode zoo_curl_set_prerequest(CURL *handle, curl_prereq_callback callback);
// Unlike an Authorization header, the token stays with the host, port and scheme of the first URL.
CURLcode zoo_curl_set_bearer(CURL *handle, const char *token);

CURLcode zoo_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode zoo_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode zoo_curl_get_string(CURL *handle, CURLINFO info, char **value);

CURLMcode zoo_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);

// Not libcurl's, but of use to downloads only: Swift does not see it among the C library's functions.
// posix_fallocate is no substitute, as it writes to every block where the file system cannot do it.
#ifdef __linux__
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
#endif

#endif
