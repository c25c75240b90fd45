#if !__has_include(<zlib.h>)
#error "zlib's headers are missing: install zlib1g-dev (Debian, Ubuntu), zlib-devel (Fedora) or the command line tools of Xcode (macOS)"
#endif
#include <zlib.h>
