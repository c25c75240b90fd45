#if !__has_include(<turbojpeg.h>)
#error "libjpeg-turbo's headers are missing: install libturbojpeg0-dev (Debian, Ubuntu), turbojpeg-devel (Fedora) or jpeg-turbo from Homebrew (macOS)"
#endif
#include <turbojpeg.h>

#if __has_include(<jconfig.h>)
#include <jconfig.h>
#endif

// The version that the headers are from, as 2001005 for 2.1.5; 0 if they do not say.
static inline int zoo_libjpeg_turbo_version(void) {
#ifdef LIBJPEG_TURBO_VERSION_NUMBER
  return LIBJPEG_TURBO_VERSION_NUMBER;
#else
  return 0;
#endif
}
